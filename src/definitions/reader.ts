import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { createDirectorySource, type DirectorySource } from './directory-source.ts';
import { type DirectoryWatch, watchDirectory } from './directory-watch.ts';

/** Definitions that are read now and watched from now on. */
export interface DefinitionsReader extends DirectorySource {
  /** Calls back when the definitions may have changed, until `close`. */
  watch(onHint: () => void): void;
  close(): Promise<void>;
}

/** What a reader works with. */
export interface DefinitionsReaderOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pollMs: number;
}

/** Creates a reader of one directory. */
export function createDefinitionsReader(options: DefinitionsReaderOptions): DefinitionsReader {
  let watching: DirectoryWatch | null = null;
  return {
    ...createDirectorySource(options),
    watch(onHint) {
      watching ??= watchDirectory({ ...options, onHint });
    },
    async close() {
      await watching?.close();
    },
  };
}
