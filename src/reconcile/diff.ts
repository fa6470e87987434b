import { digestJson } from '../canonical-json.ts';
import { toAllEvents } from '../catalogue/build.ts';
import type { EventHook } from '../definitions/definition.ts';
import type { EventSource } from '../definitions/event-source.ts';
import { toDotted } from '../definitions/schema-messages.ts';
import type { JsonObject } from '../event.ts';
import { compareTexts } from '../order.ts';
import { locatePlainSecrets, maskConfig } from '../secrets/mask.ts';
import { diffFields, type FieldChange, type ShownValue } from './diff-fields.ts';

/** Definitions to compare: complete, and good. */
export interface DefinitionSet {
  readonly hooks: readonly EventHook[];
  readonly sources: readonly EventSource[];
  /** Whether they are what a server shows: secrets in clear are masked, and no source has its description. */
  readonly fromServer: boolean;
}

/** A hook as it may be shown. */
export interface ShownHook {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly event: string | null;
  readonly handler: string;
  /** All of it with its defaults; a secret in clear is masked. */
  readonly definition: JsonObject;
}

/** A hook or a source both sides have, and what of it differs. */
export interface Changed {
  /** As the later side has it. */
  readonly name: string;
  readonly changes: readonly FieldChange[];
}

/** A hook whose only difference is what it is called, and with that its id. */
export interface RenamedHook {
  readonly before: ShownHook;
  readonly after: ShownHook;
}

/** A secret nobody can say the same or different of: both sides have one in clear, and a server does not show it. */
export interface UncomparedSecret {
  readonly hook: string;
  readonly path: string;
}

/** What differs between two sets of definitions. Every list is in the order of names. */
export interface DefinitionDiff {
  readonly hooks: {
    readonly added: readonly ShownHook[];
    readonly removed: readonly ShownHook[];
    readonly renamed: readonly RenamedHook[];
    readonly changed: readonly (Changed & { readonly id: string })[];
    readonly unchanged: number;
  };
  readonly sources: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly Changed[];
    readonly unchanged: number;
  };
  readonly uncompared: readonly UncomparedSecret[];
}

/** Finds what differs. A hook is the same hook while its id is; a source while its name is. */
export function diffDefinitions(before: DefinitionSet, after: DefinitionSet): DefinitionDiff {
  const masked = before.fromServer || after.fromServer;
  const { added, removed, kept } = pair(before.hooks, after.hooks, ({ id }) => id);
  const { renamed, onlyAdded, onlyRemoved } = findRenamed(removed, added, masked);
  const changed = kept.flatMap(([from, to]) => {
    const changes = diffFields(toComparable(from, masked), toComparable(to, masked));
    return changes.length === 0 ? [] : [{ id: to.id, name: to.name, changes }];
  });
  const both = [...kept, ...renamed];
  return {
    hooks: {
      added: onlyAdded.map(toShownHook),
      removed: onlyRemoved.map(toShownHook),
      renamed: renamed.map(([from, to]) => ({ before: toShownHook(from), after: toShownHook(to) })),
      changed,
      unchanged: kept.length - changed.length,
    },
    sources: diffSources(before.sources, after.sources, !masked),
    uncompared: masked ? both.flatMap(([from, to]) => findUncompared(from, to)) : [],
  };
}

/** Whether there is nothing to tell. */
export function isSame({ hooks, sources }: DefinitionDiff): boolean {
  return [hooks.added, hooks.removed, hooks.renamed, hooks.changed].every(isEmpty) && isSameSources(sources);
}

function isSameSources({ added, removed, changed }: DefinitionDiff['sources']): boolean {
  return [added, removed, changed].every(isEmpty);
}

function isEmpty(list: readonly unknown[]): boolean {
  return list.length === 0;
}

interface Paired<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
  readonly kept: readonly (readonly [T, T])[];
}

function pair<T extends { readonly name: string }>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (one: T) => string,
): Paired<T> {
  const known = new Map(before.map((one) => [keyOf(one), one]));
  const ordered = after.toSorted(byName);
  const kept = ordered.flatMap((one) => {
    const other = known.get(keyOf(one));
    return other === undefined ? [] : [[other, one] as const];
  });
  const met = new Set(kept.map(([, one]) => keyOf(one)));
  return {
    added: ordered.filter((one) => !met.has(keyOf(one))),
    removed: before.filter((one) => !met.has(keyOf(one))).toSorted(byName),
    kept,
  };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareTexts(a.name, b.name);
}

/** Pairs what went with what came where nothing but the name, and the id that is made of it, tells them apart. */
function findRenamed(
  removed: readonly EventHook[],
  added: readonly EventHook[],
  masked: boolean,
): {
  readonly renamed: readonly (readonly [EventHook, EventHook])[];
  readonly onlyAdded: readonly EventHook[];
  readonly onlyRemoved: readonly EventHook[];
} {
  const gone = Map.groupBy(removed, (hook) => digestUnnamed(hook, masked));
  const renamed = added.flatMap((hook) => {
    const from = gone.get(digestUnnamed(hook, masked))?.shift();
    return from === undefined ? [] : [[from, hook] as const];
  });
  const met = new Set(renamed.flat());
  return {
    renamed,
    onlyAdded: added.filter((hook) => !met.has(hook)),
    onlyRemoved: removed.filter((hook) => !met.has(hook)),
  };
}

function digestUnnamed(hook: EventHook, masked: boolean): string {
  const { id: _id, name: _name, ...rest } = toComparable(hook, masked).value as JsonObject;
  return digestJson(rest);
}

/** Against what a server shows, only what it would show of a hook can be compared. */
function toComparable(hook: EventHook, masked: boolean): ShownValue {
  const shown = toShownDefinition(hook);
  return { value: masked ? shown : withoutKind(hook), shown };
}

function toShownHook(hook: EventHook): ShownHook {
  const { id, name, source, event, handler } = hook;
  return { id, name, source, event, handler, definition: toShownDefinition(hook) };
}

function toShownDefinition(hook: EventHook): JsonObject {
  return { ...withoutKind(hook), config: maskConfig(hook.config) };
}

/** A definition is JSON; an interface has no index signature, so the compiler cannot know. */
function withoutKind<T extends EventHook | EventSource>({ kind: _kind, ...rest }: T): JsonObject {
  return rest as unknown as JsonObject;
}

/** Secrets in clear of which both sides show the same: the later side has one and, as nothing changed there, so has the other. */
function findUncompared(before: EventHook, after: EventHook): readonly UncomparedSecret[] {
  const changed = diffFields(toComparable(before, true), toComparable(after, true)).map(({ path }) => path);
  const paths = new Set(locatePlainSecrets(after.config).map(({ path }) => toDotted(['config', ...path])));
  return [...paths]
    .filter((path) => !changed.some((one) => isWithin(path, one)))
    .sort(compareTexts)
    .map((path) => ({ hook: after.name, path }));
}

function isWithin(path: string, one: string): boolean {
  return path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`);
}

function diffSources(
  before: readonly EventSource[],
  after: readonly EventSource[],
  described: boolean,
): DefinitionDiff['sources'] {
  const isShown = (source: EventSource): boolean => described || Object.keys(toAllEvents(source)).length > 0;
  const { added, removed, kept } = pair(before.filter(isShown), after.filter(isShown), ({ name }) => name);
  const changed = kept.flatMap(([from, to]) => {
    const changes = diffFields(toSourceValue(from, described), toSourceValue(to, described));
    return changes.length === 0 ? [] : [{ name: to.name, changes }];
  });
  return {
    added: added.map(({ name }) => name),
    removed: removed.map(({ name }) => name),
    changed,
    unchanged: kept.length - changed.length,
  };
}

/**
 * A server shows the events of a source, those it has without saying so as well, and nothing of the source itself: so
 * none of one that has no events.
 */
function toSourceValue(source: EventSource, described: boolean): ShownValue {
  const { inlet, kong } = source;
  const { name = null, events = null } = withoutKind({ ...source, events: toAllEvents(source) });
  const value = described ? withoutKind(source) : { name, events };
  const secretive = Object.entries({ inlet, kong }).flatMap(([key, part]) =>
    part === null ? [] : [[key, maskConfig(part)] as const],
  );
  return { value, shown: described ? { ...value, ...Object.fromEntries(secretive) } : value };
}
