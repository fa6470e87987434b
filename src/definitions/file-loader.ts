import { setImmediate } from 'node:timers/promises';
import type { LoadedFile } from './definition.ts';
import { loadFile, type SourcePlace } from './load-file.ts';

/** A file to load with what tells whether it changed. */
export interface DigestedFile {
  /** Path below the root of its source, with `/`. */
  readonly path: string;
  /** Of its bytes, by whatever function the source goes by. */
  readonly digest: string;
  readonly bytes: Buffer;
}

/** Loads sets of files of one source. */
export interface FileLoader {
  /** Whether a file would have to be parsed: its path or its bytes are new since the last `load`. */
  isNew(file: Pick<DigestedFile, 'path' | 'digest'>): boolean;
  /** Loads a set in its order. Only what is new is parsed, with pauses; the rest is what it was before. */
  load(files: readonly DigestedFile[]): Promise<readonly LoadedFile[]>;
}

/** Files parsed between two pauses, so that a large set never holds up deliveries. */
const PARSED_AT_ONCE = 50;

/** Creates a loader that knows no file yet. */
export function createFileLoader(source: SourcePlace): FileLoader {
  let known: ReadonlyMap<string, Known> = new Map();
  const isNew: FileLoader['isNew'] = ({ path, digest }) => known.get(path)?.digest !== digest;
  return {
    isNew,
    async load(files) {
      const next = new Map<string, Known>();
      let parsed = 0;
      for (const file of files) {
        const { path, digest, bytes } = file;
        const before = known.get(path);
        if (before?.digest === digest) next.set(path, before);
        else {
          parsed += 1;
          if (parsed % PARSED_AT_ONCE === 0) await setImmediate();
          next.set(path, { digest, loaded: loadFile({ file: path, bytes, source }) });
        }
      }
      known = next;
      return [...next.values()].map(({ loaded }) => loaded);
    },
  };
}

interface Known {
  readonly digest: string;
  readonly loaded: LoadedFile;
}
