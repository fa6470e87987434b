import { hash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { LoadedFile } from './definition.ts';
import type { RestoredSet } from './last-good.ts';
import { type Commit, type DefinitionSource, type Notice, SourceError, type SourceFiles } from './source.ts';
import { createSourceGroup, type LiveRevisions, type ReadEnding } from './source-group.ts';

/** Where one source stands. */
export interface SourceState {
  readonly name: string;
  /** Of the files it contributes; null while none were read. */
  readonly revision: string | null;
  readonly commit: Commit | null;
  /** When its remote was last asked, or its directory looked at, without a failure: ms since the epoch. Null in this run before that. */
  readonly readAt: number | null;
  /** When the read of it began that is under way still, and has been left behind, ms since the epoch; null when none is. The rest is as of before. */
  readonly readingSince: number | null;
  /** Why it could not be read last; what was read before still counts. */
  readonly failure: Pick<SourceError, 'reason' | 'message'> | null;
  readonly notices: readonly Notice[];
}

/** A set of files with the revision derived from their bytes. */
export interface FileSet {
  /** Of the only source, or `set@sha256:` over the revisions of all. */
  readonly revision: string;
  readonly files: readonly LoadedFile[];
  readonly sources: readonly SourceState[];
}

/** The definitions of every source. */
export interface DefinitionsReader {
  /**
   * Reads every source; one that fails says so and contributes what it did before. One that takes longer than others
   * contributes that too, says since when it is being read, and is hinted at when it has ended; it is waited for while
   * nothing is known of it. `live` has the live revision of each source. Rejects after `close`.
   */
  read(live: LiveRevisions): Promise<FileSet>;
  /**
   * Loads what was kept of the sources over a restart, so that one that fails contributes that. Null when nothing was kept
   * of any of them: they were others then.
   */
  restore(kept: RestoredSet): Promise<FileSet | null>;
  /**
   * Has the next read ask the remotes of these sources, or of all. Resolves once each has ended a read that began later,
   * whether or not the `read` that began it waited for that.
   */
  refresh(names: readonly string[] | null): Promise<void>;
  /** Calls back when the definitions may have changed, until `close`: at once when they may have since the last read. */
  watch(onHint: () => void): void;
  /** Nothing is read or hinted at any more. Sources are closed by who made them. */
  close(): void;
}

/** How long a source that takes longer than another is waited for. */
const GRACE_MS = 1_000;

/** What is known of a source. */
interface Known extends Pick<SourceState, 'readAt' | 'failure' | 'notices'> {
  readonly files: SourceFiles | null;
}

/** Creates a reader of sources, in the order of the settings. Those of one remote are read together, so that they show one commit. */
export function createDefinitionsReader(
  sources: readonly DefinitionSource[],
  clock: Clock,
): DefinitionsReader {
  const known = new Map<DefinitionSource, Known>();
  const groups = [...Map.groupBy(sources, (source) => source.remote ?? source).values()].map((own) =>
    createSourceGroup({ sources: own, clock, onLate: () => hint() }),
  );
  let isMissed = false;
  let isClosed = false;
  let onHint = (): void => {
    isMissed = true;
  };

  function hint(): void {
    if (!isClosed) onHint();
  }

  function note(ending: ReadEnding): void {
    const { source } = ending;
    const notices = source.notices();
    if (ending.kind === 'read') {
      const { read } = ending;
      known.set(source, { files: read, readAt: read.readAt, failure: null, notices });
    } else {
      const { files = null, readAt = null } = known.get(source) ?? {};
      known.set(source, { files, readAt, failure: toFailure(ending.error), notices });
    }
  }

  function toSet(): FileSet {
    const states = groups.flatMap((group) =>
      group.sources.map((source) => toState(source, known.get(source), group.readingSince())),
    );
    const ordered = sources.flatMap(({ name }) => states.filter((state) => state.name === name));
    return {
      revision: toSetRevision(ordered.map(({ name, revision }) => [name, revision])),
      files: sources.flatMap((source) => known.get(source)?.files?.files ?? []),
      sources: ordered,
    };
  }

  return {
    async read(live) {
      const looks = groups.map((group) => group.look(live));
      const first = looks.filter((_, index) => groups[index]?.sources.some((source) => !known.has(source)));
      await Promise.all([...first, inGrace(looks, clock)]);
      if (isClosed) throw new Error('Cannot read the definitions: their reader is closed');
      for (const ending of groups.flatMap((group) => group.take(live) ?? [])) note(ending);
      return toSet();
    },
    async restore({ revision, sources: kept }) {
      for (const source of sources) {
        const files = kept.get(source.name);
        if (files === undefined) continue;
        known.set(source, { files: await source.restore(files), readAt: null, failure: null, notices: [] });
      }
      if (known.size === 0) return null;
      const set = toSet();
      // A source that is gone from the settings, or is new there, makes another set of it.
      return known.size === kept.size && kept.size === sources.length ? { ...set, revision } : set;
    },
    async refresh(names) {
      const asked = sources.filter(({ name }) => names?.includes(name) ?? true);
      for (const source of asked) source.refresh();
      const stale = groups.filter((group) => group.sources.some((source) => asked.includes(source)));
      await Promise.all(stale.map((group) => group.invalidate()));
    },
    watch(onHintGiven) {
      onHint = onHintGiven;
      if (isMissed) hint();
      for (const group of groups)
        for (const source of group.sources)
          source.watch(() => {
            void group.invalidate();
            hint();
          });
    },
    close() {
      isClosed = true;
    },
  };
}

/** Waits for all; once one has ended, not for long. */
async function inGrace(looks: readonly Promise<void>[], clock: Clock): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const all = Promise.all(looks);
  await Promise.race([all, ...looks]);
  const timer = clock.setTimer(GRACE_MS, resolve);
  try {
    await Promise.race([all, over]);
  } finally {
    timer.cancel();
  }
}

function toState(
  { name }: DefinitionSource,
  known: Known | undefined,
  readingSince: number | null,
): SourceState {
  const { files = null, readAt = null, failure = null, notices = [] } = known ?? {};
  const { revision = null, commit = null } = files ?? {};
  return { name, revision, commit, readAt, readingSince, failure, notices };
}

/** Throws what is no failure of a source. */
function toFailure(error: unknown): SourceState['failure'] {
  if (!(error instanceof SourceError)) throw error;
  return { reason: error.reason, message: error.message };
}

/** The revision of a set: of its only source, or a digest over those of all. */
export function toSetRevision(
  sources: readonly (readonly [name: string, revision: string | null])[],
): string {
  const [first, ...others] = sources;
  if (first !== undefined && others.length === 0) return first[1] ?? 'none';
  return `set@sha256:${hash('sha256', JSON.stringify(sources), 'hex')}`;
}
