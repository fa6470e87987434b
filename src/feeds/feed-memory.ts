import { hash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toMessage } from '../errors.ts';
import { isJsonObject } from '../event.ts';
import type { Logger } from '../logger.ts';
import { replaceFile } from '../replace-file.ts';
import type { FeedMemory } from './feed.ts';

/** Hex digits of a digest: enough that no two feeds of one state directory share them. */
const DIGITS = 32;
const OWNER_ONLY = 0o700;

/** Where feeds keep what they know. */
interface FeedMemoryOptions {
  /** Need not exist before something is kept. */
  readonly dir: string;
  /** Whose it is: kind of feed and name of its source. */
  readonly feed: string;
  readonly logger: Logger;
}

/** A memory in a file of the source's own, readable by nobody else. */
export function createFeedMemory({ dir, feed, logger }: FeedMemoryOptions): FeedMemory {
  // Some file systems do not tell letters of either case apart, and none takes a name as long as that of a source may be.
  const file = join(dir, `${hash('sha256', feed, 'hex').slice(0, DIGITS)}.json`);
  return {
    async load() {
      try {
        const kept: unknown = JSON.parse(await readFile(file, 'utf8'));
        if (isJsonObject(kept)) return kept;
        logger.warn({ feed, file }, 'what a feed kept has another shape: it begins anew');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          logger.warn({ feed, file, err: toMessage(error) }, 'cannot read what a feed kept: it begins anew');
      }
      return null;
    },
    async save(state) {
      await mkdir(dir, { recursive: true, mode: OWNER_ONLY });
      await replaceFile(file, JSON.stringify(state));
    },
    clear: () => rm(file, { force: true }),
  };
}
