import { count } from '../count.ts';
import type { Json } from '../event.ts';
import type { ShownHook } from '../reconcile/diff.ts';
import type { FieldChange } from '../reconcile/diff-fields.ts';
import type { Comparison } from './diff-comparison.ts';
import type { EventDiff, MovedEvent } from './diff-routes.ts';

/** Ids of events that are shown of those that move alike. */
const MAX_IDS = 3;

/** A line of a text that changed. */
export interface TextLine {
  readonly kind: '-' | '+';
  readonly text: string;
}

/** Events that move alike. */
export interface MovedGroup {
  readonly source: string;
  readonly event: string;
  /** How they move: `+new-hook`, `-old-hook` and what else is to be said. */
  readonly moves: readonly string[];
  readonly ids: readonly string[];
}

/** "1 hook added, 2 changed, 4 unchanged; 1 source added". */
export function toVerdict({ hooks, sources }: Comparison): string {
  const parts = (names: readonly (readonly [number, string])[], noun: string): string => {
    const [first, ...rest] = names.filter(([number]) => number > 0);
    if (first === undefined) return '';
    const others = rest.map(([number, what]) => `${number} ${what}`);
    return [`${count(first[0], noun)} ${first[1]}`, ...others].join(', ');
  };
  const lengths = ({ added, removed, changed }: Comparison['sources'] | Comparison['hooks']) =>
    [
      [added.length, 'added'],
      [removed.length, 'removed'],
      [changed.length, 'changed'],
    ] as const;
  const said = [
    parts([...lengths(hooks), [hooks.renamed.length, 'renamed'], [hooks.unchanged, 'unchanged']], 'hook'),
    parts([...lengths(sources), [sources.unchanged, 'unchanged']], 'source'),
  ];
  return said.filter((text) => text !== '').join('; ') || 'no hooks on either side';
}

/** "Events: 4 replayed, 1 would go elsewhere or fail a filter". */
export function toEventVerdict({ replayed, moved }: EventDiff): string {
  if (replayed === 0) return 'Events: none are recorded';
  const said =
    moved.length === 0 ? 'all go where they went' : `${moved.length} would go elsewhere or fail a filter`;
  return `Events: ${replayed} replayed, ${said}`;
}

/** Where a hook takes what: `crud admins → webhook-custom`. */
export function toSummary({ source, event, handler }: ShownHook): string {
  return `${source} ${event ?? '(every event)'} → ${handler}`;
}

/** A value in one line; a long one is cut. */
export function toValueText(value: Json | undefined, maxLength: number): string {
  if (value === undefined) return 'not set';
  const text = JSON.stringify(value);
  return text.length > maxLength ? `${text.slice(0, maxLength)}… (${text.length} characters)` : text;
}

/**
 * The lines that went and came where a text of several lines changed; null when it is none, or what differs is masked.
 * What both have at the start and the end is left out.
 */
export function toTextLines({ before, after, secret }: FieldChange): readonly TextLine[] | null {
  if (typeof before !== 'string' || typeof after !== 'string' || secret) return null;
  if (!before.includes('\n') && !after.includes('\n')) return null;
  const old = before.split('\n');
  const fresh = after.split('\n');
  const start = countSame(old, fresh);
  const end = countSame(old.slice(start).reverse(), fresh.slice(start).reverse());
  return [
    ...old.slice(start, old.length - end).map((text): TextLine => ({ kind: '-', text })),
    ...fresh.slice(start, fresh.length - end).map((text): TextLine => ({ kind: '+', text })),
  ];
}

function countSame(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((line, index) => line !== b[index]);
  return differs === -1 ? Math.min(a.length, b.length) : differs;
}

/** Puts events together that move alike, the largest group first. */
export function groupMoved(moved: readonly MovedEvent[]): readonly MovedGroup[] {
  const groups = Map.groupBy(moved, ({ id: _id, ...rest }) => JSON.stringify(rest));
  return [...groups.values()]
    .flatMap((group): MovedGroup[] => {
      const [first] = group;
      if (first === undefined) return [];
      const { source, event } = first;
      return [{ source, event, moves: toMoves(first), ids: group.map(({ id }) => id) }];
    })
    .sort((a, b) => b.ids.length - a.ids.length);
}

/** The first ids of events that move alike, each as `show` has it. */
export function toIdList(ids: readonly string[], show: (id: string) => string): string {
  return `${ids.slice(0, MAX_IDS).map(show).join(', ')}${ids.length > MAX_IDS ? ', …' : ''}`;
}

function toMoves({ added, removed, failing, refused }: MovedEvent): readonly string[] {
  const sides = [
    ['before', failing.before, refused.before],
    ['after', failing.after, refused.after],
  ] as const;
  return [
    ...added.map((name) => `+${name}`),
    ...removed.map((name) => `-${name}`),
    ...sides.flatMap(([side, names]) => names.map((name) => `filter of ${name} fails ${side}`)),
    ...sides.flatMap(([side, , reason]) => (reason === null ? [] : [`refused ${side}: ${reason}`])),
  ];
}
