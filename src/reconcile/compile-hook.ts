import { digestJson } from '../canonical-json.ts';
import type { EventHook, LambdaConfig, LoadedDefinition } from '../definitions/definition.ts';
import { checkFunctions } from '../lint/check-functions.ts';
import { checkHookTransport } from '../lint/check-transport.ts';
import type { Finding } from '../lint/finding.ts';
import { toRequestIdentity } from '../lint/same-requests.ts';
import type { Sandbox, SandboxProgram } from '../sandbox/sandbox.ts';
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
  /** Top-level fields of the data that templates and filter read, with the place that reads each. */
  readonly reads: readonly FieldRead[];
  readonly references: readonly PlacedReference[];
  readonly findings: readonly Finding[];
  /** What tells whether another hook sends the same request (lint/same-requests.ts). */
  readonly request: string | null;
  /** Of the whole definition: tells whether it changed. */
  readonly digest: string;
}

/** A place in a definition that reads a field of the event. */
export interface FieldRead {
  readonly field: string;
  readonly path: Finding['path'];
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
    reads: [
      ...(filter.compiled?.fields ?? []).map((field): FieldRead => ({ field, path: ['filter'] })),
      ...(templates?.reads ?? []),
    ],
    references: locateReferences(hook),
    findings: [
      ...filter.findings,
      ...(templates?.findings ?? []),
      ...(program?.findings ?? []),
      ...(program?.program ? await checkFunctions(program.program) : []),
      ...checkReferences(hook),
      ...checkHookTransport(hook),
    ],
    request: toRequestIdentity(hook),
    digest: digestJson(hook),
  };
}

function compileHookFilter({ filter }: EventHook): {
  compiled: CompiledFilter | null;
  findings: readonly Finding[];
} {
  if (filter === null) return { compiled: null, findings: [] };
  const compiled = compileFilter(filter);
  if (isFilterMistake(compiled)) {
    const where = `at character ${compiled.offset + 1}`;
    const message = `Cannot compile the filter: ${compiled.message} ${where}`;
    const hint = toFilterHint(filter, compiled);
    return {
      compiled: null,
      findings: [{ code: 'filter_invalid', path: ['filter'], message, hint }],
    };
  }
  return { compiled, findings: compiled.constant === false ? [neverMatches()] : [] };
}

function neverMatches(): Finding {
  return {
    code: 'never_matches',
    path: ['filter'],
    message: 'The filter is false whatever the event: the hook can never match',
    hint: 'To switch a hook off, say enabled: false',
  };
}

async function compileProgram(
  { functions, language }: LambdaConfig,
  sandbox: Sandbox,
): Promise<{ program: SandboxProgram | null; findings: readonly Finding[] }> {
  const compilations = await Promise.all(functions.map((source) => sandbox.compile(source, language)));
  const findings = compilations.flatMap((compilation, index): Finding[] => {
    if (compilation.kind === 'compiled') return [];
    const where = compilation.line === null ? '' : ` (line ${compilation.line} of the function)`;
    const message = `${compilation.message}${where}`;
    return [{ code: 'function_invalid', path: ['config', 'functions', index], message, hint: FUNCTION_HINT }];
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
