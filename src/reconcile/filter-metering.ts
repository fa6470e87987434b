import type { ASTNode } from '@marcbachmann/cel-js';
import { countNodes, mapNodes, toCall, toInteger } from './filter-nodes.ts';

/** Functions that a metered expression calls, besides those of CEL. */
export const METERS = {
  /** `visit(list, nodes)`: gives back the list it is to be charged for. */
  visit: 'meterVisit',
  /** `weigh(value)`: gives back the value. */
  weigh: 'meterWeigh',
  /** `weighDeep(value)`: gives back the value. */
  weighDeep: 'meterWeighDeep',
  /** `text.matches(pattern)`, in linear time. */
  matches: 'meterMatches',
} as const;

/** What gives each item of a list to an expression. */
const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
/** What takes names, not values. */
const NAMING = new Set(['bind', 'has']);
/** What takes as long as the shorter of two values, so no time when one is written out. */
const COMPARING = new Set(['<', '<=', '>', '>=']);
const EQUALITY = new Set(['==', '!=']);

/** Makes an expression pay for what it does to values whose size the event decides. What it comes to stays the same. */
export function meter(ast: ASTNode): ASTNode {
  return mapNodes(ast, meterNode);
}

function meterNode(node: ASTNode): ASTNode {
  switch (node.op) {
    case 'value':
      return rewrite(node);
    case 'rcall':
      return meterMethod(node.args);
    case 'call':
      return NAMING.has(node.args[0]) ? node : toCall(node.args[0], node.args[1].map(weigh));
    case 'in':
      return withOperands(node, [node.args[0], weighDeep(node.args[1])]);
    case '+':
      return withOperands(node, node.args.map(weigh));
    default:
      return meterComparison(node);
  }
}

/**
 * The library writes a double with nine digits after the point, and none with an exponent; and a character of two UTF-16
 * units as two escapes, which it does not read.
 */
function rewrite(node: ASTNode): ASTNode {
  const { args } = node;
  if (typeof args === 'string') return toWritten(JSON.stringify(args));
  if (typeof args !== 'number') return node;
  const digits = String(args);
  return toWritten(/[.e]/.test(digits) ? digits : `${digits}.0`);
}

/** A name is written as it is. */
function toWritten(literal: string): ASTNode {
  return { op: 'id', args: literal } as ASTNode;
}

function meterMethod([name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]]): ASTNode {
  if (NAMING.has(name)) return toMethod(name, receiver, args);
  if (LOOPS.has(name)) {
    const nodes = args.reduce((count, arg) => count + countNodes(arg), 0);
    return toMethod(name, toCall(METERS.visit, [receiver, toInteger(nodes)]), args);
  }
  if (name === 'matches') return toMethod(METERS.matches, receiver, args);
  return toMethod(name, name === 'join' ? weighDeep(receiver) : weigh(receiver), args.map(weigh));
}

function meterComparison(node: ASTNode): ASTNode {
  const [isEquality, isComparison] = [EQUALITY.has(node.op), COMPARING.has(node.op)];
  if (!isEquality && !isComparison) return node;
  const operands = node.args as readonly ASTNode[];
  if (operands.some(isScalar)) return node;
  return withOperands(node, operands.map(isEquality ? weighDeep : weigh));
}

function toMethod(name: string, receiver: ASTNode, args: readonly ASTNode[]): ASTNode {
  return { op: 'rcall', args: [name, receiver, args] } as unknown as ASTNode;
}

function withOperands(node: ASTNode, operands: readonly ASTNode[]): ASTNode {
  return { op: node.op, args: operands } as unknown as ASTNode;
}

function weigh(node: ASTNode): ASTNode {
  return isWrittenOut(node) ? node : toCall(METERS.weigh, [node]);
}

function weighDeep(node: ASTNode): ASTNode {
  return isWrittenOut(node) ? node : toCall(METERS.weighDeep, [node]);
}

/** What is as large as it is written. */
function isWrittenOut(node: ASTNode): boolean {
  return isScalar(node) || (node.op === 'list' && node.args.every(isScalar));
}

/** Numbers and texts became names that are no names. */
function isScalar({ op, args }: ASTNode): boolean {
  return op === 'value' || (op === 'id' && /^["\d-]/.test(args));
}
