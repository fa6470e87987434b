import { type ASTNode, Environment, serialize } from '@marcbachmann/cel-js';
import { toMessage } from '../errors.ts';
import type { HookEvent } from '../event.ts';
import { compileLinearPattern, type LinearPattern } from '../linear-pattern.ts';
import { withoutTraces } from '../without-traces.ts';
import { FilterBudget } from './filter-budget.ts';
import { isMisleading, toMaps } from './filter-data.ts';
import { METERS, meter } from './filter-metering.ts';
import { walkNodes } from './filter-nodes.ts';
import type { Filter } from './snapshot.ts';

/** A filter expression that compiled. */
export interface CompiledFilter {
  readonly filter: Filter;
  /** The expression as it is written. */
  readonly ast: ASTNode;
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
/** The same with what meters it: at most a call around each part. */
const METERED_LIMITS = { maxAstNodes: 8_000, maxDepth: 256 };
/** Characters of an expression: the library goes through it for each error it makes of it. */
const MAX_LENGTH = 4_096;

const budget = new FilterBudget();
/** Patterns that stand in the expression which runs. */
let written: ReadonlyMap<string, LinearPattern> = new Map();

const plain = createEnvironment(LIMITS);
/**
 * The library bounds no run, and matches with the host's own engine, which some patterns keep busy for ever on some
 * data: what runs is made of other functions. CEL asks for RE2, whose time is linear.
 */
const metered = createEnvironment(METERED_LIMITS)
  .registerFunction(`${METERS.visit}(dyn, int): dyn`, (items: unknown, nodes: bigint) => {
    budget.visit(items, Number(nodes));
    return items;
  })
  .registerFunction(`${METERS.weigh}(dyn): dyn`, (value: unknown) => {
    budget.weigh(value);
    return value;
  })
  .registerFunction(`${METERS.weighDeep}(dyn): dyn`, (value: unknown) => {
    budget.weighDeep(value);
    return value;
  })
  .registerFunction(`string.${METERS.matches}(string): bool`, isMatch);

function createEnvironment(limits: typeof LIMITS): Environment {
  return new Environment({ limits })
    .registerVariable('data', 'map')
    .registerVariable('event', 'string')
    .registerVariable('source', 'string')
    .registerVariable('id', 'string')
    .registerVariable('time', 'string');
}

function isMatch(text: string, pattern: string): boolean {
  const known = written.get(pattern);
  if (known === undefined) budget.compile(pattern);
  const compiled = known ?? compileLinearPattern(pattern);
  budget.match(text, compiled);
  return compiled.isIn(text);
}

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
  if (expression.length > MAX_LENGTH)
    return { message: `it may have ${MAX_LENGTH} characters: got ${expression.length}`, offset: MAX_LENGTH };
  const parsed = plain.parse(expression);
  const { valid, type, error } = parsed.check();
  if (!valid) return toMistake(error);
  if (type !== 'bool' && type !== 'dyn')
    return { message: `its value must be true or false, but is of type ${type}`, offset: 0 };
  const { ast } = parsed;
  const run = createRun(ast);
  const filter: Filter = ({ data, event, source, id, time }) => run({ data, event, source, id, time });
  return { filter, ast, constant: readsEvent(ast) ? null : run({}) };
}

/** Runs an expression that has no mistakes, within bounds. */
function createRun(ast: ASTNode): (variables: Partial<HookEvent>) => boolean {
  const patterns = new Map(
    literalPatterns(ast).map((pattern) => [pattern, compileLinearPattern(pattern)] as const),
  );
  const evaluate = metered.parse(serialize(meter(ast)));
  const { valid, error } = evaluate.check();
  if (!valid) throw error;
  const run = (variables: object): boolean => {
    written = patterns;
    return toBoolean(withoutTraces(() => budget.run(() => evaluate(variables))));
  };
  return (variables) => {
    try {
      return run(variables);
    } catch (error) {
      const { data } = variables;
      if (data === undefined || !isMisleading(data)) throw error;
      return run({ ...variables, data: toMaps(data) });
    }
  };
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

function readsEvent(ast: ASTNode): boolean {
  return walkNodes(ast).some((node) => node.op === 'id');
}

function literalPatterns(ast: ASTNode): readonly string[] {
  return [...walkNodes(ast)].flatMap((node) => {
    if (node.op !== 'rcall' || node.args[0] !== 'matches') return [];
    const pattern = node.args[2][0];
    return pattern?.op === 'value' && typeof pattern.args === 'string' ? [pattern.args] : [];
  });
}
