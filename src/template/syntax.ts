import Handlebars from 'handlebars';
import { type TextPlace, toTextPlace } from '../text-place.ts';
import { TemplateError, type UnknownName } from './template.ts';

/** Handlebars' own tree of a template, as far as it is used. Positions: line from 1, column from 0. */
export type SyntaxNode = hbs.AST.Node;

/** Levels of blocks and calls within each other: far above any template, far below what the parser's recursion can take. */
const MAX_DEPTH = 100;
/** A text this short cannot nest deep enough to matter. */
const SHALLOW_LENGTH = 1_000;

/** The parser's tokenizer, which its types leave out. It works on one text at a time, and stays where it failed. */
interface Lexer {
  setInput(text: string): void;
  /** The next token; a false value or 1 at the end. */
  lex(): number | undefined;
  /** What is left of the text. */
  readonly _input: string;
  /** The text of the last token. */
  readonly match: string;
}

const { lexer, terminals_: tokenNames } = (
  Handlebars as unknown as {
    Parser: { readonly lexer: Lexer; readonly terminals_: Readonly<Record<number, string>> };
  }
).Parser;

/** Parses a template with Handlebars' parser, white-space control included. Throws TemplateError. */
export function parseSyntax(text: string): hbs.AST.Program {
  if (text.length > SHALLOW_LENGTH) checkDepth(text);
  try {
    return Handlebars.parse(text);
  } catch (error) {
    throw toTemplateError(error, text);
  }
}

/** Where a node starts. */
export function placeOf({ loc: { start } }: SyntaxNode): TextPlace {
  return { line: start.line, column: start.column + 1 };
}

/** An error at a node. */
export function errorAt(node: SyntaxNode, message: string): TemplateError {
  return new TemplateError(message, placeOf(node));
}

/** An error at a node that uses a name there is none of. */
export function unknownAt(node: SyntaxNode, what: string, unknown: UnknownName): TemplateError {
  const message = `unknown ${what} "${unknown.name}"; known are ${unknown.known.join(', ')}`;
  return new TemplateError(message, placeOf(node), unknown);
}

const OPEN_BLOCK = new Set(['OPEN_BLOCK', 'OPEN_INVERSE', 'OPEN_PARTIAL_BLOCK', 'OPEN_RAW_BLOCK']);
const CLOSE_BLOCK = new Set(['OPEN_ENDBLOCK', 'END_RAW_BLOCK']);

/** The parser's time grows with the square of the depth, so that is known before it starts. */
function checkDepth(text: string): void {
  const outside: number[] = [];
  let depth = 0;
  for (const token of readTokens(text)) {
    if (OPEN_BLOCK.has(token)) outside.push(depth);
    if (OPEN_BLOCK.has(token) || token === 'OPEN_INVERSE_CHAIN' || token === 'OPEN_SEXPR') depth += 1;
    else if (CLOSE_BLOCK.has(token)) depth = outside.pop() ?? 0;
    else if (token === 'CLOSE_SEXPR') depth -= 1;
    if (depth > MAX_DEPTH)
      throw new TemplateError(
        `it nests deeper than ${MAX_DEPTH} levels`,
        toTextPlace(text, readOffset(text)),
      );
  }
}

/** The tokens of a text, up to the first place that is none: what is wrong there is the parser's to say. */
function* readTokens(text: string): Generator<string> {
  lexer.setInput(text);
  for (;;) {
    try {
      const token = tokenNames[lexer.lex() ?? 1];
      if (token === undefined || token === 'EOF') return;
      yield token;
    } catch {
      return;
    }
  }
}

/** Where the last token starts. */
function readOffset(text: string): number {
  return text.length - lexer._input.length - lexer.match.length;
}

const UNEXPECTED = /got '([^']*)'/;
const PLACE = / - (\d+):(\d+)$/;

/** The parser's message is a drawing over several lines; what counts is what it met and where. */
function toTemplateError(error: unknown, text: string): TemplateError {
  const message = error instanceof Error ? error.message : String(error);
  const [place, line, column] = PLACE.exec(message) ?? [];
  if (place !== undefined)
    return new TemplateError(describeEnd(message.slice(0, -place.length)), {
      line: Number(line),
      column: Number(column) + 1,
    });
  const offset = readOffset(text);
  return new TemplateError(
    describe(UNEXPECTED.exec(message)?.[1], text.slice(offset)),
    toTextPlace(text, offset),
  );
}

const MISMATCH = /^(.*) doesn't match (.*)$/;

/** What the parser says of the end of a block. */
function describeEnd(message: string): string {
  const [, begin, end] = MISMATCH.exec(message) ?? [];
  return begin === undefined ? message : `block "${begin}" is closed by "{{/${end}}}": write "{{/${begin}}}"`;
}

/** What was meant to be one name or number, at least a character of it. */
const WORD = /^.[^\s}]{0,40}/su;

/** Says what is wrong where the parser stopped: at a token, or at what is none. */
function describe(token: string | undefined, rest: string): string {
  if (token === 'EOF') return 'it ends in the middle of an expression or block';
  if (token === undefined) return rest.startsWith('\0') ? 'unexpected NUL' : 'what starts here is not closed';
  if (token === 'INVALID' && !rest.includes('}}')) return 'the expression is not closed: "}}" is missing';
  if (token === 'CLOSE_UNESCAPED') return 'unexpected "}}}": put a space after the "}}" of an expression';
  const hint = token === 'NUMBER' ? ': an index is written in brackets, as in list.[0]' : '';
  return `unexpected ${JSON.stringify(token === 'INVALID' ? WORD.exec(rest)?.[0] : lexer.match)}${hint}`;
}
