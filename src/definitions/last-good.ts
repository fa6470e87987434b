import { hash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { compareTexts } from '../order.ts';
import { replaceFile } from '../replace-file.ts';
import type { LoadedFile } from './definition.ts';
import type { Commit, KeptFiles } from './source.ts';

/** A set that went live: what a server needs of it to serve it again. */
export interface KeptSet {
  readonly revision: string;
  /** Of each source that contributed, by its name. */
  readonly sources: ReadonlyMap<string, { readonly revision: string; readonly commit: Commit | null }>;
  readonly files: readonly Pick<LoadedFile, 'owner' | 'path' | 'bytes'>[];
}

/** A set as it was kept. */
export interface RestoredSet {
  readonly revision: string;
  /** By the name of the source. */
  readonly sources: ReadonlyMap<string, KeptFiles>;
}

/** What is kept of the last good set over a restart. */
export interface LastGood {
  /** Keeps a set, beside the ones before. Sets that come while one is written replace each other. Never rejects. */
  save(set: KeptSet): Promise<void>;
  /** The newest set that is whole; null when there is none. A broken one is said and passed over. */
  load(): Promise<RestoredSet | null>;
}

/** Copies kept. */
const KEPT = 3;
/** Private: definitions may hold what was committed as a plain secret. */
const DIR_MODE = 0o700;
const ENDING = /^(\d{12})\.set$/;

/**
 * Creates a store in a directory of its own. A copy is a file of three parts: the SHA-256 of the other two, a line of JSON
 * that says what is in the third, and the bytes of all files one after another. It is written under another name and
 * renamed once it is on the disk, so that what has the name is whole; the digest finds what rotted since.
 */
export function createLastGood({
  dir,
  logger,
}: {
  readonly dir: string;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}): LastGood {
  let waiting: KeptSet | null = null;
  let writing: Promise<void> | null = null;

  async function writeAll(): Promise<void> {
    for (let set = waiting; set !== null; set = waiting) {
      waiting = null;
      try {
        await write(dir, set);
      } catch (error) {
        logger.error(
          { err: toMessage(error) },
          'cannot keep the definitions: after a restart the ones before serve',
        );
      }
    }
    writing = null;
  }

  return {
    save(set) {
      waiting = set;
      writing ??= writeAll();
      return writing;
    },
    async load() {
      for (const name of (await listCopies(dir)).toReversed()) {
        try {
          return decode(await readFile(join(dir, name)));
        } catch (error) {
          logger.warn(
            { file: join(dir, name), err: toMessage(error) },
            'a kept copy of the definitions is broken, trying the one before',
          );
        }
      }
      return null;
    },
  };
}

async function write(dir: string, set: KeptSet): Promise<void> {
  await mkdir(dir, { recursive: true, mode: DIR_MODE });
  const names = await listCopies(dir);
  const last = Number(ENDING.exec(names.at(-1) ?? '')?.[1] ?? 0);
  const name = `${String(last + 1).padStart(12, '0')}.set`;
  await replaceFile(join(dir, name), encode(set));
  await syncDirectory(dir);
  for (const old of names.slice(0, -(KEPT - 1))) await rm(join(dir, old), { force: true });
}

/** A rename is on the disk only once its directory is. */
async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Oldest first. */
async function listCopies(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => ENDING.test(name)).sort(compareTexts);
}

/** The line of JSON. */
interface Header {
  readonly version: 1;
  readonly revision: string;
  readonly sources: readonly [name: string, Pick<KeptFiles, 'revision' | 'commit'>][];
  readonly files: readonly [owner: string, path: string, bytes: number][];
}

function encode({ revision, sources, files }: KeptSet): Buffer {
  const header: Header = {
    version: 1,
    revision,
    sources: [...sources],
    files: files.map(({ owner, path, bytes }) => [owner, path, bytes.length]),
  };
  const parts = [Buffer.from(`${JSON.stringify(header)}\n`), ...files.map(({ bytes }) => bytes)];
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(`${hash('sha256', body, 'hex')}\n`), body]);
}

function decode(copy: Buffer): RestoredSet {
  const [digest, body] = cutLine(copy);
  if (hash('sha256', body, 'hex') !== digest) throw new Error('its content is not what was written');
  const [line, bytes] = cutLine(body);
  const { version, revision, sources, files }: Header = JSON.parse(line);
  if (version !== 1) throw new Error(`it is of version ${version}, which this program does not know`);
  let at = 0;
  const all = files.map(([owner, path, length]) => {
    at += length;
    return { owner, path, bytes: bytes.subarray(at - length, at) };
  });
  const byOwner = Map.groupBy(all, ({ owner }) => owner);
  return {
    revision,
    sources: new Map(sources.map(([name, kept]) => [name, { ...kept, files: byOwner.get(name) ?? [] }])),
  };
}

function cutLine(text: Buffer): readonly [line: string, rest: Buffer] {
  const end = text.indexOf(0x0a);
  if (end === -1) throw new Error('it is cut off');
  return [text.subarray(0, end).toString('utf8'), text.subarray(end + 1)];
}
