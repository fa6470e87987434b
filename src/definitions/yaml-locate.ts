import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type LineCounter,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { TextPlace } from '../text-place.ts';
import type { Locate, LocateWithin } from './definition.ts';
import { toOffsets } from './yaml-offsets.ts';
import { parseTree, type YamlTree } from './yaml-tree.ts';

/** The place of an offset. */
export function toPlace(offset: number, lines: LineCounter): TextPlace {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** The place a node starts at; 1:1 for none. */
export function placeOf(node: Node | null, lines: LineCounter): TextPlace {
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
    const { documents, lines } = treeOf(text);
    return placeOf(findNode(documents[index]?.contents ?? null, path, atKey), lines);
  };
}

/** The same for a place within a text. */
export function createLocateWithin(text: string, index: number): LocateWithin {
  return (path, { text: value, offset }) => {
    const { documents, lines } = treeOf(text);
    const node = findNode(documents[index]?.contents ?? null, path, false);
    // Another text is there when what is asked for was filled in.
    if (!isScalar(node) || node.value !== value) return null;
    const found = offsetsOf(text, node)?.[offset];
    return found === undefined ? null : toPlace(found, lines);
  };
}

function treeOf(text: string): YamlTree {
  if (last?.text !== text) last = { text, tree: parseTree(text) };
  return last.tree;
}

/** Of each scalar that was asked: a long text may have many things wrong with it. */
const offsets = new WeakMap<Scalar, readonly number[] | null>();

function offsetsOf(text: string, scalar: Scalar): readonly number[] | null {
  const known = offsets.get(scalar);
  if (known !== undefined) return known;
  const found = toOffsets(text, scalar);
  offsets.set(scalar, found);
  return found;
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
