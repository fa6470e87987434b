import { Composer, type Document, Lexer, LineCounter, Parser, type YAMLError } from 'yaml';
import { withoutTraces } from '../without-traces.ts';
import type { ProblemCode } from './rules.ts';
import { adviseOnYaml, type BrokenDocument, type YamlAdvice } from './yaml-advice.ts';

/** Levels of nesting a definition may have: far above any hook, far below what recursion can take. */
export const MAX_DEPTH = 100;
/** What is said of a document that goes deeper. */
export const TOO_DEEP = `Nests deeper than ${MAX_DEPTH} levels`;
/** Tokens that may be open at once: some levels more, so that it is the levels of the data that are counted. */
const MAX_OPEN_TOKENS = MAX_DEPTH + 10;

/**
 * Pieces a text may have: words, punctuation, line ends. A file of hooks that is as long as a file may be has fewer; one
 * of commas has a million, and each costs as much.
 */
const MAX_PIECES = 500_000;
/** What is said of a text that has more. */
const TOO_MANY_PIECES = `The file has more than ${MAX_PIECES} words and marks: split it`;

/** Something wrong with the YAML itself, at an offset into the text. */
export interface TreeMistake extends YamlAdvice {
  readonly code: ProblemCode;
}

/** A text as documents that can be asked for positions. */
export interface YamlTree {
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
  /** One a document at most: what follows the first is guesswork. */
  readonly mistakes: readonly TreeMistake[];
}

/** YAML 1.2 with the core schema, whatever a directive says. Whether keys are unique is seen to by yaml-value.ts: the library compares each with all. */
const OPTIONS = {
  schema: 'core',
  merge: false,
  resolveKnownTags: false,
  prettyErrors: false,
  stringKeys: true,
  uniqueKeys: false,
  strict: true,
} as const;

/**
 * Parses a text. What nests too deep ends the parse there: the library composes documents by recursion, and where its
 * stack ends is nothing to rely on. So does what has too many pieces: the parse cannot be paused.
 */
export function parseTree(text: string): YamlTree {
  return withoutTraces(() => parse(text));
}

function parse(text: string): YamlTree {
  const parser = new Parser();
  const composer = new Composer(OPTIONS);
  const documents: Document.Parsed[] = [];
  const tooMuch: TreeMistake[] = [];
  let pieces = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    pieces += 1;
    if (pieces > MAX_PIECES)
      tooMuch.push({ code: 'file_too_large', offset: parser.offset, message: TOO_MANY_PIECES, hint: null });
    else if (parser.stack.length > MAX_OPEN_TOKENS) {
      // The first token open is the document.
      const offset = parser.stack[MAX_DEPTH + 1]?.offset ?? parser.offset;
      tooMuch.push({ code: 'yaml_too_deep', offset, message: TOO_DEEP, hint: null });
    } else continue;
    break;
  }
  if (tooMuch.length === 0) for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end());
  // What is wrong where no document is has none to be kept with.
  const loose = documents.length === 0 ? composer.streamInfo().errors : [];
  const mistakes = [
    ...toMistakes({ text, errors: loose, document: null }),
    ...documents.flatMap((document) => toMistakes({ text, errors: errorsOf(document), document })),
  ];
  return { documents, lines: countLines(text), mistakes: [...mistakes, ...tooMuch] };
}

/** The library counts lines as it parses, and after some mistakes misses one. */
function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return lines;
}

function errorsOf({ errors, warnings }: Document.Parsed): readonly YAMLError[] {
  return [...errors, ...warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED')];
}

function toMistakes(broken: BrokenDocument): readonly TreeMistake[] {
  const advice = adviseOnYaml(broken);
  return advice === null ? [] : [{ code: 'yaml_syntax', ...advice }];
}
