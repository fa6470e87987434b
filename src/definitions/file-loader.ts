import type { LoadedFile } from './definition.ts';
import { loadFile, type SourcePlace } from './load-file.ts';
import { parseAhead } from './parse-ahead.ts';

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

/** Creates a loader that knows no file yet. */
export function createFileLoader(source: SourcePlace): FileLoader {
  let known: ReadonlyMap<string, Known> = new Map();
  const isNew: FileLoader['isNew'] = ({ path, digest }) => known.get(path)?.digest !== digest;
  return {
    isNew,
    async load(files) {
      const fresh = new Map<string, Known>();
      for await (const batch of parseAhead(files.filter(isNew))) {
        for (const { file, parse } of batch) {
          const { path, digest, bytes } = file;
          fresh.set(path, { digest, loaded: loadFile({ file: path, bytes, source }, parse) });
        }
      }
      const next = files.flatMap(({ path }) => fresh.get(path) ?? known.get(path) ?? []);
      known = new Map(next.map((one) => [one.loaded.path, one]));
      return next.map(({ loaded }) => loaded);
    },
  };
}

interface Known {
  readonly digest: string;
  readonly loaded: LoadedFile;
}
