import type { EventHook, LoadedDefinition } from '../definitions/definition.ts';
import type { Problem } from '../definitions/problem.ts';
import { toProblem } from '../lint/finding.ts';
import type { SourceSettings } from '../source-settings.ts';

/** Prefix of names that each source owns, by the name of the source. */
export type Prefixes = ReadonlyMap<string, string>;

/** The prefixes that sources own, as settings say it. */
export function toPrefixes(sources: readonly Pick<SourceSettings, 'name' | 'prefix'>[]): Prefixes {
  return new Map(sources.flatMap(({ name, prefix }) => (prefix === null ? [] : [[name, prefix]])));
}

/** Finds a name that is not its source's to give: outside the prefix the source owns, or inside that of another. */
export function findPrefixProblems(
  { name }: EventHook,
  loaded: LoadedDefinition,
  prefixes: Prefixes,
): readonly Problem[] {
  const { owner } = loaded.origin;
  const own = prefixes.get(owner) ?? null;
  const problem = (message: string): readonly Problem[] => [
    toProblem(loaded, { code: 'name_not_owned', path: ['name'], message }),
  ];
  if (own !== null)
    return name.startsWith(own)
      ? []
      : problem(`Hook "${name}" must have a name that begins with "${own}", as all of source "${owner}"`);
  const other = [...prefixes].find(([, prefix]) => name.startsWith(prefix));
  return other === undefined
    ? []
    : problem(`Hook "${name}" has a name that begins with "${other[1]}", which source "${other[0]}" owns`);
}
