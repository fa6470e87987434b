/** The variable that tells a server where to end. */
export const CRASH_AT = 'CRASH_AT';

/** Points that are commits of the journal. */
export type CommitPoint = 'append' | 'record' | 'prune' | 'swap' | 'park';

/**
 * Before or after the n-th time that the journal does something. `migration`: as a new file gets its schema. `upgrade`: as
 * one with data, taken back to the schema of an older program, gets that of this one.
 */
export interface StatementKill {
  readonly kind: 'statement';
  readonly point: CommitPoint | 'migration' | 'upgrade' | 'checkpoint';
  readonly when: 'before' | 'after';
  readonly nth: number;
}

/** How a server is killed. */
export type Kill =
  | StatementKill
  /** At a moment, counted from its start or from when it listens. */
  | { readonly kind: 'moment'; readonly since: 'start' | 'listening'; readonly afterMs: number }
  /** As the receiver gets its n-th request: before it answers, or right after. */
  | { readonly kind: 'request'; readonly when: 'before' | 'after'; readonly nth: number };

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export type Random = () => number;

/** Creates a source of numbers. */
export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 1 to `max`. */
export function pick(random: Random, max: number): number {
  return 1 + Math.floor(random() * max);
}

type Draw = (random: Random) => Kill;

const statement =
  (point: StatementKill['point'], when: StatementKill['when'], maxNth: number): Draw =>
  (random) => ({ kind: 'statement', point, when, nth: pick(random, maxNth) });
const moment =
  (since: 'start' | 'listening', maxMs: number): Draw =>
  (random) => ({ kind: 'moment', since, afterMs: pick(random, maxMs) });
const request =
  (when: 'before' | 'after'): Draw =>
  (random) => ({ kind: 'request', when, nth: pick(random, 600) });

/** The first kills: there is no state yet, and the schema is being made. After the first of them a step of it may be done. */
const MIGRATIONS: readonly Draw[] = [statement('migration', 'before', 2), statement('migration', 'after', 1)];
/** Every point once, and moments between them. Pruning comes late: only what was seen before may be taken away. */
const ROUND: readonly Draw[] = [
  moment('listening', 700),
  statement('append', 'before', 60),
  request('before'),
  statement('append', 'after', 60),
  statement('swap', 'before', 2),
  statement('record', 'before', 60),
  statement('upgrade', 'before', 1),
  statement('prune', 'before', 1),
  statement('swap', 'after', 2),
];
/** The same from the other side, and what is rarer. */
const OTHER_ROUND: readonly Draw[] = [
  request('after'),
  moment('start', 900),
  statement('record', 'after', 60),
  statement('park', 'before', 1),
  statement('upgrade', 'after', 1),
  moment('listening', 1_500),
  statement('prune', 'after', 3),
  statement('park', 'after', 1),
  statement('checkpoint', 'before', 1),
  statement('checkpoint', 'after', 1),
];

/** The kills of a run, as its seed decides. */
export function planKills(count: number, random: Random): readonly Kill[] {
  const first = count > 10 || random() < 0.5 ? MIGRATIONS : MIGRATIONS.slice(1);
  const opening = first.slice(0, count > 10 ? 2 : 1);
  const rounds = [...ROUND, ...OTHER_ROUND];
  const draws = Array.from(
    { length: count },
    (_, n) => opening[n] ?? rounds[(n - opening.length) % rounds.length],
  );
  return draws.flatMap((draw) => draw?.(random) ?? []);
}

/** Where a kill comes, in words. */
export function describeKill(kill: Kill): string {
  switch (kill.kind) {
    case 'statement':
      return `${kill.when} ${kill.point === 'checkpoint' ? 'checkpoint' : `commit of ${kill.point}`}`;
    case 'moment':
      return `some ms after ${kill.since === 'start' ? 'the start' : 'it listens'}`;
    case 'request':
      return `${kill.when} the receiver's answer`;
  }
}
