import { type Document, isCollection, isScalar, type Node, visit, type YAMLError } from 'yaml';

/** What is wrong with the YAML at a place, and what to write instead. Repeats nothing of the text: it may be a secret. */
export interface YamlAdvice {
  readonly offset: number;
  readonly message: string;
  readonly hint: string | null;
}

/** A document that has mistakes, and the text it stands in. */
export interface BrokenDocument {
  readonly text: string;
  readonly errors: readonly YAMLError[];
  /** Null: what is wrong stands where no document is. */
  readonly document: Document.Parsed | null;
}

/** What is known of a mistake. */
interface Mistake {
  readonly error: YAMLError;
  readonly broken: BrokenDocument;
}

/** Advice on a mistake; what it leaves out is as the library has it. */
type Advise = (mistake: Mistake) => Partial<YamlAdvice>;

const QUOTE_VALUE = 'Put quotes round the whole value';

/** The mistake that comes first: what the library says after it follows from how it went on. */
export function adviseOnYaml(broken: BrokenDocument): YamlAdvice | null {
  const [error] = broken.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (error === undefined) return null;
  const [message = ''] = error.message.split(/\n|: ["|>!]/);
  return { offset: error.pos[0], message, hint: null, ...toAdvise(error)({ error, broken }) };
}

/** By the code of the library, or where one stands for several things, by its text. */
function toAdvise({ code, message }: YAMLError): Advise {
  const [, byText] = BY_TEXT.find(([pattern]) => pattern.test(message)) ?? [];
  return byText ?? BY_CODE[code] ?? (() => ({}));
}

const BY_TEXT: readonly (readonly [RegExp, Advise])[] = [
  [/^Missing closing/, adviseOnQuote],
  [/and end with a/, adviseOnBracket],
  [/need to be followed by map values/, adviseOnKey],
  [/^Missing , /, () => ({ hint: 'Put a comma at the end of the item before' })],
  [/at node end/, adviseOnRest],
  [/^Block scalar header/, () => ({ hint: 'Begin the text on the line after it' })],
];

const BY_CODE: Readonly<Partial<Record<YAMLError['code'], Advise>>> = {
  BLOCK_AS_IMPLICIT_KEY: adviseOnNested,
  MULTILINE_IMPLICIT_KEY: adviseOnKey,
  NON_STRING_KEY: adviseOnBraces,
  BAD_INDENT: ({ error, broken }) => ({
    offset: skipSpaces(broken.text, error.pos[0]),
    message: 'The line is indented otherwise than those it belongs to',
    hint: 'Indent what belongs together by the same number of spaces',
  }),
  TAB_AS_INDENT: () => ({ hint: 'Indent with spaces: YAML takes no tabs' }),
  BLOCK_IN_FLOW: () => ({ hint: 'Within { } and [ ] put quotes round a value with ": " in it' }),
  UNEXPECTED_TOKEN: () => ({ hint: 'A comma, a quote or a bracket may be missing before it' }),
  BAD_SCALAR_START: () => ({ hint: QUOTE_VALUE }),
  TAG_RESOLVE_FAILED: () => ({ message: 'To YAML ! begins a tag, and it has none here', hint: QUOTE_VALUE }),
  BAD_DQ_ESCAPE: () => ({ hint: 'In double quotes \\ begins an escape: write \\\\, or use single quotes' }),
};

/** A text with `: ` in it, or a line that is indented below a value. */
function adviseOnNested({ error, broken }: Mistake): Partial<YamlAdvice> {
  const [at] = error.pos;
  const isBelow = broken.errors.some(({ code, pos }) => code === 'MULTILINE_IMPLICIT_KEY' && pos[0] === at);
  if (!isBelow) return { message: 'A value with ": " in it must be quoted', hint: QUOTE_VALUE };
  const next = broken.text.indexOf('\n', at) + 1;
  return {
    offset: skipSpaces(broken.text, next),
    message: 'The line is indented below one that has its value already',
    hint: 'Indent it like the line before',
  };
}

const CONFLICT = /^(<<<<<<<|=======|>>>>>>>)/;

/** A line that should be a key and is none. */
function adviseOnKey({ error, broken: { text } }: Mistake): Partial<YamlAdvice> {
  const line = lineAt(text, error.pos[0]);
  if (CONFLICT.test(line))
    return {
      message: 'A conflict of a merge is not resolved',
      hint: 'Keep one side, and remove the lines of <<<<<<<, ======= and >>>>>>>',
    };
  return {
    message: 'The line has no ": " after a key',
    hint: line.includes('\u00a0')
      ? 'A no-break space stands where an ordinary one should'
      : 'Write a colon and a space after the key, as in handler: log',
  };
}

/** `{{` in a value that is not quoted. */
function adviseOnBraces({ error, broken: { text } }: Mistake): Partial<YamlAdvice> {
  const offset = error.pos[0] - 1;
  if (!text.startsWith('{{', offset))
    return { message: 'A key must be a string', hint: 'Quote the text, or indent it below its key' };
  const hint = `${QUOTE_VALUE}, as in "{{ entity.name }}"`;
  return { offset, message: 'A value that begins with {{ must be quoted: to YAML { begins a map', hint };
}

/** Text behind a value that has ended. */
function adviseOnRest(): Partial<YamlAdvice> {
  const hint = `${QUOTE_VALUE}; within '…' a ' is written twice, within "…" a " has a \\ before it`;
  return { message: 'The value has ended before this', hint };
}

/** A quote that is not closed: it is where it opens that somebody has to look. */
function adviseOnQuote({ error, broken: { document } }: Mistake): Partial<YamlAdvice> {
  const isQuoted = (node: Node): boolean => isScalar(node) && /^QUOTE/.test(node.type ?? '');
  const offset = findLast(document, { isWanted: isQuoted, before: error.pos[0] }) ?? error.pos[0];
  return {
    offset,
    message: 'The quote that begins here has no end',
    hint: 'Close it at the end of the value',
  };
}

/** A `{` or `[` that is not closed. */
function adviseOnBracket({ error, broken: { document, text } }: Mistake): Partial<YamlAdvice> {
  const end = error.message.endsWith('}') ? '}' : ']';
  const isOpen = (node: Node): boolean =>
    isCollection(node) && node.flow === true && text[(node.range?.[1] ?? 0) - 1] !== end;
  const offset = findLast(document, { isWanted: isOpen, before: error.pos[0] }) ?? error.pos[0];
  const begin = end === '}' ? '{' : '[';
  return { offset, message: `The ${begin} that begins here has no end`, hint: `Close it with ${end}` };
}

/** Where the last node of a kind begins that stands before an offset; null when there is none. */
function findLast(
  document: Document.Parsed | null,
  { isWanted, before }: { readonly isWanted: (node: Node) => boolean; readonly before: number },
): number | null {
  let found: number | null = null;
  if (document !== null)
    visit(document, {
      Node: (_key, node) => {
        const [start] = node.range ?? [];
        if (start !== undefined && start < before && isWanted(node)) found = start;
      },
    });
  return found;
}

function lineAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset);
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end === -1 ? text.length : end).trim();
}

function skipSpaces(text: string, offset: number): number {
  const rest = /[^ ]/g;
  rest.lastIndex = offset;
  return rest.exec(text)?.index ?? offset;
}
