import { statSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import type { LoadedFile } from '../definitions/definition.ts';
import { isBelow } from '../definitions/directory-listing.ts';
import { loadFile, toUnownedPlace } from '../definitions/load-file.ts';
import type { Problem } from '../definitions/problem.ts';
import { toDotted } from '../definitions/schema-messages.ts';
import { toMessage } from '../errors.ts';
import type { LoadedTest } from '../hook-test/load-tests.ts';
import { readRegularFile } from '../hook-test/read-file.ts';
import { type HookTesting, type TestSubject, toSubject } from '../hook-testing.ts';
import { readDefinitions, showAs } from './read-definitions.ts';

/** What tests are run on. */
export interface Subject {
  /** Null: the definitions have errors. */
  readonly tested: TestSubject | null;
  /** Of the definitions. */
  readonly problems: readonly Problem[];
  readonly files: readonly LoadedFile[];
}

/** Finds the definitions of tests; those of one tree are read and prepared once. */
export type FindSubject = (test: LoadedTest, root: string) => Promise<Subject>;

/** Creates a finder that has read nothing yet. */
export function createSubjects(
  { prepare }: Pick<HookTesting, 'prepare'>,
  stdin: NodeJS.ReadStream,
): FindSubject {
  const read = remember((path) => readDefinitions(path, stdin));
  const prepareFiles = async (files: readonly LoadedFile[]): Promise<Subject> => {
    const prepared = await prepare(files);
    return { tested: await toSubject(prepared), problems: prepared.problems, files };
  };
  const ofTree = remember(async (root) => prepareFiles(await read(root)));
  return async (loaded, root) => {
    const { definitions } = loaded.test;
    if (definitions === undefined) return ofTree(root);
    const files: LoadedFile[] = [];
    const problems: Problem[] = [];
    for (const [index, definition] of definitions.entries()) {
      if (typeof definition !== 'string') continue;
      try {
        files.push(...(await readPlace(resolve(dirname(loaded.file), definition), { root, read })));
      } catch (error) {
        const message = `Cannot read "${definition}": ${toMessage(error)}`;
        problems.push(toUnreadable(loaded, ['definitions', index], message));
      }
    }
    if (problems.length > 0) return { tested: null, problems, files };
    return prepareFiles([...files, toInlineFile(loaded)]);
  };
}

/** Definitions of the tree have the names they have there; others are named from their own directory. */
async function readPlace(
  place: string,
  { root, read }: { readonly root: string; readonly read: (path: string) => Promise<readonly LoadedFile[]> },
): Promise<readonly LoadedFile[]> {
  if (isBelow(resolve(root), place)) {
    const below = (await read(root)).filter(({ file }) => isBelow(place, resolve(file)));
    if (below.length > 0) return below;
    throw new Error('it holds no definition');
  }
  if (statSync(place).isDirectory()) return read(relative('', place) || '.');
  const shown = relative('', place);
  const source = toUnownedPlace(`file:${shown}`);
  return [showAs(shown, loadFile({ file: basename(place), bytes: readRegularFile(place), source }))];
}

/** Definitions that are written in a test. */
function toInlineFile({ file, inline }: LoadedTest): LoadedFile {
  return {
    owner: '',
    path: file,
    file,
    // Its text is that of the file of tests.
    bytes: Buffer.alloc(0),
    digest: '',
    definitions: inline,
    meant: [],
    problems: [],
    silences: [],
  };
}

function toUnreadable(
  { file, locate }: LoadedTest,
  path: readonly (string | number)[],
  message: string,
): Problem {
  const said = { code: 'file_unreadable', severity: 'error', message, hint: null } as const;
  return { ...said, file, ...locate(path), path: toDotted(path) };
}

/** What a path leads to, looked up once. */
function remember<T>(look: (path: string) => Promise<T>): (path: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (path) => {
    const found = known.get(path) ?? look(path);
    known.set(path, found);
    return found;
  };
}
