import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../../src/event.ts';
import { pick, type Random } from './kill-plan.ts';

/** What a client knows of an event that was acknowledged. */
export interface Acknowledgement {
  /** Hook and delivery, each hook that has to get it. Null: the answer was that it is known already. */
  readonly hooks: readonly { readonly hook: string; readonly delivery: string }[] | null;
  readonly stopped: readonly { readonly hook: string; readonly reason: string }[];
}

/** Many clients that send events at once, and again what they got no answer to; now and then also what they did. */
export interface Load {
  /** Ids of all events that were ever sent. */
  readonly sent: ReadonlySet<string>;
  readonly acknowledged: ReadonlyMap<string, Acknowledgement>;
  /** Sends until the server has ended. */
  run(url: string, ended: Promise<unknown>): Promise<void>;
  /** Sends what is not acknowledged, and nothing new. */
  finish(url: string): Promise<void>;
}

interface SentEvent extends JsonObject {
  readonly id: string;
}

/** An answer that no healthy server gives. */
class UnexpectedAnswer extends Error {}

const CLIENTS = 12;
/** Deliveries that may be behind before the clients wait: a run must come to its end. */
const MAX_BEHIND = 1_000;
/** Share of requests that were answered and are sent again all the same, from the last so many. */
const REPEATED_SHARE = 0.05;
const REPEATED_OF = 30;

/** Creates a load. `arrived` says how many deliveries have. */
export function createLoad(random: Random, arrived: () => number): Load {
  const sent = new Set<string>();
  const acknowledged = new Map<string, Acknowledgement>();
  /** Requests that got no answer. */
  const unanswered: (readonly SentEvent[])[] = [];
  /** The last requests that got one. */
  const answered: (readonly SentEvent[])[] = [];
  let promised = 0;

  async function send(url: string, events: readonly SentEvent[]): Promise<boolean> {
    for (const { id } of events) sent.add(id);
    try {
      for (const { id, hooks, stopped, duplicate } of await post(url, events, random() < 0.5)) {
        if (duplicate !== true) acknowledged.set(id, { hooks, stopped });
        else if (!acknowledged.has(id)) acknowledged.set(id, { hooks: null, stopped });
        promised += hooks.length;
      }
      answered.push(events);
      if (answered.length > REPEATED_OF) answered.shift();
      return true;
    } catch (error) {
      if (error instanceof UnexpectedAnswer) throw error;
      unanswered.push(events);
      return false;
    }
  }

  function next(): readonly SentEvent[] {
    const repeated = random() < REPEATED_SHARE ? answered[pick(random, answered.length) - 1] : undefined;
    return unanswered.shift() ?? repeated ?? makeEvents(sent.size, random);
  }

  async function runClient(url: string, isUp: () => boolean): Promise<void> {
    while (isUp()) {
      if (promised - arrived() > MAX_BEHIND) await delay(5);
      else if (!(await send(url, next()))) return;
    }
  }

  return {
    sent,
    acknowledged,
    async run(url, ended) {
      let isUp = true;
      const down = ended.then(() => {
        isUp = false;
      });
      await Promise.all([down, ...Array.from({ length: CLIENTS }, () => runClient(url, () => isUp))]);
    },
    async finish(url) {
      for (let events = unanswered.shift(); events !== undefined; events = unanswered.shift())
        if (!(await send(url, events))) throw new Error('Cannot send an event: the server is gone');
    },
  };
}

/** An answer to one event, as POST /events has it. */
interface Answer {
  readonly id: string;
  readonly hooks: { readonly hook: string; readonly delivery: string }[];
  readonly stopped: { readonly hook: string; readonly reason: string }[];
  readonly duplicate?: boolean;
}

/** Posts one event, an array or lines. Rejects when no answer came. */
async function post(url: string, events: readonly SentEvent[], asLines: boolean): Promise<readonly Answer[]> {
  const lines = events.map((event) => JSON.stringify(event));
  const json = events.length === 1 ? lines.join() : `[${lines.join(',')}]`;
  const response = await fetch(`${url}/events`, {
    method: 'POST',
    headers: { 'content-type': asLines ? 'application/x-ndjson' : 'application/json' },
    body: asLines ? lines.join('\n') : json,
  });
  const text = await response.text();
  if (response.status !== 202) throw new UnexpectedAnswer(`${response.status} ${text}`);
  const answered = asLines ? `[${text.trimEnd().replaceAll('\n', ',')}]` : text;
  return [JSON.parse(answered) as Answer | Answer[]].flat();
}

/** Mostly one event, now and then a batch; a rare one is committed in more than one go. */
function makeEvents(from: number, random: Random): readonly SentEvent[] {
  const chance = random();
  const length = chance < 0.7 ? 1 : chance < 0.998 ? pick(random, 20) : 1_050;
  return Array.from({ length }, (_, index) => makeEvent(from + index, random));
}

function makeEvent(number: number, random: Random): SentEvent {
  const id = `event-${number}`;
  const chance = random();
  if (chance < 0.45) return toSent(id, 'plain', 'plain', { even: number % 2 === 0 });
  if (chance < 0.65) return toSent(id, 'switches', pickOf('ab', random), { value: pick(random, 3) });
  if (chance < 0.75) return toSent(id, 'alarms', pickOf('abc', random), {});
  // The same number comes up for a while, over some kills.
  if (chance < 0.88)
    return toSent(id, 'numbers', 'number', { number: Math.floor(number / 50) + pick(random, 100) });
  return toSent(id, 'queues', 'job', { key: `key-${pick(random, 64)}` });
}

function pickOf(letters: string, random: Random): string {
  return letters.charAt(pick(random, letters.length) - 1);
}

function toSent(id: string, source: string, event: string, data: JsonObject): SentEvent {
  return { id, source, event, data: { id, ...data } };
}
