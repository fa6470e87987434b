import type { LedgerEvent } from './ledger.ts';
import type { Acknowledgement } from './load.ts';
import { judgeAll } from './oracle.ts';
import type { Reception } from './receiver.ts';
import type { CrashRun } from './run-crashes.ts';

/** Acknowledged events that the journal does not have, and deliveries that did not arrive. */
export function findLost({
  ledger: { events },
  load: { acknowledged },
  receiver,
}: CrashRun): readonly string[] {
  const kept = new Set(events.map(({ id }) => id));
  const forgotten = [...acknowledged.keys()].filter((id) => !kept.has(id));
  const undelivered = events
    .flatMap(({ deliveries }) => deliveries)
    .filter(({ id }) => !receiver.byDelivery.get(id)?.some(({ status }) => status === 204));
  return [...forgotten, ...undelivered.map(({ id, hook }) => `${hook} ${id}`)];
}

/** What arrived and belongs to no event that was sent, or went to the wrong hook. */
export function findUnknown({
  ledger: { events },
  load: { sent },
  receiver: { receptions },
}: CrashRun): readonly string[] {
  const expected = new Set(
    events.flatMap(({ id: event, deliveries }) => deliveries.map(({ id, hook }) => `${id} ${hook} ${event}`)),
  );
  return receptions
    .filter(({ eventId }) => sent.has(eventId))
    .map(({ deliveryId, hook, eventId }) => `${deliveryId} ${hook} ${eventId}`)
    .filter((arrived) => !expected.has(arrived))
    .concat(receptions.flatMap(({ eventId }) => (sent.has(eventId) ? [] : [eventId])));
}

/** What was sent again although the receiver did not refuse it. */
export function findDuplicates({ receiver: { byDelivery } }: CrashRun): readonly Reception[] {
  return [...byDelivery.values()].flatMap((receptions) =>
    receptions.filter((_, index) => index > 0 && receptions[index - 1]?.status !== 503),
  );
}

/** Duplicates of what was not in flight when a process ended. */
export function findNeedless({ receiver: { byDelivery }, inFlight }: CrashRun): readonly string[] {
  return [...byDelivery.values()].flatMap((receptions) =>
    receptions.flatMap((reception, index) => {
      const before = receptions[index - 1];
      if (before === undefined || before.status === 503) return [];
      const wasCutOff = before.life < reception.life && inFlight[before.life]?.has(reception.deliveryId);
      return wasCutOff ? [] : [`${reception.hook} ${reception.deliveryId}, process ${reception.life}`];
    }),
  );
}

/** Events that were accepted more than once. */
export function findRepeated({ ledger: { events } }: CrashRun): readonly string[] {
  const seen = new Set<string>();
  return events.flatMap(({ id }) => {
    const isKnown = seen.has(id);
    seen.add(id);
    return isKnown ? [id] : [];
  });
}

/** Events for which a gate did not decide as the events before it ask for. */
export function findMisjudged({ ledger: { events } }: CrashRun): readonly string[] {
  const judged = judgeAll(events);
  return events.flatMap((event, index) => {
    const expected = Object.entries(judged[index] ?? {}).map(([hook, reason]) => `${hook}: ${reason}`);
    const decided = toDecisions(event).filter((decision) => decision !== 'extra: null');
    return isSame(expected, decided) ? [] : [`${event.id} got ${decided}, not ${expected}`];
  });
}

/** Events of one revision that did not all go to the same hooks. */
export function findTorn({ ledger: { events } }: CrashRun): readonly string[] {
  const hooksOf = new Map<number, string>();
  return events.flatMap((event) => {
    if (event.source !== 'plain') return [];
    const hooks = toDecisions(event)
      .map((decision) => decision.split(':')[0])
      .sort()
      .join();
    const expected = hooksOf.get(event.revision) ?? hooks;
    hooksOf.set(event.revision, expected);
    return hooks === expected ? [] : [`${event.id} went to ${hooks}, not ${expected}`];
  });
}

/** Answers that say something else than the journal has. */
export function findMisanswered({ ledger: { events }, load: { acknowledged } }: CrashRun): readonly string[] {
  return events.flatMap((event) => {
    const { hooks = null, stopped = [] } = acknowledged.get(event.id) ?? {};
    if (hooks === null || isAnswerTo(event, { hooks, stopped })) return [];
    return [`${event.id} was answered ${JSON.stringify({ hooks, stopped })}`];
  });
}

function isAnswerTo({ deliveries, stops }: LedgerEvent, { hooks, stopped }: Acknowledgement): boolean {
  const answered = (hooks ?? []).map(({ hook, delivery }) => `${hook} ${delivery}`);
  const recorded = deliveries.map(({ hook, id }) => `${hook} ${id}`);
  const toText = ({ hook, reason }: { hook: string; reason: string }): string => `${hook} ${reason}`;
  return isSame(answered, recorded) && isSame(stopped.map(toText), stops.map(toText));
}

/** Deliveries of an order key that came in before one accepted earlier, or beside another. */
export function findDisordered({
  ledger: { events },
  receiver: { receptions },
}: CrashRun): readonly string[] {
  const seqOf = new Map(
    events.flatMap(({ seq, deliveries }) => deliveries.map(({ id }) => [id, seq] as const)),
  );
  const last = new Map<string, Reception>();
  return receptions.flatMap((reception) => {
    const { key, deliveryId } = reception;
    if (key === null) return [];
    const before = last.get(key);
    last.set(key, reception);
    if (before === undefined || before.deliveryId === deliveryId) return [];
    const isLater = (seqOf.get(deliveryId) ?? 0) > (seqOf.get(before.deliveryId) ?? 0);
    return isLater && before.status !== null ? [] : [`${key} ${deliveryId} after ${before.deliveryId}`];
  });
}

function toDecisions({ deliveries, stops }: LedgerEvent): readonly string[] {
  return [
    ...deliveries.map(({ hook }) => `${hook}: null`),
    ...stops.map(({ hook, reason }) => `${hook}: ${reason}`),
  ];
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.toSorted().join('\n') === others.toSorted().join('\n');
}
