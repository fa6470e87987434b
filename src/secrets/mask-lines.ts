import { isReference } from './reference.ts';
import { isSensitiveName } from './sensitive-name.ts';

/** A key, wherever a name begins, with the colon, tag and anchor behind it. Only there: a long text is read once. */
const KEY = /(["']?)(?<![\w.-])([\w.-]+)\1[ \t]*:[ \t]*(?:[!&][^\s,\]}]*[ \t]+)*/g;
/** A value in quotes that ends where it seems to. */
const QUOTED = /(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')(?=\s*(?:[,}\]#]|$))/y;
/** One that does not. */
const UNENDED = /["'].*/y;
/** A value without quotes that has others beside it in its map. */
const IN_FLOW = /[^\s"'{[,}\]][^,}\]]*/y;
/** What else a line may have, but a map or a list in brackets. */
const REST = /[^\s{[].*/y;
const BLOCK_HEADER = /^[|>][-+\d]*\s*(?:#.*)?$/;
/** A value in a list. */
export const ITEM = /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"',[\]-][^,\n]*/g;
const IS_ITEM = /^\s*-(?:\s|$)/;
const IS_KEY = /^\s*(?:- +)*(["']?)[^\s"'{}[\],:]+\1[ \t]*:(?:\s|$)/;

/** A key whose value may go on below it. */
interface OpenKey {
  readonly column: number;
  /** What stands on its line: the value or its beginning, the header of a block of text, or nothing. */
  readonly kind: 'value' | 'block' | 'nothing';
}

/**
 * Masks what stands after each key that tells of a secret, on its line and on those below that belong to it, in YAML or
 * JSON, right or wrong. A map below such a key is left to the names in it.
 */
export function maskLines(text: string): string {
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const { line, open } = maskLine(lines[index] ?? '');
    lines[index] = line;
    if (open !== null) index = maskBelow(lines, { index, open });
  }
  return lines.join('\n');
}

function maskLine(line: string): { readonly line: string; readonly open: OpenKey | null } {
  const flowFrom = line.search(/[{[]/);
  let masked = '';
  let from = 0;
  let open: OpenKey | null = null;
  for (const match of line.matchAll(KEY)) {
    const at = match.index + match[0].length;
    if (match.index < from || !isSecretKey(match[2] ?? '')) continue;
    const isFlow = flowFrom !== -1 && flowFrom < match.index;
    const value = readValue(line, { at, isFlow });
    masked += line.slice(from, at) + maskValue(value);
    from = at + value.length;
    open = isFlow ? null : toOpen(match.index, { value, rest: line.slice(from) });
  }
  return { line: masked + line.slice(from), open };
}

/** A text after `basic` is credentials in the place of a map of them. */
function isSecretKey(name: string): boolean {
  return isSensitiveName(name) || name === 'basic';
}

function readValue(line: string, { at, isFlow }: { readonly at: number; readonly isFlow: boolean }): string {
  for (const pattern of isFlow ? [QUOTED, IN_FLOW, UNENDED] : [QUOTED, REST]) {
    pattern.lastIndex = at;
    const [found] = pattern.exec(line) ?? [];
    if (found !== undefined) return found;
  }
  return '';
}

/** Null: a map or a list in brackets, or a text that has ended. */
function toOpen(
  column: number,
  { value, rest }: { readonly value: string; readonly rest: string },
): OpenKey | null {
  if (BLOCK_HEADER.test(value)) return { column, kind: 'block' };
  if (value === '' || value.startsWith('#')) return rest.trim() === '' ? { column, kind: 'nothing' } : null;
  QUOTED.lastIndex = 0;
  return QUOTED.test(value) ? null : { column, kind: 'value' };
}

/** Masks the lines that belong to a key above, in place, and answers which is the last of them. */
function maskBelow(
  lines: string[],
  { index, open }: { readonly index: number; readonly open: OpenKey },
): number {
  let last = index;
  for (let next = index + 1; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    if (line.trim() === '') continue;
    if (!belongsTo(open, line)) break;
    lines[next] =
      open.kind === 'nothing' && IS_ITEM.test(line)
        ? line.replaceAll(ITEM, maskValue)
        : line.replace(/\S.*/, maskValue);
    last = next;
  }
  return last;
}

function belongsTo({ column, kind }: OpenKey, line: string): boolean {
  const indent = line.search(/\S/);
  if (kind === 'block') return indent > column;
  if (kind === 'nothing' && IS_ITEM.test(line)) return indent >= column;
  return indent > column && !IS_KEY.test(line);
}

/** A value as it may be shown, of the same length. A reference stays, and so does what says that there is none or where it is. */
export function maskValue(value: string): string {
  const bare = value.trimEnd().replaceAll(/^["']|["']$/g, '');
  if (isReference(bare) || bare === 'null' || BLOCK_HEADER.test(bare)) return value;
  return '*'.repeat(value.trimEnd().length) + value.slice(value.trimEnd().length);
}
