import type { Problem } from '../definitions/problem.ts';
import type { SourceState } from '../definitions/reader.ts';
import type { HeldFile } from './held.ts';
import type { Changes } from './plan.ts';
import type { Prune } from './prune.ts';
import type { Snapshot } from './snapshot.ts';

/** What an attempt led to; said once for each. */
export type Report =
  | {
      readonly kind: 'applied';
      readonly snapshot: Snapshot;
      readonly changes: Changes;
      readonly problems: readonly Problem[];
      /** Files that are not what they are in the set. */
      readonly held: readonly HeldFile[];
      /** The revision that was live before; null when none was. */
      readonly previous: string | null;
      readonly sources: readonly SourceState[];
    }
  | {
      readonly kind: 'refused';
      readonly revision: string;
      readonly problems: readonly Problem[];
      readonly sources: readonly SourceState[];
      /** The revision of each source that stays live. */
      readonly live: ReadonlyMap<string, string>;
    }
  /** It removes so many hooks that someone has to confirm it. */
  | {
      readonly kind: 'blocked';
      readonly revision: string;
      readonly problems: readonly Problem[];
      readonly prune: Prune;
      readonly sources: readonly SourceState[];
      /** The revision of each source that stays live. */
      readonly live: ReadonlyMap<string, string>;
    }
  /** The last good set of a run before serves, because no better one was found. */
  | { readonly kind: 'restored'; readonly snapshot: Snapshot }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** Of a set that was read and could not go live; none when none could be read. */
      readonly sources: readonly SourceState[];
      /** The revision of each source that stays live. */
      readonly live: ReadonlyMap<string, string>;
    }
  /** Sources that could not be read can be again, and hold what was there before. */
  | { readonly kind: 'recovered'; readonly revision: string };
