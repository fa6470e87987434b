import { type Declared, TICK } from '../catalogue/build.ts';
import { OWN_SOURCE } from '../catalogue/built-in.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { EventHook } from '../definitions/definition.ts';
import type { CatalogueEvent, ScheduleDefinition } from '../definitions/event-source.ts';
import { createSchedule } from '../definitions/schedule.ts';
import type { Finding } from './finding.ts';
import { findVolatileField } from './volatile-fields.ts';

/** What is known of events. */
interface Known {
  readonly catalogue: Catalogue;
  readonly declared: Declared;
}

/** Ticks that tell how near to each other those of a schedule are. */
const TICKS = 24;
/** From here on, so that a year with the present rules of summer time is looked at. */
const TICKS_FROM = Date.UTC(2026, 0, 1);
/** A tick may be late, the next is then nearer to it, and clocks are set: only what is slower by this is sure to be. */
const MARGIN = 2;

/**
 * Finds `on_change` and `snooze` that can stop nothing: of events that are never the same, and of ticks that are further
 * apart than the snooze. What is only unlikely to repeat is not said.
 */
export function checkRepeats(hook: EventHook, known: Known): readonly Finding[] {
  if (hook.on_change === true) return checkChange(hook, known);
  return (hook.snooze ?? 0) > 0 ? checkSnooze(hook, known) : [];
}

function checkChange(hook: EventHook, known: Known): readonly Finding[] {
  const events = toEvents(hook, known);
  const volatile = events.map(([name, event]) => findChanging(hook.source, [name, event], known));
  const [field] = volatile;
  if (field === undefined || volatile.includes(null)) return [];
  const gates = (hook.snooze ?? 0) > 0 ? '"on_change" and "snooze" stop' : '"on_change" stops';
  const message = `No two events have the same "${field}": ${gates} none of them`;
  return [{ code: 'never_unchanged', path: ['on_change'], message, hint: toHint(hook, known) }];
}

/** The events a hook is for, as the catalogue has them. */
function toEvents({ source, event }: EventHook, { catalogue }: Known): readonly [string, CatalogueEvent][] {
  const events = catalogue.sources.get(source);
  if (event === null) return [...(events ?? [])];
  const entry = events?.get(event);
  return entry === undefined ? [] : [[event, entry]];
}

/** A field that is another in every event. */
function findChanging(source: string, [name, event]: [string, CatalogueEvent], known: Known): string | null {
  if (source === OWN_SOURCE) return name === 'delivery-exhausted' ? 'delivery' : null;
  if (name === TICK && event.unique === undefined && isScheduled(source, known)) return 'scheduled_at';
  return findVolatileField(event);
}

function isScheduled(source: string, { declared }: Known): boolean {
  return (declared.get(source)?.source.schedule ?? null) !== null;
}

/** Only what is declared can be told what makes two the same. */
function toHint(hook: EventHook, known: Known): string {
  const owner = known.declared.get(hook.source);
  const isDeclared = toEvents(hook, known).every(([name]) => Object.hasOwn(owner?.source.events ?? {}, name));
  if (owner === undefined || !isDeclared)
    return 'Remove "on_change"; "snooze" without it mutes by time, whatever the data';
  const { file, line } = owner.origin;
  const which = hook.event === null ? 'its events' : `"${hook.event}"`;
  return `List what makes two events the same under "unique" of ${which} (${file}:${line}), or remove "on_change"`;
}

/** After a start, a tick that was missed comes at any time before the next: only where none are made up for is it sure. */
function checkSnooze(hook: EventHook, known: Known): readonly Finding[] {
  const schedule = known.declared.get(hook.source)?.source.schedule ?? null;
  const names = toEvents(hook, known).map(([name]) => name);
  if (schedule?.missed !== 'skip' || names.length !== 1 || names[0] !== TICK) return [];
  if (toGapMs(schedule) < MARGIN * (hook.snooze ?? 0) * 1000) return [];
  const message = `The ticks of "${hook.source}" are further apart than ${hook.snooze} s: "snooze" mutes none of them`;
  return [{ code: 'never_snoozed', path: ['snooze'], message, hint: 'Remove "snooze"' }];
}

/** By the declaration of the schedule: many hooks may be on one. */
const gaps = new WeakMap<ScheduleDefinition, number>();

/** How near to each other the ticks of a schedule are, ms. */
function toGapMs(definition: ScheduleDefinition): number {
  const gap = gaps.get(definition) ?? measureGap(definition);
  gaps.set(definition, gap);
  return gap;
}

function measureGap(definition: ScheduleDefinition): number {
  const { nextAfter } = createSchedule(definition);
  let last = nextAfter(TICKS_FROM);
  let gap = Number.POSITIVE_INFINITY;
  for (let count = 0; count < TICKS && last !== null; count += 1) {
    const next = nextAfter(last);
    if (next !== null) gap = Math.min(gap, next - last);
    last = next;
  }
  return gap;
}
