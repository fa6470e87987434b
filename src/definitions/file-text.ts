import { isUtf8 } from 'node:buffer';
import type { Problem } from './problem.ts';

/** How the name of a file of definitions ends, and of one of hook tests. */
export const DEFINITION_ENDING = /\.(ya?ml|json)$/i;
const TEST_ENDING = /\.test\.(ya?ml|json)$/i;

/** Whether a file of this name holds hook tests: no definitions, whatever source it is in. */
export function isTestFile(name: string): boolean {
  return TEST_ENDING.test(name);
}

/** Whether a file of this name holds definitions. */
export function isDefinitionFile(name: string): boolean {
  return DEFINITION_ENDING.test(name) && !isTestFile(name);
}

/** Bytes a file of definitions may have. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** What Git LFS leaves in the place of a file it has elsewhere begins so (git-lfs docs/spec.md). */
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';
const BYTE_ORDER_MARK = '\ufeff';
const NEWLINE = 0x0a;

/** What is wrong with a file as a whole, or with its bytes at one place. */
export type FileFault = Pick<Problem, 'code' | 'line' | 'column' | 'message' | 'hint'>;

/** The text of a file, or why it has none. */
export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'broken'; readonly fault: FileFault };

/** Reads bytes as the text of a definition file: UTF-8 without NUL, of bounded size. */
export function toFileText(bytes: Buffer): FileText {
  if (bytes.length > MAX_FILE_BYTES)
    return broken({
      code: 'file_too_large',
      line: 1,
      column: 1,
      message: `The file has more than ${MAX_FILE_BYTES} bytes`,
      hint: 'Split it in several files',
    });
  if (!isUtf8(bytes))
    return broken({
      code: 'file_not_utf8',
      ...locateInvalid(bytes),
      message: 'The file is not UTF-8',
      hint: 'Save it as UTF-8',
    });
  const nul = bytes.indexOf(0);
  if (nul !== -1)
    return broken({
      code: 'yaml_syntax',
      ...endOf(bytes.subarray(0, nul)),
      message: 'The file holds a NUL byte',
      hint: null,
    });
  const text = bytes.toString('utf8');
  if (text.startsWith(LFS_POINTER))
    return broken({
      code: 'lfs_pointer',
      line: 1,
      column: 1,
      message: 'The file is a pointer of Git LFS, not the definition itself',
      hint: 'Take it out of LFS: git lfs untrack, then git add --renormalize',
    });
  return { kind: 'text', text: text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text };
}

function broken(fault: FileFault): FileText {
  return { kind: 'broken', fault };
}

/** The place of the first byte that is not UTF-8: a newline byte never stands inside a character. */
function locateInvalid(bytes: Buffer): { readonly line: number; readonly column: number } {
  let from = 0;
  let line = 1;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
    if (!isUtf8(bytes.subarray(from, end))) break;
    from = end + 1;
    line += 1;
  }
  return { line, column: bytes.toString('utf8', from).indexOf('\ufffd') + 1 };
}

/** The place after some text. */
function endOf(bytes: Buffer): { readonly line: number; readonly column: number } {
  const lines = bytes.toString('utf8').split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
