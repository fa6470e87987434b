import { setImmediate } from 'node:timers/promises';
import { buildCatalogue, type Declared } from '../catalogue/build.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { EventHook, LoadedDefinition, LoadedFile } from '../definitions/definition.ts';
import { hasErrors, type Problem } from '../definitions/problem.ts';
import { silence } from '../definitions/silences.ts';
import { checkHook } from '../lint/check-hook.ts';
import { checkRepeats } from '../lint/check-repeats.ts';
import { checkSourceTransport } from '../lint/check-transport.ts';
import { type Finding, toProblem } from '../lint/finding.ts';
import { findSameRequests } from '../lint/same-requests.ts';
import { compareTexts } from '../order.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { NOTHING_RESERVED, type Reserved } from '../secrets/reserved.ts';
import { type CompiledHook, createHookCompiler } from './compile-hook.ts';
import { findDuplicates } from './duplicates.ts';
import { findPrefixProblems, type Prefixes } from './prefixes.ts';
import { checkSource, findReserved } from './references.ts';
import type { Snapshot } from './snapshot.ts';

/** A hook that is ready to go live once it has a revision and its times. */
export interface PreparedHook {
  readonly hook: EventHook;
  readonly loaded: LoadedDefinition;
  readonly compiled: CompiledHook;
}

/** Everything that can fail, done: what a set of files would make live, and every problem of all of them. */
export interface Prepared {
  /** In the order of their names. */
  readonly hooks: readonly PreparedHook[];
  readonly catalogue: Catalogue;
  readonly declared: Declared;
  /** By file and place. */
  readonly problems: readonly Problem[];
  /** Whether nothing stops the set from going live. */
  readonly good: boolean;
}

/**
 * Prepares sets of files; of two definitions with one name the live one has it. Boot and reload accept the same. `validate`
 * does too, but that it knows no settings, and so no prefixes, and nothing that is live.
 */
export type Prepare = (files: readonly LoadedFile[], live?: Snapshot | null) => Promise<Prepared>;

/** What settings say that definitions have to keep to; without it, they are checked by themselves. */
export interface PrepareRules {
  readonly prefixes?: Prefixes;
  readonly reserved?: Reserved;
}

/** Hooks compiled between two pauses, so that a large set never holds up deliveries. */
const BATCH = 200;

/** Makes a Prepare that compiles each definition once, however often it comes back unchanged. */
export function createPrepare(
  sandbox: Sandbox,
  { prefixes = new Map(), reserved = NOTHING_RESERVED }: PrepareRules = {},
): Prepare {
  const compile = createHookCompiler(sandbox);
  return async (files, live = null) => {
    const isReserved = reserved.look();
    const loaded = files.flatMap((file) => file.definitions);
    const { catalogue, declared, problems: sourceProblems } = buildCatalogue(loaded, live?.declared);
    const hooks: PreparedHook[] = [];
    const problems = [...files.flatMap((file) => file.problems), ...sourceProblems];
    const startLines = new Map<Problem, number>();
    const add = (definition: LoadedDefinition, findings: readonly Finding[]): void => {
      for (const finding of findings) {
        const problem = toProblem(definition, finding);
        problems.push(problem);
        if (finding.within) startLines.set(problem, definition.locate(finding.path).line);
      }
    };
    for (const [index, definition] of loaded.entries()) {
      if (index % BATCH === BATCH - 1) await setImmediate();
      const hook = definition.definition;
      if (hook.kind === 'EventSource') {
        const { findings, references } = checkSource(hook);
        add(definition, [
          ...findings,
          ...checkSourceTransport(hook),
          ...findReserved(references, isReserved),
        ]);
        continue;
      }
      const prepared = { hook, loaded: definition, compiled: await compile(definition, hook) };
      hooks.push(prepared);
      problems.push(...findPrefixProblems(hook, definition, prefixes));
      const { references, findings: own } = prepared.compiled;
      add(definition, [
        ...own,
        ...findReserved(references, isReserved),
        ...checkHook(prepared, catalogue),
        ...checkRepeats(hook, { catalogue, declared }),
      ]);
    }
    problems.push(...findDuplicates(hooks, live), ...findSameRequests(hooks));
    const said = silence(problems, { files, startLines }).toSorted(byPlace);
    hooks.sort((a, b) => compareTexts(a.hook.name, b.hook.name));
    return { hooks, catalogue, declared, problems: said, good: !hasErrors(said) };
  };
}

function byPlace(a: Problem, b: Problem): number {
  return compareTexts(a.file, b.file) || a.line - b.line || a.column - b.column;
}
