import type { ASTNode, BinaryOperator } from '@marcbachmann/cel-js';
import type { EventHook } from '../definitions/definition.ts';
import {
  describeEquality,
  describeImpossible,
  describeNoCondition,
  type Operand,
  type Said,
} from './filter-mistakes.ts';
import { inferTypes } from './filter-types.ts';
import {
  ANY_VALUE,
  type FilterValue,
  itemOfList,
  ofLiteral,
  ofShape,
  ofType,
  ofTypes,
  TRUE_OR_FALSE,
} from './filter-value.ts';
import { describeUnknown, toShownPath } from './unknown-field.ts';

/** Is told of what is wrong with a part of a filter. */
export type Report = (node: ASTNode, said: Said) => void;

/** What a part of a filter is looked at with. */
interface Context {
  readonly hook: EventHook;
  readonly names: ReadonlyMap<string, FilterValue>;
  readonly report: Report;
}

type Node<Op extends ASTNode['op']> = Extract<ASTNode, { op: Op }>;

/** What is known of the value of a part of a filter. What is wrong with it is reported, once: of its value nothing is known then. */
export function inferFilter(node: ASTNode, context: Context): FilterValue {
  switch (node.op) {
    case 'value':
      return ofLiteral(node.args);
    case 'id':
      return context.names.get(node.args) ?? ANY_VALUE;
    case '.':
      return readMember(node, { of: inferFilter(node.args[0], context), key: node.args[1] }, context);
    case '[]':
      return readItem(node, context);
    case 'call':
      return inferCall(node, context);
    case 'rcall':
      return inferMethod(node, context);
    case 'list':
    case 'map':
      for (const part of node.args.flat()) inferFilter(part, context);
      return ofType(node.op);
    case '?:':
      return inferChoice(node, context);
    case '==':
    case '!=':
      return inferEquality(node, context);
    case 'in':
      return inferIn(node, context);
    case '&&':
    case '||':
      return inferLogic(node, context);
    case '!_':
      return inferNot(node, context);
    case '-_':
      return inferMinus(node, context);
    case '.?':
    case '[?]':
      return ANY_VALUE;
    default:
      return inferBinary(node, context);
  }
}

function readMember(
  node: ASTNode,
  { of: { shape, path, types }, key }: { readonly of: FilterValue; readonly key: string },
  { hook, report }: Context,
): FilterValue {
  if (shape === null) return ANY_VALUE;
  const hasMembers = types === null || types.has('map');
  const member = hasMembers ? shape.member(key) : null;
  const written = [...path, key];
  if (member !== null) return ofShape(member, written);
  const said = describeUnknown({ path: written, parent: shape }, hook);
  const isLength = key === 'length' && !hasMembers;
  report(node, isLength ? { ...said, hint: `size(${toShownPath(path)}) is its length` } : said);
  return ANY_VALUE;
}

function readItem(node: Node<'[]'>, context: Context): FilterValue {
  const [of, { literal }] = [inferFilter(node.args[0], context), inferFilter(node.args[1], context)] as const;
  return typeof literal === 'string' ? readMember(node, { of, key: literal }, context) : itemOfList(of);
}

function inferCall(node: Node<'call'>, context: Context): FilterValue {
  const [name, args] = node.args;
  const operands = inferAll(args, context);
  if (name === 'has') return TRUE_OR_FALSE;
  return operate(node, { name, operands, write: (names) => `${name}(${names.join()})` }, context);
}

function inferAll(nodes: readonly ASTNode[], context: Context): readonly Operand[] {
  return nodes.map((node) => ({ node, value: inferFilter(node, context) }));
}

/** Something that is done with values. */
interface Operation {
  readonly name: string;
  readonly operands: readonly Operand[];
  /** Writes it down with names for the operands. */
  readonly write: (names: readonly string[]) => string;
}

function operate(node: ASTNode, { name, operands, write }: Operation, { report }: Context): FilterValue {
  const types = inferTypes(
    operands.map(({ value }) => value.types),
    write,
  );
  if (types !== 'impossible') return ofTypes(types);
  report(node, describeImpossible(name, operands));
  return ANY_VALUE;
}

const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

function inferMethod(node: Node<'rcall'>, context: Context): FilterValue {
  const [name, receiver, args] = node.args;
  if (name === 'bind') return inferBind(args, context);
  if (LOOPS.has(name)) return inferLoop(node, context);
  const operands = inferAll([receiver, ...args], context);
  const write = ([first = '', ...names]: readonly string[]) => `${first}.${name}(${names.join()})`;
  return operate(node, { name, operands, write }, context);
}

/** `cel.bind(name, value, expression)`. */
function inferBind([name, value, body]: readonly ASTNode[], context: Context): FilterValue {
  if (name?.op !== 'id' || value === undefined || body === undefined) return ANY_VALUE;
  const names = new Map(context.names).set(name.args, inferFilter(value, context));
  return inferFilter(body, { ...context, names });
}

function inferLoop(node: Node<'rcall'>, context: Context): FilterValue {
  const [name, receiver, [variable, ...bodies]] = node.args;
  const subject = inferFilter(receiver, context);
  const { types } = subject;
  if (types !== null && !types.has('list') && !types.has('map'))
    context.report(node, describeImpossible(name, [{ node: receiver, value: subject }]));
  if (variable?.op !== 'id') return ANY_VALUE;
  const names = new Map(context.names).set(variable.args, itemOf(subject));
  const values = inferAll(bodies, { ...context, names });
  const [condition] = name === 'map' ? values.slice(0, -1) : values;
  if (condition !== undefined) checkCondition(condition, context);
  if (name === 'filter') return types?.has('map') === false ? subject : ofType('list');
  return name === 'map' ? ofType('list') : TRUE_OR_FALSE;
}

/** Of a map loops are given the keys. */
function itemOf(subject: FilterValue): FilterValue {
  const { types } = subject;
  if (types === null || (types.has('list') && types.has('map'))) return ANY_VALUE;
  return types.has('map') ? ofType('string') : itemOfList(subject);
}

function checkCondition(operand: Operand, { report }: Context): void {
  if (operand.value.types?.has('bool') === false) report(operand.node, describeNoCondition(operand));
}

function inferChoice(node: Node<'?:'>, context: Context): FilterValue {
  const [condition, one, other] = inferAll(node.args, context);
  if (condition !== undefined) checkCondition(condition, context);
  const [types, others] = [one?.value.types, other?.value.types];
  return types && others ? ofTypes(types.union(others)) : ANY_VALUE;
}

function inferEquality(node: Node<'==' | '!='>, context: Context): FilterValue {
  const [left, right] = inferAll(node.args, context);
  if (left !== undefined && right !== undefined) compare(node, { left, right }, context);
  return TRUE_OR_FALSE;
}

function compare(
  node: ASTNode,
  { left, right }: { readonly left: Operand; readonly right: Operand },
  { report }: Context,
): void {
  const said = describeEquality({ left, right, isEqual: node.op !== '!=' });
  if (said === null) return;
  const written = said.code === 'filter_type' ? node : (left.value.literal === undefined ? right : left).node;
  report(written, said);
}

function inferIn(node: Node<'in'>, context: Context): FilterValue {
  const [subject, list] = node.args;
  const left = { node: subject, value: inferFilter(subject, context) };
  if (list.op === 'list') {
    for (const item of inferAll(list.args, context)) compare(item.node, { left, right: item }, context);
    return TRUE_OR_FALSE;
  }
  const right = { node: list, value: inferFilter(list, context) };
  const { types } = right.value;
  if (types !== null && !types.has('list') && !types.has('map'))
    context.report(node, describeImpossible('in', [left, right]));
  else if (types?.has('map') === false)
    compare(
      node,
      { left, right: { node: right.node, value: itemOfList(right.value), isItem: true } },
      context,
    );
  else if (types?.has('list') === false && typeof left.value.literal === 'string')
    readMember(node, { of: right.value, key: left.value.literal }, context);
  return TRUE_OR_FALSE;
}

function inferNot(node: Node<'!_'>, context: Context): FilterValue {
  const literals = inferConditions([node.args], context);
  return {
    ...TRUE_OR_FALSE,
    literal: literals.includes(true) ? false : literals.includes(false) ? true : undefined,
  };
}

/** One that decides what the whole comes to may be written out. */
function inferLogic(node: Node<'&&' | '||'>, context: Context): FilterValue {
  const deciding = node.op === '||';
  const isDecided = inferConditions(node.args, context).includes(deciding);
  return isDecided ? { ...TRUE_OR_FALSE, literal: deciding } : TRUE_OR_FALSE;
}

/** What is written out of some conditions. */
function inferConditions(nodes: readonly ASTNode[], context: Context): readonly FilterValue['literal'][] {
  return inferAll(nodes, context).map((operand) => {
    checkCondition(operand, context);
    return operand.value.literal;
  });
}

function inferMinus(node: Node<'-_'>, context: Context): FilterValue {
  const operands = inferAll([node.args], context);
  const value = operate(node, { name: '-', operands, write: ([name]) => `-${name}` }, context);
  const literal = operands[0]?.value.literal;
  return typeof literal === 'number' ? { ...value, literal: -literal } : value;
}

function inferBinary(node: Node<Exclude<BinaryOperator, 'in' | '==' | '!='>>, context: Context): FilterValue {
  const { op } = node;
  const operands = inferAll(node.args, context);
  return operate(node, { name: op, operands, write: ([one, other]) => `${one} ${op} ${other}` }, context);
}
