import type { WebhookCustomConfig } from '../definitions/definition.ts';
import { suggest } from '../definitions/suggest.ts';
import type { FieldRead } from '../lint/check-reads.ts';
import type { Finding, Path } from '../lint/finding.ts';
import { isReference, toMeantReference } from '../secrets/reference.ts';
import { compileTemplate, compileTree } from '../template/compile.ts';
import { type Escaping, type Template, TemplateError } from '../template/template.ts';
import { toTextOffset } from '../text-place.ts';
import type { RequestTemplates } from './snapshot.ts';

/** The templates of a webhook-custom hook with what they read and what is wrong with them. */
interface CompiledTemplates {
  readonly templates: RequestTemplates;
  readonly reads: readonly FieldRead[];
  readonly findings: readonly Finding[];
}

/** Compiles a text of a config, at its place; null when it is a reference, or when it does not compile. */
type Compile = (text: string, path: Path, escaping: Escaping) => Template | null;

/** Compiles the templates whose `*_format` is on. References are no templates: they stay as they are. */
export function compileRequestTemplates(config: WebhookCustomConfig): CompiledTemplates {
  const reads: FieldRead[] = [];
  const findings: Finding[] = [];
  const compile: Compile = (text, path, escaping) => {
    if (isReference(text) || toMeantReference(text) !== null) return null;
    try {
      const template = compileTemplate(text, { escaping });
      for (const read of template.reads) reads.push({ read, path, text });
      return template;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      findings.push(toFinding(error, { path, text }));
      return null;
    }
  };
  return { templates: compileWith(config, compile), reads, findings };
}

function compileWith(config: WebhookCustomConfig, compile: Compile): RequestTemplates {
  const { payload, body, headers } = config;
  return {
    headers: config.headers_format ? compileHeaders(headers, compile) : null,
    payload:
      payload !== null && config.payload_format
        ? compileTree(payload, (text, path) => compile(text, ['config', 'payload', ...path], 'raw'))
        : null,
    body:
      body !== null && config.body_format ? compile(body, ['config', 'body'], bodyEscaping(headers)) : null,
  };
}

function compileHeaders(
  headers: WebhookCustomConfig['headers'],
  compile: Compile,
): Readonly<Record<string, Template>> {
  const templates = Object.entries(headers).flatMap(([name, text]): [string, Template][] => {
    const template = compile(text, ['config', 'headers', name], 'raw');
    return template === null ? [] : [[name, template]];
  });
  return Object.fromEntries(templates);
}

/** The place a body's values land in follows from its content type; without one a body is JSON. */
function bodyEscaping(headers: WebhookCustomConfig['headers']): Escaping {
  const type = Object.entries(headers)
    .find(([name]) => name.toLowerCase() === 'content-type')?.[1]
    .toLowerCase();
  if (type === undefined || type.includes('json')) return 'json';
  return type.includes('x-www-form-urlencoded') ? 'form' : 'raw';
}

const IN_GENERAL = 'A template is as "{{ entity.name }}" or "{{#if entity.name}}…{{/if}}"';

function toFinding(error: TemplateError, { path, text }: Pick<FieldRead, 'path' | 'text'>): Finding {
  const { message, unknown } = error;
  const near = unknown === null ? null : suggest(unknown.name, unknown.known);
  return {
    code: 'template_invalid',
    path,
    within: { text, offset: toTextOffset(text, error), what: 'template' },
    message: `Cannot compile the template: ${message}`,
    hint: near === null ? IN_GENERAL : `Did you mean "${near}"?`,
  };
}
