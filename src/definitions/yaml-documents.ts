import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  visit,
  type YAMLError,
} from 'yaml';
import { toMessage } from '../errors.ts';
import type { Locate } from './definition.ts';
import type { ProblemCode } from './problem.ts';

/** Uses of anchors in one document: people write a few, a bomb needs many. */
const MAX_ALIASES = 100;
/** Levels of nesting a definition may have: far above any hook, far below what recursion can take. */
const MAX_DEPTH = 100;

/** Something wrong with the YAML itself, with its place. */
export interface YamlMistake {
  readonly code: ProblemCode;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** One document of a file that parsed. */
export interface YamlDocument {
  /** Plain data; a key `__proto__` is a key like any other. */
  readonly value: unknown;
  /** 1-based line the document's content starts at. */
  readonly line: number;
  readonly locate: Locate;
}

/** The documents of a file, or what is wrong: a file with one mistake has no documents that can be trusted. */
export type YamlFile =
  | { readonly kind: 'parsed'; readonly documents: readonly YamlDocument[] }
  | { readonly kind: 'invalid'; readonly mistakes: readonly YamlMistake[] };

/** A parse that can still be asked for positions. */
interface Parse {
  readonly documents: readonly Document.Parsed<ParsedNode>[];
  readonly lines: LineCounter;
}

const TOO_DEEP = `Nests deeper than ${MAX_DEPTH} levels`;
const TOO_MANY_ALIASES = `Uses anchors more than ${MAX_ALIASES} times, counting uses within uses`;

/** Parses YAML 1.2 (core schema, string keys, no tags of its own, no merge keys). Empty documents are left out. */
export function parseYaml(text: string): YamlFile {
  try {
    return parse(text);
  } catch (error) {
    const tooDeep = error instanceof RangeError;
    const message = tooDeep ? TOO_DEEP : toMessage(error);
    return {
      kind: 'invalid',
      mistakes: [{ code: tooDeep ? 'yaml_too_deep' : 'yaml_syntax', line: 1, column: 1, message }],
    };
  }
}

function parse(text: string): YamlFile {
  const parsed = parseText(text);
  const mistakes = parsed.documents.flatMap((document) => findMistakes(document, parsed.lines));
  if (mistakes.length > 0) return { kind: 'invalid', mistakes };
  const documents: YamlDocument[] = [];
  for (const [index, document] of parsed.documents.entries()) {
    const made = toDocument(document, { index, text, parse: parsed });
    if (made === null) continue;
    if ('code' in made) mistakes.push(made);
    else documents.push(made);
  }
  return mistakes.length > 0 ? { kind: 'invalid', mistakes } : { kind: 'parsed', documents };
}

function parseText(text: string): Parse {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: true,
    strict: true,
  });
  return { documents: 'empty' in parsed ? [] : parsed, lines };
}

function findMistakes(document: Document.Parsed, lines: LineCounter): readonly YamlMistake[] {
  const syntax = [
    ...document.errors,
    ...document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED'),
  ];
  // The parser recurses, and reports the end of its stack as one error of many.
  const overflow = syntax.find(({ message }) => message.includes('call stack'));
  if (overflow !== undefined)
    return [{ ...toMistake(overflow, lines), code: 'yaml_too_deep', message: TOO_DEEP }];
  return syntax.map((error) => toMistake(error, lines));
}

function toMistake({ code, message, pos }: YAMLError, lines: LineCounter): YamlMistake {
  const { line, col } = lines.linePos(pos[0]);
  const ours: ProblemCode = code === 'DUPLICATE_KEY' ? 'yaml_duplicate_key' : 'yaml_syntax';
  return {
    code: ours,
    line: Math.max(line, 1),
    column: Math.max(col, 1),
    message: message.split('\n')[0] ?? message,
  };
}

/** A document's value, or what is wrong with its size once every anchor is expanded. */
function toDocument(
  document: Document.Parsed,
  { index, text, parse }: { index: number; text: string; parse: Parse },
): YamlDocument | YamlMistake | null {
  const value = toValue(document);
  const position = positionOf(document.contents, parse.lines);
  if (value === EXCESSIVE)
    return {
      code: 'yaml_alias_limit',
      ...positionOf(findAlias(document), parse.lines),
      message: TOO_MANY_ALIASES,
    };
  if (value === null && isBlank(document)) return null;
  const locate = createLocate(text, index);
  const deep = findTooDeep(value, []);
  if (deep !== null) return { code: 'yaml_too_deep', ...locate(deep), message: TOO_DEEP };
  return { value, line: position.line, locate };
}

const EXCESSIVE = Symbol('excessive aliases');

/** The library counts uses of anchors, uses within uses too. */
function toValue(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
  } catch (error) {
    if (error instanceof ReferenceError) return EXCESSIVE;
    throw error;
  }
}

function findAlias(document: Document.Parsed): Node | null {
  let first: Node | null = null;
  visit(document, {
    Alias(_key, node) {
      first ??= node;
    },
  });
  return first;
}

/** The path of the first value that nests too deep. */
function findTooDeep(
  value: unknown,
  path: readonly (string | number)[],
): readonly (string | number)[] | null {
  if (typeof value !== 'object' || value === null) return null;
  if (path.length >= MAX_DEPTH) return path;
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== 'object' || item === null) continue;
    const found = findTooDeep(item, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found !== null) return found;
  }
  return null;
}

/** A document that says nothing at all, as an empty file or one of comments is; `null` written out says something. */
function isBlank({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.source === '');
}

/** The parse that positions were asked of last. */
let lastParse: { readonly text: string; readonly parse: Parse } | null = null;

/**
 * Positions are asked for only when something is wrong, and the tree they are read from is many times the size of the
 * text. So no tree is kept but the last one asked, and a text is parsed once more for its positions.
 */
function createLocate(text: string, index: number): Locate {
  return (path, atKey = false) => {
    if (lastParse?.text !== text) lastParse = { text, parse: parseText(text) };
    const { documents, lines } = lastParse.parse;
    return positionOf(findNode(documents[index]?.contents ?? null, path, atKey), lines);
  };
}

/** The node at a path, or the nearest around it that exists. */
function findNode(root: Node | null, path: readonly (string | number)[], atKey: boolean): Node | null {
  let node = root;
  for (const [depth, part] of path.entries()) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      : null;
    const child: unknown = pair ? pair.value : isCollection(node) ? node.get(part, true) : null;
    const key = pair?.key;
    if (atKey && depth === path.length - 1 && isScalar(key)) return key;
    // A key without a value has a place too.
    const next = isNode(child) && child.range ? child : isScalar(key) ? key : null;
    if (next === null) return node;
    node = next;
  }
  return node;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isCollection(value) || isAlias(value) || isPair(value);
}

function positionOf(
  node: Node | null,
  lines: LineCounter,
): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
