import { count } from '../count.ts';
import type { PreparedHook } from './prepare.ts';
import type { LiveHook } from './snapshot.ts';

/** So many hooks removed that someone has to confirm it. */
export interface Prune {
  readonly deleted: number;
  /** Of so many that were live. */
  readonly before: number;
  /** The sources of which alone too many are removed; none where there is but one source. */
  readonly losses: readonly SourceLoss[];
}

/** Hooks of one source that are removed, of so many that were live. */
interface SourceLoss {
  readonly source: string;
  readonly deleted: number;
  readonly before: number;
}

/** Hooks before and after a change, and those it removes. */
interface Effect {
  readonly before: readonly LiveHook[];
  readonly after: readonly PreparedHook[];
  readonly deleted: readonly LiveHook[];
}

/** From so many hooks on, losing more than half is held. */
const GUARDED_FROM = 10;

/**
 * Finds that a change removes too much, of all hooks or of those of one of these sources; null when it does not. A truncated
 * read, an empty mount and a wrong path all look like this; so does a change that is meant.
 */
export function findPrune(effect: Effect, sources: readonly string[]): Prune | null {
  const { before, deleted } = effect;
  const losses = sources.length === 1 ? [] : sources.flatMap((source) => findLoss(effect, source));
  if (losses.length === 0 && !isTooMuch(effect)) return null;
  return { deleted: deleted.length, before: before.length, losses };
}

/** Says what is removed: `removes 3 of 20 hooks, 3 of 3 of "payments"`. */
export function describePrune({ deleted, before, losses }: Prune): string {
  const ofSources = losses.map((loss) => `, ${loss.deleted} of ${loss.before} of "${loss.source}"`);
  return `removes ${deleted} of ${count(before, 'hook')}${ofSources.join('')}`;
}

function findLoss({ before, after, deleted }: Effect, source: string): readonly SourceLoss[] {
  const isLive = ({ origin }: LiveHook): boolean => origin.owner === source;
  const own: Effect = {
    before: before.filter(isLive),
    after: after.filter(({ loaded }) => loaded.origin.owner === source),
    deleted: deleted.filter(isLive),
  };
  return isTooMuch(own) ? [{ source, deleted: own.deleted.length, before: own.before.length }] : [];
}

/** What only moved to another source is not removed. */
function isTooMuch({ before, after, deleted }: Effect): boolean {
  const isAll = after.length === 0 && before.length > 0 && deleted.length === before.length;
  return isAll || (before.length >= GUARDED_FROM && deleted.length > before.length / 2);
}
