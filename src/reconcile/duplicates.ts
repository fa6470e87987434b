import type { EventHook, LoadedDefinition, Origin } from '../definitions/definition.ts';
import type { Problem } from '../definitions/problem.ts';
import { isSameFile } from '../definitions/same-file.ts';
import { toProblem } from '../lint/finding.ts';
import type { Snapshot } from './snapshot.ts';

/** A hook with where it came from. */
interface Named {
  readonly hook: EventHook;
  readonly loaded: LoadedDefinition;
}

/** Finds hooks that share a name or an id. The one that is live has it; else the first does. The problem is at each other. */
export function findDuplicates(hooks: readonly Named[], live: Snapshot | null): readonly Problem[] {
  return (['name', 'id'] as const).flatMap((key) => findSame(hooks, key, toPlaces(live, key)));
}

type Key = 'name' | 'id';

/** Where the hook with each name or id is live. */
function toPlaces(live: Snapshot | null, key: Key): ReadonlyMap<string, Origin> {
  return new Map((live?.hooks ?? []).map(({ definition, origin }) => [definition[key], origin]));
}

function findSame(
  hooks: readonly Named[],
  key: Key,
  places: ReadonlyMap<string, Origin>,
): readonly Problem[] {
  const groups = Map.groupBy(hooks, ({ hook }) => hook[key]);
  return [...groups].flatMap(([value, same]) => {
    if (same.length === 1) return [];
    const place = places.get(value);
    const owner = same.find(({ loaded }) => isSameFile(loaded.origin, place)) ?? same[0];
    return same.flatMap(({ hook, loaded }) => {
      // Two hooks of one name have one id too unless they say otherwise; saying it once is enough.
      if (owner === undefined || loaded === owner.loaded || (key === 'id' && owner.hook.name === hook.name))
        return [];
      const { file, line } = owner.loaded.origin;
      const message = `Duplicate ${key} "${value}": ${file}:${line} has it already`;
      return [
        toProblem(loaded, {
          code: `${key}_duplicate`,
          path: [key],
          message,
          hint: `Give one of them another ${key}, or remove it`,
        }),
      ];
    });
  });
}
