import type { CatalogueEvent, EventSource, LoadedDefinition } from '../definitions/definition.ts';
import type { Problem } from '../definitions/problem.ts';
import { BUILT_IN, OWN_SOURCE } from './built-in.ts';
import type { Catalogue } from './catalogue.ts';

/** A catalogue with what is wrong with the declared sources it was to be made of. */
export interface BuiltCatalogue {
  readonly catalogue: Catalogue;
  readonly problems: readonly Problem[];
}

/**
 * Merges declared sources with the built-in ones. A declared source may add events to a built-in one, as Kong's own
 * plugins do; it may not change one that is there, nor touch Hookline's own source.
 */
export function buildCatalogue(declared: readonly LoadedDefinition[]): BuiltCatalogue {
  const sources = new Map(BUILT_IN);
  const firsts = new Map<string, LoadedDefinition>();
  const problems = declared.flatMap((loaded): Problem[] => {
    const { definition } = loaded;
    if (definition.kind !== 'EventSource') return [];
    const problem = findProblem(loaded, definition, firsts.get(definition.name));
    if (problem !== null) return [problem];
    firsts.set(definition.name, loaded);
    sources.set(
      definition.name,
      new Map([...(sources.get(definition.name) ?? []), ...Object.entries(definition.events)]),
    );
    return [];
  });
  return { catalogue: { sources }, problems };
}

function findProblem(
  loaded: LoadedDefinition,
  { name, events }: EventSource,
  first: LoadedDefinition | undefined,
): Problem | null {
  if (first !== undefined) {
    const { file, line } = first.origin;
    return toProblem(loaded, {
      code: 'source_duplicate',
      path: ['name'],
      message: `Duplicate source "${name}": ${file}:${line} declares it already`,
    });
  }
  if (name === OWN_SOURCE)
    return toProblem(loaded, {
      code: 'source_reserved',
      path: ['name'],
      message: `Source "${name}" is Hookline's own`,
    });
  const builtIn: ReadonlyMap<string, CatalogueEvent> | undefined = BUILT_IN.get(name);
  const taken = Object.keys(events).find((event) => builtIn?.has(event));
  if (taken === undefined) return null;
  return toProblem(loaded, {
    code: 'source_reserved',
    path: ['events', taken],
    message: `Event "${taken}" of source "${name}" is built in: only events it does not have can be added`,
  });
}

function toProblem(
  { origin, locate }: LoadedDefinition,
  {
    code,
    path,
    message,
  }: { readonly code: Problem['code']; readonly path: readonly string[]; readonly message: string },
): Problem {
  return {
    code,
    severity: 'error',
    file: origin.file,
    ...locate(path, true),
    path: path.join('.'),
    message,
    hint: null,
  };
}
