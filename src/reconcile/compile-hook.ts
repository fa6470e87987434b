import type { ASTNode } from '@marcbachmann/cel-js';
import { digestJson } from '../canonical-json.ts';
import type { EventHook, LambdaConfig, LoadedDefinition } from '../definitions/definition.ts';
import { CONSTANT_FILTER } from '../lint/check-filter.ts';
import { checkFunctions } from '../lint/check-functions.ts';
import type { FieldRead } from '../lint/check-reads.ts';
import { checkHookTransport } from '../lint/check-transport.ts';
import type { Finding, Within } from '../lint/finding.ts';
import { findGatewayTemplates } from '../lint/gateway-templates.ts';
import { toRequestIdentity } from '../lint/same-requests.ts';
import type { Sandbox, SandboxProgram } from '../sandbox/sandbox.ts';
import { toTextOffset } from '../text-place.ts';
import { compileRequestTemplates } from './compile-templates.ts';
import { type CompiledFilter, compileFilter, isFilterMistake } from './filter-expression.ts';
import { toFilterHint } from './filter-hints.ts';
import { checkReferences, locateReferences, type PlacedReference } from './references.ts';
import type { Filter, RequestTemplates } from './snapshot.ts';

/** Everything about a hook that follows from its definition alone, whatever the catalogue holds. */
export interface CompiledHook {
  readonly filter: Filter | null;
  readonly templates: RequestTemplates | null;
  readonly program: SandboxProgram | null;
  /** The filter as a tree; null when there is none, or one that reads nothing of the event. */
  readonly condition: ASTNode | null;
  /** What templates read of the event. */
  readonly reads: readonly FieldRead[];
  readonly references: readonly PlacedReference[];
  readonly findings: readonly Finding[];
  /** What tells whether another hook sends the same request (lint/same-requests.ts). */
  readonly request: string | null;
  /** Of the whole definition: tells whether it changed. */
  readonly digest: string;
}

/** Compiles filter, templates and functions of a hook. Mistakes are findings, never thrown. */
export async function compileHook(hook: EventHook, sandbox: Sandbox): Promise<CompiledHook> {
  const filter = compileHookFilter(hook);
  const templates = hook.handler === 'webhook-custom' ? compileRequestTemplates(hook.config) : null;
  const program = hook.handler === 'lambda' ? await compileProgram(hook.config, sandbox) : null;
  return {
    filter: filter.compiled?.filter ?? null,
    templates: templates?.templates ?? null,
    program: program?.program ?? null,
    condition: filter.compiled?.constant === null ? filter.compiled.ast : null,
    reads: templates?.reads ?? [],
    references: locateReferences(hook),
    findings: settleReferences([
      ...filter.findings,
      ...(templates?.findings ?? []),
      ...(program?.findings ?? []),
      ...(program?.program ? await checkFunctions(program.program) : []),
      ...checkReferences(hook),
      ...checkHookTransport(hook),
      ...findGatewayTemplates(hook),
    ]),
    request: toRequestIdentity(hook),
    digest: digestJson(hook),
  };
}

/** A reference in the braces of a template does not compile: one mistake, with what to do about the reference. */
function settleReferences(findings: readonly Finding[]): readonly Finding[] {
  const at = (code: Finding['code']): ReadonlyMap<string, Finding> =>
    new Map(findings.filter((one) => one.code === code).map((one) => [JSON.stringify(one.path), one]));
  const templates = at('template_invalid');
  const references = at('reference_unresolved');
  return findings.flatMap((one) => {
    const place = JSON.stringify(one.path);
    if (one.code === 'reference_unresolved' && templates.has(place)) return [];
    const reference = one.code === 'template_invalid' ? references.get(place) : undefined;
    return reference === undefined ? [one] : [{ ...one, hint: reference.hint ?? null }];
  });
}

function compileHookFilter({ filter }: EventHook): {
  compiled: CompiledFilter | null;
  findings: readonly Finding[];
} {
  if (filter === null) return { compiled: null, findings: [] };
  const compiled = compileFilter(filter);
  if (isFilterMistake(compiled)) {
    const { message, offset } = compiled;
    const within = { text: filter, offset, what: 'filter' } as const;
    const hint = toFilterHint(filter, compiled);
    return {
      compiled: null,
      findings: [
        {
          code: 'filter_invalid',
          path: ['filter'],
          within,
          message: `Cannot compile the filter: ${message}`,
          hint,
        },
      ],
    };
  }
  return { compiled, findings: compiled.constant === null ? [] : [CONSTANT_FILTER[`${compiled.constant}`]] };
}

async function compileProgram(
  { functions, language }: LambdaConfig,
  sandbox: Sandbox,
): Promise<{ program: SandboxProgram | null; findings: readonly Finding[] }> {
  const compilations = await Promise.all(functions.map((source) => sandbox.compile(source, language)));
  const findings = compilations.flatMap((compilation, index): Finding[] => {
    if (compilation.kind === 'compiled') return [];
    const { message, line } = compilation;
    const within = line === null ? null : toLineStart(functions[index] ?? '', line);
    return [
      {
        code: 'function_invalid',
        path: ['config', 'functions', index],
        within,
        message,
        hint: FUNCTION_HINT,
      },
    ];
  });
  const languages = new Set(
    compilations.flatMap((compilation) => (compilation.kind === 'compiled' ? [compilation.language] : [])),
  );
  if (languages.size > 1) findings.push(mixedLanguages());
  const [only] = languages;
  const compiles = findings.length === 0 && only !== undefined;
  return { program: compiles ? { language: only, functions } : null, findings };
}

const FUNCTION_HINT =
  'A function is JavaScript, (data) => data, or Lua, return function(data) return data end';

/** Which part of the line is wrong is not told. */
function toLineStart(text: string, line: number): Within {
  const start = toTextOffset(text, { line, column: 1 });
  const indent = /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
  return { text, offset: start + indent.length, what: 'function' };
}

function mixedLanguages(): Finding {
  return {
    code: 'function_invalid',
    path: ['config', 'functions'],
    message: 'The functions of one hook must all be in one language: got JavaScript and Lua',
    hint: 'Split the hook in two, or set config.language',
  };
}

/** Compiles each loaded definition once, however many reconciles see it: the file cache hands out the same objects. */
export function createHookCompiler(
  sandbox: Sandbox,
): (loaded: LoadedDefinition, hook: EventHook) => Promise<CompiledHook> {
  const compiled = new WeakMap<LoadedDefinition, CompiledHook>();
  return async (loaded, hook) => {
    const known = compiled.get(loaded);
    if (known !== undefined) return known;
    const fresh = await compileHook(hook, sandbox);
    compiled.set(loaded, fresh);
    return fresh;
  };
}
