import { hash } from 'node:crypto';
import type { LoadedFile } from './definition.ts';
import type { RestoredSet } from './last-good.ts';
import { type Commit, type DefinitionSource, type Notice, SourceError, type SourceFiles } from './source.ts';

/** Where one source stands. */
export interface SourceState {
  readonly name: string;
  /** Of the files it contributes; null while none were read. */
  readonly revision: string | null;
  readonly commit: Commit | null;
  /** When its remote was last asked, or its directory looked at, without a failure: ms since the epoch. Null in this run before that. */
  readonly readAt: number | null;
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
   * Reads every source; one that fails says so and contributes what it did before. `live` has the live revision of each
   * source.
   */
  read(live: ReadonlyMap<string, string>): Promise<FileSet>;
  /**
   * Loads what was kept of the sources over a restart, so that one that fails contributes that. Null when nothing was kept
   * of any of them: they were others then.
   */
  restore(kept: RestoredSet): Promise<FileSet | null>;
  /** Has the next read ask the remotes of these sources, or of all. */
  refresh(names: readonly string[] | null): void;
  /** Calls back when the definitions may have changed, until `close`. */
  watch(onHint: () => void): void;
}

/** Creates a reader of sources, in the order of the settings. */
export function createDefinitionsReader(sources: readonly DefinitionSource[]): DefinitionsReader {
  const known = new Map<string, SourceFiles>();
  let states: readonly SourceState[] = sources.map((source) => toState(source, null, null));

  function toState(
    { name, notices }: DefinitionSource,
    readAt: number | null,
    failure: SourceState['failure'],
  ): SourceState {
    const { revision = null, commit = null } = known.get(name) ?? {};
    return { name, revision, commit, readAt, failure, notices: notices() };
  }

  async function readOne(source: DefinitionSource, live: string | null): Promise<SourceState> {
    try {
      const read = await source.read({ live });
      known.set(source.name, read);
      return toState(source, read.readAt, null);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      const before = states.find(({ name }) => name === source.name)?.readAt ?? null;
      return toState(source, before, { reason: error.reason, message: error.message });
    }
  }

  function toSet(): FileSet {
    return {
      revision: toSetRevision(states.map(({ name, revision }) => [name, revision])),
      files: sources.flatMap(({ name }) => known.get(name)?.files ?? []),
      sources: states,
    };
  }

  return {
    async read(live) {
      states = await Promise.all(sources.map((source) => readOne(source, live.get(source.name) ?? null)));
      return toSet();
    },
    async restore({ revision, sources: kept }) {
      for (const source of sources) {
        const files = kept.get(source.name);
        if (files !== undefined) known.set(source.name, await source.restore(files));
      }
      if (known.size === 0) return null;
      states = sources.map((source) => toState(source, null, null));
      const set = toSet();
      // A source that is gone from the settings, or is new there, makes another set of it.
      return known.size === kept.size && kept.size === sources.length ? { ...set, revision } : set;
    },
    refresh(names) {
      for (const source of sources) if (names?.includes(source.name) ?? true) source.refresh();
    },
    watch(onHint) {
      for (const source of sources) source.watch(onHint);
    },
  };
}

/** The revision of a set: of its only source, or a digest over those of all. */
export function toSetRevision(
  sources: readonly (readonly [name: string, revision: string | null])[],
): string {
  const [first, ...others] = sources;
  if (first !== undefined && others.length === 0) return first[1] ?? 'none';
  return `set@sha256:${hash('sha256', JSON.stringify(sources), 'hex')}`;
}
