import { count } from '../count.ts';
import type { EventHook } from '../definitions/definition.ts';
import type { EventSource } from '../definitions/event-source.ts';
import { type DefinitionDiff, type DefinitionSet, diffDefinitions, isSame } from '../reconcile/diff.ts';
import type { Prepared } from '../reconcile/prepare.ts';
import type { EventDiff } from './diff-routes.ts';
import type { ReadSide } from './diff-sides.ts';

/** What a comparison led to: what `diff --json` prints. Keys are added to it, never changed. */
export interface Comparison {
  /** What was compared with what, for people. */
  readonly from: string;
  readonly to: string;
  /** Whether the definitions differ: the exit code. */
  readonly different: boolean;
  readonly hooks: DefinitionDiff['hooks'];
  readonly sources: DefinitionDiff['sources'];
  /** Null: none were replayed. */
  readonly events: EventDiff | null;
  /** What to know of the comparison, a sentence each. */
  readonly notes: readonly string[];
}

/** A side with its definitions prepared. */
export interface PreparedSide {
  readonly side: ReadSide;
  readonly prepared: Prepared;
}

/** What is compared. */
export interface ComparisonParts {
  readonly from: PreparedSide;
  readonly to: PreparedSide;
  /** Names of the hooks that count begin so, and then sources do not count. Null: everything does. */
  readonly prefix: string | null;
  /** Replays events through both sides. Null: none are replayed. */
  readonly replay: ((renamed: ReadonlyMap<string, string>) => EventDiff) | null;
}

/** Compares two sides that are good. */
export function compareSides({ from, to, prefix, replay }: ComparisonParts): Comparison {
  const diff = diffDefinitions(toSet(from, prefix), toSet(to, prefix));
  const renamed = new Map(diff.hooks.renamed.map(({ before, after }) => [before.id, after.id]));
  const events = replay?.(renamed) ?? null;
  return {
    from: from.side.label,
    to: to.side.label,
    different: !isSame(diff),
    hooks: diff.hooks,
    sources: diff.sources,
    events,
    notes: [
      ...toSecretNotes(diff),
      ...toSourceNotes([from, to], prefix),
      ...toRenamedNotes(diff),
      ...toEventNotes(events),
    ],
  };
}

function toSet({ side, prepared }: PreparedSide, prefix: string | null): DefinitionSet {
  const hooks = prepared.hooks.map(({ hook }) => hook).filter((hook) => isNamed(hook, prefix));
  const { fromServer } = side;
  return { hooks, sources: prefix === null ? sourcesOf(side) : [], fromServer };
}

/** Whether a hook counts. */
export function isNamed({ name }: Pick<EventHook, 'name'>, prefix: string | null): boolean {
  return prefix === null || name.startsWith(prefix);
}

function sourcesOf({ files }: ReadSide): readonly EventSource[] {
  return files
    .flatMap(({ definitions }) => definitions.map(({ definition }) => definition))
    .filter((definition) => definition.kind === 'EventSource');
}

function toSecretNotes({ uncompared }: DefinitionDiff): readonly string[] {
  return uncompared.map(
    ({ hook, path }) =>
      `${path} of hook ${hook} holds a secret in clear on both sides: a server does not show it, so nobody can tell whether it is the same`,
  );
}

function toSourceNotes(sides: readonly PreparedSide[], prefix: string | null): readonly string[] {
  if (prefix !== null) return [`Only hooks whose names begin with ${prefix} are compared, and no sources`];
  const isShown = sides.some(({ side }) => side.fromServer);
  const isDescribed = sides.some(({ side }) =>
    sourcesOf(side).some(({ description }) => description !== null),
  );
  return isShown && isDescribed
    ? ['Descriptions of sources are not compared: a server does not show them']
    : [];
}

function toRenamedNotes({ hooks: { renamed } }: DefinitionDiff): readonly string[] {
  if (renamed.length === 0) return [];
  const which = `${count(renamed.length, 'hook')} renamed`;
  return [
    `${which}: on_change and snooze start anew, and deliveries that wait under the old name wait on until a hook has its id; give the new one the id to keep both`,
  ];
}

function toEventNotes(events: EventDiff | null): readonly string[] {
  if (events === null) return [];
  const unknown = `${count(events.unknown, 'event')} of those replayed would be taken in by neither side`;
  return [
    'Events are replayed through match, enabled and filter: what on_change or snooze would stop counts as delivered',
    ...(events.unknown === 0 ? [] : [unknown]),
  ];
}
