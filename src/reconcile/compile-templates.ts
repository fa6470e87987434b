import type { WebhookCustomConfig } from '../definitions/definition.ts';
import { isReference } from '../secrets/reference.ts';
import { compileTemplate, compileTree } from '../template/compile.ts';
import { type Escaping, type Template, TemplateError, type TemplateTree } from '../template/template.ts';
import type { FieldRead } from './compile-hook.ts';
import type { Finding, Path } from './place.ts';
import type { RequestTemplates } from './snapshot.ts';

/** The templates of a webhook-custom hook with what they read and what is wrong with them. */
interface CompiledTemplates {
  readonly templates: RequestTemplates;
  readonly reads: readonly FieldRead[];
  readonly findings: readonly Finding[];
}

/** Compiles the templates whose `*_format` is on. References are no templates: they stay as they are. */
export function compileRequestTemplates(config: WebhookCustomConfig): CompiledTemplates {
  const reads: FieldRead[] = [];
  const findings: Finding[] = [];
  const compile = <T extends Template | TemplateTree>(path: Path, make: () => T): T | null => {
    try {
      const template = make();
      reads.push(...template.paths.flatMap(([field]) => (field === undefined ? [] : [{ field, path }])));
      return template;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      findings.push(toFinding(error, path));
      return null;
    }
  };
  const { payload, body, headers } = config;
  const templates: RequestTemplates = {
    payload:
      payload !== null && config.payload_format
        ? compile(['config', 'payload'], () => compileTree(payload, { isLiteral: isReference }))
        : null,
    body:
      body !== null && config.body_format
        ? compile(['config', 'body'], () => compileTemplate(body, { escaping: bodyEscaping(headers) }))
        : null,
    headers: config.headers_format ? compileHeaders(headers, compile) : null,
  };
  return { templates, reads, findings };
}

type Compile = (path: Path, make: () => Template) => Template | null;

function compileHeaders(
  headers: WebhookCustomConfig['headers'],
  compile: Compile,
): Readonly<Record<string, Template>> {
  const templates = Object.entries(headers).flatMap(([name, text]): [string, Template][] => {
    if (isReference(text)) return [];
    const template = compile(['config', 'headers', name], () => compileTemplate(text, { escaping: 'raw' }));
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

function toFinding({ message, line, column }: TemplateError, path: Path): Finding {
  const where = `line ${line}, column ${column} of the template`;
  return {
    code: 'template_invalid',
    severity: 'error',
    path,
    message: `Cannot compile the template: ${message} (${where})`,
  };
}
