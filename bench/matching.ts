import type { HookEvent } from '../src/event.ts';
import { matchHooks } from '../src/match/match.ts';
import type { LiveHook } from '../src/reconcile/snapshot.ts';
import { buildIndex, type HookIndex } from '../src/registry/hook-index.ts';

/** What matching one event costs, in nanoseconds, each the figures of all rounds. */
export interface MatchingCost {
  /** Among the few hooks. */
  readonly fewNs: readonly number[];
  /** The same events among all hooks. */
  readonly allNs: readonly number[];
  /** Among all hooks, events of each of them in turn: what the processor's caches add. */
  readonly spreadNs: readonly number[];
}

const ROUNDS = 31;
const MATCHES_PER_ROUND = 1_000_000;
/** Rounds before the ones that count. */
const WARM_UP_ROUNDS = 5;

/**
 * Matches events of a `few` hooks, taken evenly from all, among these alone and among all, in turns. Every event must
 * match one hook. `few` must divide the number of hooks.
 */
export function measureMatching(hooks: readonly LiveHook[], few: number): MatchingCost {
  const stride = Math.floor(hooks.length / few);
  const fewHooks = hooks.filter((_, index) => index % stride === 0);
  const indexes = { few: buildIndex(fewHooks), all: buildIndex(hooks) };
  const events = { few: fewHooks.map(toEvent), all: hooks.map(toEvent) };
  const cost = { fewNs: [] as number[], allNs: [] as number[], spreadNs: [] as number[] };
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    const fewNs = timeMatches(indexes.few, events.few);
    const allNs = timeMatches(indexes.all, events.few);
    const spreadNs = timeMatches(indexes.all, events.all);
    if (round < 0) continue;
    cost.fewNs.push(fewNs);
    cost.allNs.push(allNs);
    cost.spreadNs.push(spreadNs);
  }
  return cost;
}

/** Parsed, as intake does it: its texts are equal to those of the definition, but not the same objects. */
function toEvent({ definition: { name, source, event } }: LiveHook): HookEvent {
  return JSON.parse(JSON.stringify({ id: name, source, event, data: {}, time: '2026-01-01T00:00:00Z' }));
}

function timeMatches(index: HookIndex, events: readonly HookEvent[]): number {
  const passes = MATCHES_PER_ROUND / events.length;
  let matched = 0;
  const startedAtMs = performance.now();
  for (let pass = 0; pass < passes; pass += 1) {
    for (const event of events) matched += matchHooks(index, event).length;
  }
  const elapsedMs = performance.now() - startedAtMs;
  if (matched !== passes * events.length)
    throw new Error(`Cannot measure matching: ${matched} hooks matched`);
  return (elapsedMs * 1e6) / matched;
}
