import type { EventHook, LoadedDefinition } from '../definitions/definition.ts';
import type { Problem } from '../definitions/problem.ts';
import { toProblem } from './place.ts';

/** A hook with where it came from. */
interface Named {
  readonly hook: EventHook;
  readonly loaded: LoadedDefinition;
}

/** Finds hooks that share a name or an id; the problem is at each but the first. */
export function findDuplicates(hooks: readonly Named[]): readonly Problem[] {
  return (['name', 'id'] as const).flatMap((key) => findSame(hooks, key));
}

function findSame(hooks: readonly Named[], key: 'name' | 'id'): readonly Problem[] {
  const first = new Map<string, Named>();
  return hooks.flatMap(({ hook, loaded }) => {
    const value = hook[key];
    const before = first.get(value);
    if (before === undefined) {
      first.set(value, { hook, loaded });
      return [];
    }
    // Two hooks of one name have one id too unless they say otherwise; saying it once is enough.
    if (key === 'id' && before.hook.name === hook.name) return [];
    const { file, line } = before.loaded.origin;
    const message = `Duplicate ${key} "${value}": ${file}:${line} has it already`;
    return [toProblem(loaded, { code: `${key}_duplicate`, severity: 'error', path: [key], message })];
  });
}
