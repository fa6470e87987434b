/** A node of a syntax tree, of JavaScript (ESTree) or of Lua (luaparse): both have a type, and nodes among their values. */
export interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Whether a value in a tree is a node. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Whether a value in a tree is a node of one of these types. */
export function isA<T extends string>(
  value: unknown,
  ...types: readonly T[]
): value is SyntaxNode & { readonly type: T } {
  return isNode(value) && (types as readonly string[]).includes(value.type);
}

/** The nodes of a list in a tree. */
export function toNodes(value: unknown): readonly SyntaxNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/**
 * Every node of a tree, in no order that is promised; what is within a node that is skipped is left out, and so is the
 * node. Nodes may nest as deep as they like.
 */
export function* walk(
  root: SyntaxNode,
  isSkipped: (node: SyntaxNode) => boolean = () => false,
): Generator<SyntaxNode> {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node !== root && isSkipped(node)) continue;
    yield node;
    for (const value of Object.values(node)) {
      if (isNode(value)) waiting.push(value);
      else for (const one of toNodes(value)) waiting.push(one);
    }
  }
}
