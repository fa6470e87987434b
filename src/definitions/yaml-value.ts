import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Json } from '../event.ts';
import type { ProblemCode } from './rules.ts';
import { toShownKey } from './shown.ts';
import { findMisfit } from './yaml-scalar.ts';
import { MAX_DEPTH, TOO_DEEP } from './yaml-tree.ts';

/** Something a document says that cannot be taken, with the node that says it. */
export interface Fault {
  readonly code: ProblemCode;
  readonly path: readonly (string | number)[];
  readonly node: Node;
  readonly message: string;
  readonly hint: string | null;
}

/** A document as plain data. What could not be taken is null in it; of a key given twice it has the first. */
export interface DocumentValue {
  /** A key `__proto__` is a key like any other. */
  readonly value: Json;
  readonly faults: readonly Fault[];
  /** Values that are empty, with a comment where they could be. */
  readonly commented: readonly Pick<Fault, 'path' | 'node'>[];
}

/** What a node stands for, anchors filled in. */
interface Built {
  readonly value: Json;
  /** Characters it takes, near enough. */
  readonly size: number;
  /** Levels of nesting it has. */
  readonly height: number;
}

const NOTHING: Built = { value: null, size: 1, height: 0 };
/** Characters that uses of anchors may add to a document: as many as a file may have. A bomb needs far more. */
const MAX_FILLED_IN = 1024 * 1024;
const TOO_MUCH_FILLED_IN = `Anchors add more than ${MAX_FILLED_IN} characters to the document`;

/**
 * Makes plain data of a document and finds what stands in the way. In time that grows with the document alone: the
 * library's own way compares every key with all others, and every use of an anchor with all anchors.
 */
export function toValue({ contents }: Document.Parsed): DocumentValue {
  const faults: Fault[] = [];
  const commented: Pick<Fault, 'path' | 'node'>[] = [];
  const path: (string | number)[] = [];
  /** By name; null while what it names is being built. */
  const anchors = new Map<string, Built | null>();
  let filledIn = 0;

  function report(node: Node, code: ProblemCode, said: { message: string; hint?: string | null }): Built {
    faults.push({ code, path: [...path], node, hint: null, ...said });
    return NOTHING;
  }

  function build(node: unknown): Built {
    if (isAlias(node)) return fillIn(node);
    if (!isScalar(node) && !isCollection(node)) return NOTHING;
    const { anchor } = node;
    if (anchor !== undefined) anchors.set(anchor, null);
    const built = isScalar(node) ? buildScalar(node) : buildCollection(node);
    if (anchor !== undefined) anchors.set(anchor, built);
    return built;
  }

  function fillIn(alias: Alias): Built {
    const { source } = alias;
    const built = anchors.get(source);
    if (built === undefined)
      return report(alias, 'yaml_syntax', {
        message: `Anchor "${source}" is not set before it is used`,
        hint: `Set it above with &${source}, or quote a value that begins with *`,
      });
    if (built === null)
      return report(alias, 'yaml_syntax', { message: `Anchor "${source}" is used within itself` });
    if (path.length + built.height > MAX_DEPTH) return report(alias, 'yaml_too_deep', { message: TOO_DEEP });
    const isFull = filledIn > MAX_FILLED_IN;
    filledIn += built.size;
    if (filledIn <= MAX_FILLED_IN) return built;
    return isFull ? NOTHING : report(alias, 'yaml_alias_limit', { message: TOO_MUCH_FILLED_IN });
  }

  function buildScalar(scalar: Scalar): Built {
    const value = scalar.value as Json;
    const misfit = findMisfit(scalar);
    if (misfit !== null) report(scalar, 'bad_value', misfit);
    if (scalar.source === '' && scalar.type === 'PLAIN' && typeof scalar.comment === 'string')
      commented.push({ path: [...path], node: scalar });
    return { value, size: typeof value === 'string' ? value.length + 1 : 1, height: 0 };
  }

  function buildCollection(node: YAMLMap | YAMLSeq): Built {
    if (path.length >= MAX_DEPTH) return report(node, 'yaml_too_deep', { message: TOO_DEEP });
    let size = 1;
    let height = 0;
    const buildPart = (step: string | number, part: unknown): Json => {
      const built = build(part);
      size += built.size + (typeof step === 'string' ? step.length : 0);
      height = Math.max(height, built.height);
      return built.value;
    };
    const value = isMap(node) ? buildMap(node, buildPart) : buildList(node, buildPart);
    return { value, size, height: height + 1 };
  }

  function buildList({ items }: YAMLSeq, buildPart: BuildPart): Json {
    return items.map((item, index) => {
      path.push(index);
      const value = buildPart(index, item);
      path.pop();
      return value;
    });
  }

  function buildMap({ items }: YAMLMap, buildPart: BuildPart): Json {
    const entries = new Map<string, Json>();
    for (const { key, value } of items) {
      if (!isScalar(key)) continue;
      const name = String(key.value);
      path.push(name);
      if (checkKey(key, name, entries)) entries.set(name, buildPart(name, value));
      path.pop();
    }
    return Object.fromEntries(entries);
  }

  function checkKey(key: Scalar, name: string, before: ReadonlyMap<string, Json>): boolean {
    const misfit = findMisfit(key);
    if (misfit !== null) report(key, 'bad_value', misfit);
    if (before.has(name)) {
      report(key, 'yaml_duplicate_key', {
        message: `Key "${toShownKey(name)}" is given twice`,
        hint: 'Keep one',
      });
      return false;
    }
    if (name !== '<<' || key.type !== 'PLAIN') return true;
    const message = 'Merge keys are no part of YAML 1.2';
    report(key, 'yaml_syntax', { message, hint: 'Write the keys out' });
    return false;
  }

  return { value: build(contents).value, faults, commented };
}

/** Builds one part of a collection. */
type BuildPart = (step: string | number, part: unknown) => Json;
