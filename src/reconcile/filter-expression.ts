import { type ASTNode, Environment, serialize } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { toMessage } from '../errors.ts';
import type { Filter } from './snapshot.ts';

/** A filter expression that compiled. */
export interface CompiledFilter {
  readonly filter: Filter;
  /** Fields of `data` the expression reads, top level. */
  readonly fields: readonly string[];
  /** The value of an expression that reads nothing of the event; null when it does. */
  readonly constant: boolean | null;
}

/** What is wrong with an expression, and the 0-based offset in it. */
export interface FilterMistake {
  readonly message: string;
  readonly offset: number;
}

/** Bounds on an expression: far above what anyone writes by hand, far below what would stall a load. */
const LIMITS = { maxAstNodes: 2_000, maxDepth: 64 };

/**
 * The library matches with the host's own engine, which some patterns keep busy for ever on some data. CEL asks for RE2,
 * whose time is linear: calls of `matches` are renamed to this function, which runs it.
 */
const SAFE_MATCHES = 'matchesRe2';

const environment = new Environment({ limits: LIMITS })
  .registerVariable('data', 'map')
  .registerVariable('event', 'string')
  .registerVariable('source', 'string')
  .registerVariable('id', 'string')
  .registerVariable('time', 'string')
  .registerFunction(`string.${SAFE_MATCHES}(string): bool`, (text: string, pattern: string) =>
    RE2JS.compile(pattern).matcher(text).find(),
  );

/** Compiles a CEL expression over data, event, source, id and time. Its value must be boolean, as far as can be told before it runs. */
export function compileFilter(expression: string): CompiledFilter | FilterMistake {
  try {
    return compile(expression);
  } catch (error) {
    return toMistake(error);
  }
}

/** Tells the two answers of compileFilter apart. */
export function isFilterMistake(compiled: CompiledFilter | FilterMistake): compiled is FilterMistake {
  return 'offset' in compiled;
}

function compile(expression: string): CompiledFilter | FilterMistake {
  const parsed = environment.parse(expression);
  const { valid, type, error } = parsed.check();
  if (!valid) return toMistake(error);
  if (type !== 'bool' && type !== 'dyn')
    return { message: `its value must be true or false, but is of type ${type}`, offset: 0 };
  const { ast } = parsed;
  for (const pattern of literalPatterns(ast)) RE2JS.compile(pattern);
  const run = environment.parse(serialize(mapNodes(ast, useSafeMatches)));
  const filter: Filter = ({ data, event, source, id, time }) =>
    toBoolean(run({ data, event, source, id, time }));
  return { filter, fields: fieldsOf(ast), constant: readsEvent(ast) ? null : toBoolean(run({})) };
}

function toBoolean(value: unknown): boolean {
  if (typeof value !== 'boolean')
    throw new TypeError(`Cannot use a ${typeof value} as the value of a filter`);
  return value;
}

function toMistake(error: unknown): FilterMistake {
  const { summary, range } = error as { summary?: string; range?: { start: number } };
  return { message: summary ?? toMessage(error), offset: range?.start ?? 0 };
}

/** A part of an expression: every operand that is a node, at whatever place its operator keeps it. */
function childrenOf(node: ASTNode): readonly ASTNode[] {
  return [node.args].flat(3).filter(isNode);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value;
}

function* walk(node: ASTNode): Generator<ASTNode> {
  yield node;
  for (const child of childrenOf(node)) yield* walk(child);
}

function readsEvent(ast: ASTNode): boolean {
  return walk(ast).some((node) => node.op === 'id');
}

function fieldsOf(ast: ASTNode): readonly string[] {
  return [...new Set(walk(ast).flatMap(fieldOf))];
}

/** `data.name` and `data["name"]`. */
function fieldOf(node: ASTNode): readonly string[] {
  if (node.op !== '.' && node.op !== '[]') return [];
  const [object, key] = node.args;
  if (object.op !== 'id' || object.args !== 'data') return [];
  const name = typeof key === 'string' ? key : key.op === 'value' ? key.args : null;
  return typeof name === 'string' ? [name] : [];
}

function literalPatterns(ast: ASTNode): readonly string[] {
  return [...walk(ast)].flatMap((node) => {
    if (node.op !== 'rcall' || node.args[0] !== 'matches') return [];
    const pattern = node.args[2][0];
    return pattern?.op === 'value' && typeof pattern.args === 'string' ? [pattern.args] : [];
  });
}

function useSafeMatches(node: ASTNode): ASTNode {
  if (node.op !== 'rcall' || node.args[0] !== 'matches') return node;
  return { ...node, args: [SAFE_MATCHES, node.args[1], node.args[2]] };
}

/** A copy of the tree with every node replaced, children first. */
function mapNodes(node: ASTNode, replace: (node: ASTNode) => ASTNode): ASTNode {
  const mapArgs = (args: unknown): unknown =>
    Array.isArray(args) ? args.map(mapArgs) : isNode(args) ? mapNodes(args, replace) : args;
  return replace({ op: node.op, args: mapArgs(node.args) } as ASTNode);
}
