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

/** Each with hooks of its own: how quickly a single text is found in a map depends on luck. */
const ROUNDS = 200;
const MATCHES_PER_ROUND = 100_000;
/** Rounds before the ones that count. */
const WARM_UP_ROUNDS = 20;

/** A prime, and larger than the number of events of a source. */
const STRIDE = 997;

/**
 * Matches events of a `few` hooks among these alone and among all, in turns; each round takes other few. Every event
 * must match one hook.
 */
export function measureMatching(hooks: readonly LiveHook[], few: number): MatchingCost {
  const index = buildIndex(hooks);
  const events = hooks.map(toEvent);
  const cost = { fewNs: [] as number[], allNs: [] as number[], spreadNs: [] as number[] };
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    const chosen = toPlaces({ round: Math.abs(round), few, of: hooks.length });
    const isChosen = (_: unknown, place: number): boolean => chosen.has(place);
    const fewEvents = events.filter(isChosen);
    const fewNs = timeMatches(buildIndex(hooks.filter(isChosen)), fewEvents);
    const allNs = timeMatches(index, fewEvents);
    const spreadNs = timeMatches(index, events);
    if (round < 0) continue;
    cost.fewNs.push(fewNs);
    cost.allNs.push(allNs);
    cost.spreadNs.push(spreadNs);
  }
  return cost;
}

/** Places among `of` that are far apart and of no pattern. */
function toPlaces({
  round,
  few,
  of,
}: {
  readonly round: number;
  readonly few: number;
  readonly of: number;
}): ReadonlySet<number> {
  return new Set(Array.from({ length: few }, (_, number) => ((round * few + number) * STRIDE) % of));
}

/** Parsed, as intake does it: its texts are equal to those of the definition, but not the same objects. */
function toEvent({ definition: { name, source, event } }: LiveHook): HookEvent {
  return JSON.parse(JSON.stringify({ id: name, source, event, data: {}, time: '2026-01-01T00:00:00Z' }));
}

function timeMatches(index: HookIndex, events: readonly HookEvent[]): number {
  const passes = Math.ceil(MATCHES_PER_ROUND / events.length);
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
