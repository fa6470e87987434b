import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { systemClock } from '../clock.ts';
import type { LoadedFile } from '../definitions/definition.ts';
import { createDirectorySource } from '../definitions/directory-source.ts';
import { loadFile, toUnownedPlace } from '../definitions/load-file.ts';
import { SourceError } from '../definitions/source.ts';
import { HooklineError, toMessage } from '../errors.ts';
import { createLogger } from '../logger.ts';

const STDIN = 'standard input';

/**
 * Reads the definitions of a directory, of a file, or (-) of standard input: files by the path that leads to them from the
 * working directory. Throws `directory_unreadable`.
 */
export async function readDefinitions(
  path: string,
  stdin: NodeJS.ReadStream,
): Promise<readonly LoadedFile[]> {
  if (path === '-') return readOne(STDIN, { bytes: await buffer(stdin), named: 'stdin.yaml' });
  if (!isDirectory(path)) return readOne(path, { bytes: readFileSync(path), named: toNamedPath(path) });
  const files = await readDirectory(path);
  return files.map((file) => showAs(join(path, file.file), file));
}

async function readDirectory(dir: string): Promise<readonly LoadedFile[]> {
  const logger = createLogger('silent');
  const source = createDirectorySource({
    name: '',
    dir,
    labelled: false,
    clock: systemClock,
    logger,
    pollMs: 0,
  });
  try {
    return (await source.read({ live: null })).files;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new HooklineError('directory_unreadable', error.message, { cause: error });
  } finally {
    await source.close();
  }
}

function readOne(
  path: string,
  { bytes, named }: { readonly bytes: Buffer; readonly named: string },
): readonly LoadedFile[] {
  const source = toUnownedPlace(`file:${path}`);
  return [showAs(path, loadFile({ file: named, bytes, source }))];
}

/** The same file by another path, for what is printed. Its hooks keep the names they have. */
export function showAs(path: string, loaded: LoadedFile): LoadedFile {
  const { definitions, problems } = loaded;
  return {
    ...loaded,
    file: path,
    definitions: definitions.map((one) => ({ ...one, origin: { ...one.origin, file: path } })),
    problems: problems.map((problem) => ({ ...problem, file: path })),
  };
}

/**
 * The path a lone file names its hook by. Nobody says which directory it will be served from, so it is all of its path
 * that can be part of a name: files of the same name in two directories stay two.
 */
function toNamedPath(path: string): string {
  const full = resolve(path);
  const [directory = ''] = /[A-Za-z0-9][A-Za-z0-9._/-]*$/.exec(dirname(full)) ?? [];
  return join(directory, full.slice(dirname(full).length + 1));
}

/** Whether a path leads to a directory. Throws `directory_unreadable` where it leads nowhere. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    const message =
      (cause as NodeJS.ErrnoException).code === 'ENOENT'
        ? `Cannot find "${path}": name where your definitions are, or write one with "hookline new"`
        : `Cannot read "${path}": ${toMessage(cause)}`;
    throw new HooklineError('directory_unreadable', message, { cause });
  }
}
