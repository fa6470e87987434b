import { count } from '../count.ts';
import { toDuration } from '../duration.ts';
import type { Json, JsonObject } from '../event.ts';
import { mapTexts } from '../map-texts.ts';
import type { HappeningKind } from './hook-test.ts';

/** Something that happened in a test, with what can be expected of it. */
export type Happening = JsonObject & {
  /** Absent where it is of no hook. */
  readonly hook?: string;
  /** ms since the start of the test. */
  readonly at: number;
};

/** All that happened in a test, each kind in its order. */
export type Happenings = Readonly<Record<HappeningKind | 'unsent', readonly Happening[]>>;

/** Characters of a body or a value that a line shows. */
const MAX_SHOWN = 80;

/** One line for each thing that happened, in the order of time: of the hook, or of all. */
export function toTimeline(happenings: Happenings, hook: string | null): readonly TimelineEntry[] {
  const entries = (['refused', 'stopped', 'requests', 'unsent', 'results', 'logs'] as const).flatMap((kind) =>
    happenings[kind].map((one) => ({ at: one.at, hook: one.hook ?? null, text: DESCRIBE[kind](one) })),
  );
  return entries
    .filter((one) => hook === null || one.hook === hook || one.hook === null)
    .sort((a, b) => a.at - b.at);
}

/** A line of what happened. */
export interface TimelineEntry {
  /** ms since the start of the test. */
  readonly at: number;
  readonly hook: string | null;
  readonly text: string;
}

const DESCRIBE: Readonly<
  Record<Exclude<HappeningKind, 'deliveries'> | 'unsent', (one: Happening) => string>
> = {
  refused: ({ id, message }) => `${id} refused: ${message}`,
  stopped: ({ id, reason }) => `${id} stopped: ${reason}`,
  requests: ({ id, method, url, body, answer }) =>
    `${id} sent: ${method} ${url}${body === '' ? '' : ` ${toCut(String(body))}`} → ${answer}`,
  unsent: ({ id, reason, error }) => `${id} not sent: ${reason}: ${error}`,
  results: ({ id, result = null, error }) =>
    error === null ? `${id} returned ${toCut(JSON.stringify(result))}` : `${id} failed: ${error}`,
  logs: ({ data, output }) =>
    data === undefined ? `printed ${toCut(JSON.stringify(output))}` : `logged ${toCut(JSON.stringify(data))}`,
};

/** What a line says of a happening of any kind, for one that nobody expected. */
export function describeHappening(kind: HappeningKind, one: Happening): string {
  if (kind !== 'deliveries') return `at ${toDuration(one.at)}: ${DESCRIBE[kind](one)}`;
  return `of ${one.id}: ${one.state} after ${count(Number(one.attempts), 'attempt')}`;
}

function toCut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).toWellFormed()}…` : text;
}

/** An id with a label in its place, in every text of a value, the keys of maps left out. */
export function relabel<T extends Json>(value: T, labels: ReadonlyMap<string, string>): T {
  return mapTexts(value, [], (text) => text.replaceAll(UUID, (id) => labels.get(id) ?? id)) as T;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
