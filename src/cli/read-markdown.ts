import { readFileSync } from 'node:fs';
import type { LoadedFile } from '../definitions/definition.ts';
import { loadFile, toUnownedPlace } from '../definitions/load-file.ts';
import { findFences } from '../definitions/markdown-fences.ts';
import type { Problem } from '../definitions/problem.ts';
import type { ProblemCode } from '../definitions/rules.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { Prepare } from '../reconcile/prepare.ts';
import { showAs } from './read-definitions.ts';

const ENDING = /\.(md|markdown)$/i;

/** Whether a path is that of a text with definitions in it. */
export function isMarkdown(path: string): boolean {
  return ENDING.test(path);
}

/** Reads the definitions in the blocks of a text, each as a file of its own. Throws `directory_unreadable`. */
export function readMarkdown(path: string): readonly LoadedFile[] {
  const bytes = readBytes(path);
  const source = toUnownedPlace(`file:${path}`);
  return findFences(bytes.toString('utf8')).map(({ line, text }) => {
    const loaded = loadFile({ file: `fence/${line}.yaml`, bytes: Buffer.from(text), source });
    return { ...showAs(path, loaded), bytes };
  });
}

/** What a text may say as often as it likes: it shows one thing step by step. */
const REPEATED: readonly ProblemCode[] = [
  'name_duplicate',
  'id_duplicate',
  'source_duplicate',
  'cloudevents_duplicate',
];

/** What is wrong with the blocks of a text, which may be about sources of other blocks and of `files`. */
export async function findMarkdownProblems(
  blocks: readonly LoadedFile[],
  { prepare, files }: { readonly prepare: Prepare; readonly files: readonly LoadedFile[] },
): Promise<readonly Problem[]> {
  const own = new Set(blocks.map(({ file }) => file));
  const { problems } = await prepare([...files, ...blocks]);
  return problems.filter(({ file, code }) => own.has(file) && !REPEATED.includes(code));
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new HooklineError('directory_unreadable', `Cannot read "${path}": ${toMessage(cause)}`, { cause });
  }
}
