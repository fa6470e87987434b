import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { Locate } from './definition.ts';
import { parseTree, type YamlTree } from './yaml-tree.ts';

/** A place in a text, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of an offset. */
export function toPlace(offset: number, lines: LineCounter): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** The place a node starts at; 1:1 for none. */
export function placeOf(node: Node | null, lines: LineCounter): Place {
  return toPlace(node?.range?.[0] ?? 0, lines);
}

/** The parse that positions were asked of last. */
let last: { readonly text: string; readonly tree: YamlTree } | null = null;

/**
 * Positions are asked for only when something is wrong, and the tree they are read from is many times the size of the
 * text. So no tree is kept but the last one asked, and a text is parsed once more for its positions.
 */
export function createLocate(text: string, index: number): Locate {
  return (path, atKey = false) => {
    if (last?.text !== text) last = { text, tree: parseTree(text) };
    const { documents, lines } = last.tree;
    return placeOf(findNode(documents[index]?.contents ?? null, path, atKey), lines);
  };
}

/** The node at a path, or the nearest around it that exists. */
function findNode(root: Node | null, path: readonly (string | number)[], atKey: boolean): Node | null {
  let node = root;
  for (const [depth, part] of path.entries()) {
    const pair = isMap(node) ? findPair(node, String(part)) : null;
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

/** Pairs of each map that was asked, by key: a map of many keys may have something wrong with each. */
const pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

function findPair(map: YAMLMap, key: string): Pair | null {
  const known = pairs.get(map) ?? toPairs(map);
  pairs.set(map, known);
  return known.get(key) ?? null;
}

/** Of a key that is given twice the first counts. */
function toPairs({ items }: YAMLMap): ReadonlyMap<string, Pair> {
  const named = items.flatMap((pair) =>
    isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [],
  );
  return new Map(named.reverse());
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isCollection(value) || isAlias(value) || isPair(value);
}
