import { count } from '../count.ts';
import type { Json } from '../event.ts';
import { errorAt, placeOf, type SyntaxNode, unknownAt } from './syntax.ts';
import type { ReadPath, TemplateRead } from './template.ts';
import { HELPERS, type Helper, readProperty, type Value } from './value.ts';

/** What a template is evaluated in: the values in reach, the innermost last, and the names in reach. */
export interface Scope {
  /** The event, then the item of each block around. */
  readonly contexts: readonly Value[];
  /** `@event`. */
  readonly event: Value;
  /** `@index`, `@key`, `@first`, `@last` of each `each` around, the innermost last. */
  readonly loops: readonly ReadonlyMap<string, Value>[];
  /** Block parameters: `as |item index|`. */
  readonly names: ReadonlyMap<string, Value>;
  /** Is given each text a helper makes, and gives it back. Throws TemplateRenderError when it was too much in all. */
  readonly note: (text: string) => string;
}

/** What is known of a scope before it runs: the path of each context from the root, and of each block parameter. */
export interface StaticScope {
  /** Null: a context that is no part of the event (the result of a helper). */
  readonly contexts: readonly (ReadPath | null)[];
  /** How many `each` are around. */
  readonly loops: number;
  readonly names: ReadonlyMap<string, ReadPath | null>;
  /** Told of each path that is read. */
  readonly onRead: (read: TemplateRead) => void;
}

/** An expression that was checked. */
export interface Expression {
  evaluate(scope: Scope): Value;
  /** Path from the root when it is one. */
  readonly path: ReadPath | null;
  /** Name of the helper it calls, if it does. */
  readonly helper: string | null;
}

const DATA_NAMES = new Set(['index', 'key', 'first', 'last']);

/** Compiles a path, a literal or a helper call. Throws TemplateError for anything unknown. */
export function compileExpression(
  node: SyntaxNode,
  scope: StaticScope,
  { isLooped = false }: { readonly isLooped?: boolean } = {},
): Expression {
  switch (node.type) {
    case 'PathExpression':
      return compilePath(node as hbs.AST.PathExpression, { scope, isLooped });
    case 'SubExpression':
      return compileCall(node as hbs.AST.SubExpression, scope);
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral':
      return toLiteral((node as hbs.AST.StringLiteral).value);
    case 'NullLiteral':
      return toLiteral(null);
    case 'UndefinedLiteral':
      return toLiteral(undefined);
    default:
      throw errorAt(node, `${node.type} is not supported`);
  }
}

function toLiteral(value: Json | undefined): Expression {
  return { evaluate: () => value, path: null, helper: null };
}

/** A call as it stands in `{{ }}`, `{{# }}` or `( )`. */
interface CallNode extends SyntaxNode {
  readonly path: SyntaxNode;
  readonly params: readonly SyntaxNode[];
  readonly hash?: hbs.AST.Hash | undefined;
}

/** Compiles what stands in `{{ }}`: a helper with its arguments, or a path. */
export function compileCall(node: CallNode, scope: StaticScope): Expression {
  const { path, params, hash } = node;
  if (hash !== undefined && hash.pairs.length > 0) throw errorAt(hash, 'named arguments are not supported');
  if (params.length === 0) return compileExpression(path, scope);
  const name = String((path as hbs.AST.PathExpression).original);
  const { min, max, call } = findHelper(path, name);
  if (params.length < min || params.length > max)
    throw errorAt(node, `helper "${name}" takes ${toArity(min, max)}: got ${params.length}`);
  const args = params.map((param) => compileExpression(param, scope));
  return {
    evaluate: (runtime) =>
      call(
        args.map((arg) => arg.evaluate(runtime)),
        runtime.note,
      ),
    path: null,
    helper: name,
  };
}

function toArity(min: number, max: number): string {
  return max === min ? count(min, 'argument') : `${min} to ${max} arguments`;
}

function findHelper(node: SyntaxNode, name: string): Helper {
  const helper = HELPERS.get(name);
  if (helper !== undefined) return helper;
  throw unknownAt(node, 'helper', { name, known: [...HELPERS.keys()] });
}

/** `this.name` and `./name` are of the context, whatever block parameters there are. */
const OF_CONTEXT = /^(this([./]|$)|\.)/;

/** What a path is compiled in. */
interface PathContext {
  readonly scope: StaticScope;
  readonly isLooped: boolean;
}

function compilePath(node: hbs.AST.PathExpression, context: PathContext): Expression {
  const parts = node.parts.map(String);
  if (node.data) return compileData(node, parts, context);
  const { scope } = context;
  const [first, ...rest] = parts;
  const alias =
    first !== undefined && node.depth === 0 && !OF_CONTEXT.test(node.original)
      ? scope.names.get(first)
      : undefined;
  if (alias !== undefined && first !== undefined)
    return toPath(alias, rest, { ...context, node, start: ({ names }) => names.get(first) });
  const { depth } = node;
  const base = scope.contexts.at(-1 - depth);
  if (base === undefined) throw errorAt(node, `"${node.original}" goes further out than there are blocks`);
  return toPath(base, parts, { ...context, node, start: ({ contexts }) => contexts.at(-1 - depth) });
}

function compileData(
  node: hbs.AST.PathExpression,
  parts: readonly string[],
  context: PathContext,
): Expression {
  const [name = '', ...rest] = parts;
  if (name === 'root') return toPath([], rest, { ...context, node, start: ({ contexts }) => contexts[0] });
  // Not held against the catalogue, so that one template may read what some events have and others do not.
  if (name === 'event')
    return { evaluate: ({ event }) => rest.reduce<Value>(readProperty, event), path: null, helper: null };
  if (!DATA_NAMES.has(name) || rest.length > 0) throw errorAt(node, `unknown variable "${node.original}"`);
  const { depth } = node;
  if (depth >= context.scope.loops)
    throw errorAt(node, `"${node.original}" goes further out than there are loops`);
  return { evaluate: ({ loops }) => loops.at(-1 - depth)?.get(name), path: null, helper: null };
}

/** A path and what its first part is read from. */
interface PathStart extends PathContext {
  readonly node: SyntaxNode;
  readonly start: (scope: Scope) => Value;
}

function toPath(
  base: ReadPath | null,
  parts: readonly string[],
  { scope, isLooped, node, start }: PathStart,
): Expression {
  const path = base === null ? null : [...base, ...parts];
  if (path !== null && path.length > 0) scope.onRead({ path, isLooped, place: placeOf(node) });
  return { evaluate: (runtime) => parts.reduce<Value>(readProperty, start(runtime)), path, helper: null };
}
