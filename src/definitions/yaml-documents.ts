import { type Document, isScalar, type LineCounter } from 'yaml';
import { toMessage } from '../errors.ts';
import type { TextPlace } from '../text-place.ts';
import type { LoadedDefinition } from './definition.ts';
import type { ProblemCode } from './rules.ts';
import { createLocate, createLocateWithin, placeOf, toPlace } from './yaml-locate.ts';
import { parseTree } from './yaml-tree.ts';
import { toValue } from './yaml-value.ts';

/** Something wrong with the YAML itself, with its place. */
export interface YamlMistake extends TextPlace {
  readonly code: ProblemCode;
  /** Keys and indexes from the document's root; empty for a mistake in the syntax. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint: string | null;
}

/** What one document of a text says. */
export interface ParsedDocument {
  /** Plain data; a key `__proto__` is a key like any other. */
  readonly value: unknown;
  readonly mistakes: readonly YamlMistake[];
  /** Of values that are empty because what stands there begins with #: warnings. */
  readonly commented: readonly YamlMistake[];
  /** Whether the data is what was written, but for what the mistakes are about: it is worth a look for more. */
  readonly complete: boolean;
  /** 1-based line the document's content starts at. */
  readonly line: number;
  /** Of the text, from 0: those that are empty count. */
  readonly index: number;
}

/**
 * What a text says, or what is wrong: one with a mistake in its syntax has no documents that can be trusted. It is plain
 * data: another thread may find it out.
 */
export type ParsedText = ParsedFile<ParsedDocument>;

/** One document of a file that parsed. */
export interface YamlDocument
  extends Omit<ParsedDocument, 'index'>,
    Pick<LoadedDefinition, 'locate' | 'locateWithin'> {}

/** The documents of a file, or what is wrong. */
export type YamlFile = ParsedFile<YamlDocument>;

type ParsedFile<One> =
  | { readonly kind: 'parsed'; readonly documents: readonly One[] }
  | { readonly kind: 'invalid'; readonly mistakes: readonly YamlMistake[] };

/** Mistakes that leave the data around them as it was written. */
const HARMLESS: readonly ProblemCode[] = ['yaml_duplicate_key', 'bad_value'];

/** Parses YAML 1.2 (core schema, string keys, no tags of its own, no merge keys). Empty documents are left out. */
export function parseYaml(text: string): ParsedText {
  try {
    return parse(text);
  } catch (error) {
    const mistake = { code: 'yaml_syntax', line: 1, column: 1, path: [], hint: null } as const;
    return { kind: 'invalid', mistakes: [{ ...mistake, message: toMessage(error) }] };
  }
}

/** A text that was parsed as documents whose places can be asked for. */
export function toYamlFile(text: string, parsed: ParsedText): YamlFile {
  if (parsed.kind === 'invalid') return parsed;
  const documents = parsed.documents.map(({ index, ...document }) => ({
    ...document,
    locate: createLocate(text, index),
    locateWithin: createLocateWithin(text, index),
  }));
  return { kind: 'parsed', documents };
}

function parse(text: string): ParsedText {
  const tree = parseTree(text);
  if (tree.mistakes.length > 0) {
    const mistakes = tree.mistakes.map(({ offset, ...mistake }) => ({
      ...toPlace(offset, tree.lines),
      path: [],
      ...mistake,
    }));
    return { kind: 'invalid', mistakes };
  }
  const documents = tree.documents.flatMap((document, index) =>
    isBlank(document) ? [] : [toDocument(document, { text, index, lines: tree.lines })],
  );
  return { kind: 'parsed', documents };
}

/** What a document is made with besides its tree. */
interface Placing {
  readonly text: string;
  readonly index: number;
  readonly lines: LineCounter;
}

/** Behind a comment there is a space, or something that tells that it is one. */
const NO_COMMENT = /^[ \t]*#(?!hookline-ignore\b|(?:todo|fixme|xxx|note)\b)[^\s#!]/i;

/** Repeats nothing of the comment: it may be a secret. */
const COMMENTED = {
  code: 'value_commented',
  message: 'The value is empty: to YAML # begins a comment',
  hint: 'Put quotes round a value that begins with #; where none is meant, put a space after it',
} as const;

function toDocument(document: Document.Parsed, { text, index, lines }: Placing): ParsedDocument {
  const { value, faults, commented } = toValue(document);
  return {
    value,
    mistakes: faults.map(({ node, ...fault }) => ({ ...placeOf(node, lines), ...fault })),
    commented: commented
      .filter(({ node: { range } }) => NO_COMMENT.test(text.slice(range?.[0], range?.[2])))
      .map(({ path, node }) => ({ path, ...placeOf(node, lines), ...COMMENTED })),
    complete: faults.every(({ code }) => HARMLESS.includes(code)),
    line: placeOf(document.contents, lines).line,
    index,
  };
}

/** A document that says nothing at all, as an empty file or one of comments is; `null` written out says something. */
function isBlank({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.source === '' && contents.type === 'PLAIN');
}
