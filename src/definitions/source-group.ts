import type { Clock } from '../clock.ts';
import type { DefinitionSource, SourceRead } from './source.ts';

/** The live revision of each source, by its name. */
export type LiveRevisions = ReadonlyMap<string, string>;

/** How the read of one source ended. */
export type ReadEnding =
  | { readonly kind: 'read'; readonly source: DefinitionSource; readonly read: SourceRead }
  | { readonly kind: 'failed'; readonly source: DefinitionSource; readonly error: unknown };

/** What a group is made with. */
export interface SourceGroupOptions {
  readonly sources: readonly DefinitionSource[];
  readonly clock: Pick<Clock, 'now'>;
  /** A read has landed that a `take` had gone on without. */
  readonly onLate: () => void;
}

/**
 * Sources that are read together. A read is under way, then it has landed, then it is taken. At most one is under way; one
 * that has landed waits to be taken, also while the next is under way, which takes its place when it lands first. What is
 * asked for during a read is for the next.
 */
export interface SourceGroup {
  readonly sources: readonly DefinitionSource[];
  /** When the read under way began, ms since the epoch; null when none is. */
  readingSince(): number | null;
  /** Something new may be there. Resolves once a read has landed that began later; it begins with a `look`. */
  invalidate(): Promise<void>;
  /**
   * Begins a read, unless one is under way, which is followed by another when something was asked for since it began, or
   * one has landed that is as new as was asked for. Resolves once what was under way has landed; never rejects.
   */
  look(live: LiveRevisions): Promise<void>;
  /**
   * What has landed last; null when nothing has since the `take` before. What was held against another live revision counts
   * for nothing, and is read once more.
   */
  take(live: LiveRevisions): readonly ReadEnding[] | null;
}

interface Reading {
  readonly since: number;
  readonly landing: Promise<void>;
  isLate: boolean;
  isFollowed: boolean;
}

interface Landed {
  readonly live: LiveRevisions;
  readonly endings: readonly ReadEnding[];
}

/** Creates a group of which nothing was read. */
export function createSourceGroup({ sources, clock, onLate }: SourceGroupOptions): SourceGroup {
  let reading: Reading | null = null;
  let landed: Landed | null = null;
  let isStale = false;
  let waiting: (() => void)[] = [];

  function begin(live: LiveRevisions): Reading {
    const answered = waiting;
    waiting = [];
    isStale = false;
    const landing = Promise.all(sources.map((source) => readOne(source, live))).then((endings) => {
      landed = { live, endings };
      reading = null;
      if (begun.isFollowed && isStale) begin(live);
      for (const resolve of answered) resolve();
      if (begun.isLate) onLate();
    });
    const begun: Reading = { since: clock.now(), landing, isLate: false, isFollowed: false };
    reading = begun;
    return begun;
  }

  function isHeldAgainst(live: LiveRevisions, { live: other }: Landed): boolean {
    return sources.every(({ name }) => live.get(name) === other.get(name));
  }

  return {
    sources,
    readingSince: () => reading?.since ?? null,
    invalidate() {
      isStale = true;
      return new Promise((resolve) => waiting.push(resolve));
    },
    async look(live) {
      if (reading !== null) {
        reading.isLate = false;
        reading.isFollowed = true;
      } else if (landed === null || isStale || !isHeldAgainst(live, landed)) begin(live);
      await reading?.landing;
    },
    take(live) {
      const taken = landed;
      landed = null;
      const isGood = taken === null || isHeldAgainst(live, taken);
      if (!isGood && reading === null) begin(live);
      if (reading !== null) reading.isLate = true;
      return isGood ? (taken?.endings ?? null) : null;
    },
  };
}

async function readOne(source: DefinitionSource, live: LiveRevisions): Promise<ReadEnding> {
  try {
    return { kind: 'read', source, read: await source.read({ live: live.get(source.name) ?? null }) };
  } catch (error) {
    return { kind: 'failed', source, error };
  }
}
