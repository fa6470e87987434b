import { BUILT_IN } from '../catalogue/built-in.ts';
import type { Json, JsonObject } from '../event.ts';
import { compareTexts } from '../order.ts';
import { toPlainName } from '../plain-name.ts';
import { type ConvertedHook, convertHook } from './convert-hook.ts';
import { type KongHook, toKongHook } from './kong-hook.ts';

/** Every hook of a gateway as definitions. */
export interface Converted {
  /** In the order of their names. */
  readonly hooks: readonly ConvertedHook[];
  /** Sources with the events that hooks are on and nothing built in declares: those of plugins of one's own. */
  readonly sources: readonly JsonObject[];
  /** What is in the dump and is no hook. */
  readonly refused: readonly string[];
}

/** Converts what a gateway lists. The same hooks get the same names, in whatever order they are listed. */
export function convertHooks(listed: readonly Json[]): Converted {
  const read = listed.map((value, index) => ({ index, hook: toKongHook(value) }));
  const hooks = read.flatMap(({ hook }) => (typeof hook === 'string' ? [] : [hook]));
  return {
    hooks: toNamed(hooks).map(([name, hook]) => convertHook(hook, name)),
    sources: declareSources(hooks),
    refused: read.flatMap(({ index, hook }) =>
      typeof hook === 'string' ? [`hook ${index + 1}: ${hook}`] : [],
    ),
  };
}

/** The gateway's hooks have no names: they are called by what they are on and what they do, and numbered where that is the same. */
function toNamed(hooks: readonly KongHook[]): readonly (readonly [string, KongHook])[] {
  const groups = Map.groupBy(
    hooks.toSorted((a, b) => compareTexts(a.id, b.id)),
    ({ source, event, handler }) => toPlainName([source, event ?? 'all', handler].join('-')),
  );
  // A number may make a name that another hook has by itself.
  const taken = new Set([...groups].flatMap(([name, alike]) => (alike.length === 1 ? [name] : [])));
  return [...groups]
    .flatMap(([name, alike]) =>
      alike.length === 1 ? alike.map((hook) => [name, hook] as const) : toNumbered(name, alike, taken),
    )
    .sort(([a], [b]) => compareTexts(a, b));
}

function toNumbered(
  name: string,
  alike: readonly KongHook[],
  taken: Set<string>,
): readonly (readonly [string, KongHook])[] {
  let number = 0;
  return alike.map((hook) => {
    do number += 1;
    while (taken.has(`${name}-${number}`));
    taken.add(`${name}-${number}`);
    return [`${name}-${number}`, hook] as const;
  });
}

function declareSources(hooks: readonly KongHook[]): readonly JsonObject[] {
  const unknown = hooks.filter(({ source, event }) =>
    event === null ? !BUILT_IN.has(source) : !BUILT_IN.get(source)?.has(event),
  );
  return [...Map.groupBy(unknown, ({ source }) => source)].map(([name, alike]) => ({
    kind: 'EventSource',
    name,
    events: Object.fromEntries(alike.map(({ event }) => [event ?? 'any', {}])),
  }));
}
