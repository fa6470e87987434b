import type { ASTNode } from '@marcbachmann/cel-js';

/** Every part of an expression, itself first. */
export function* walkNodes(node: ASTNode): Generator<ASTNode> {
  yield node;
  for (const child of childrenOf(node)) yield* walkNodes(child);
}

/** How many parts an expression has. */
export function countNodes(node: ASTNode): number {
  return childrenOf(node).reduce((count, child) => count + countNodes(child), 1);
}

/** A copy of an expression with every part replaced, children first. */
export function mapNodes(node: ASTNode, replace: (node: ASTNode) => ASTNode): ASTNode {
  const mapArgs = (args: unknown): unknown =>
    Array.isArray(args) ? args.map(mapArgs) : isNode(args) ? mapNodes(args, replace) : args;
  return replace({ op: node.op, args: mapArgs(node.args) } as ASTNode);
}

/** A call of a function. */
export function toCall(name: string, args: readonly ASTNode[]): ASTNode {
  return { op: 'call', args: [name, args] } as unknown as ASTNode;
}

/** An integer. */
export function toInteger(value: number): ASTNode {
  return { op: 'value', args: BigInt(value) } as ASTNode;
}

/** Every operand that is a node, at whatever place its operator keeps it. */
function childrenOf(node: ASTNode): readonly ASTNode[] {
  return [node.args].flat(3).filter(isNode);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value;
}
