import type { CatalogueEvent, EventSource, LoadedDefinition } from '../definitions/definition.ts';
import type { Problem } from '../definitions/problem.ts';
import { BUILT_IN, OWN_SOURCE } from './built-in.ts';
import type { Catalogue } from './catalogue.ts';

/** The event of a schedule. */
export const TICK = 'tick';
const TICK_EVENT: CatalogueEvent = {
  description: 'The schedule of the source was due',
  fields: ['scheduled_at', 'missed'],
};

/** A catalogue with what is wrong with the declared sources it was to be made of. */
export interface BuiltCatalogue {
  readonly catalogue: Catalogue;
  readonly problems: readonly Problem[];
}

/**
 * Merges declared sources with the built-in ones. A declared source may add events to a built-in one, as Kong's own
 * plugins do; it may not change one that is there, nor touch Hookline's own source.
 */
export function buildCatalogue(definitions: readonly LoadedDefinition[]): BuiltCatalogue {
  const sources = new Map(BUILT_IN);
  const firsts = new Map<string, LoadedDefinition>();
  const declared = new Map<string, EventSource>();
  const problems = definitions.flatMap((loaded): readonly Problem[] => {
    const { definition } = loaded;
    if (definition.kind !== 'EventSource') return [];
    const { name, events } = definition;
    const mistakes = findMistakes(definition, firsts.get(name));
    if (mistakes.length > 0) return mistakes.map((mistake) => toProblem(loaded, mistake));
    firsts.set(name, loaded);
    declared.set(name, definition);
    sources.set(
      name,
      new Map([...(sources.get(name) ?? []), ...toBrought(definition), ...Object.entries(events)]),
    );
    return [];
  });
  return { catalogue: { sources, declared }, problems };
}

/** Events a source has without saying so. */
function toBrought({ schedule }: EventSource): readonly (readonly [string, CatalogueEvent])[] {
  return schedule === null ? [] : [[TICK, TICK_EVENT]];
}

type Mistake = Pick<Problem, 'code' | 'message'> & { readonly path: readonly string[] };

function findMistakes(source: EventSource, first: LoadedDefinition | undefined): readonly Mistake[] {
  const { name, events } = source;
  if (first !== undefined) {
    const message = `Duplicate source "${name}": ${first.origin.file}:${first.origin.line} declares it already`;
    return [{ code: 'source_duplicate', path: ['name'], message }];
  }
  if (name === OWN_SOURCE)
    return [{ code: 'source_reserved', path: ['name'], message: `Source "${name}" is Hookline's own` }];
  const names = Object.keys(events);
  if (names.length === 0 && toBrought(source).length === 0) {
    const message = `Source "${name}" has no event: nothing could ever come of it`;
    return [{ code: 'source_empty', path: [], message }];
  }
  return names
    .filter((event) => BUILT_IN.get(name)?.has(event))
    .map((event) => ({
      code: 'source_reserved',
      path: ['events', event],
      message: `Event "${event}" of source "${name}" is built in: only events it does not have can be added`,
    }));
}

function toProblem({ origin, locate }: LoadedDefinition, { code, path, message }: Mistake): Problem {
  const { file } = origin;
  return {
    code,
    severity: 'error',
    file,
    ...locate(path, true),
    path: path.join('.'),
    message,
    hint: null,
  };
}
