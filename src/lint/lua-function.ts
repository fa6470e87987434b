import { parse } from 'luaparse';
import { LUA_GLOBALS } from '../sandbox/global-names.ts';
import type { FunctionReading, MainFunction, UnknownName } from './function-reading.ts';
import { isA, isNode, type SyntaxNode, toNodes, walk } from './syntax-tree.ts';

/** Functions of Lua that only ask what they are given. */
const ASKING: ReadonlySet<string> = new Set(['type', 'pcall', 'xpcall', 'tostring', 'assert']);
/** Calls that give nothing, and calls that end the function. */
const PRINTING = 'print';
const FAILING = 'error';

/** Reads a function that compiles. Null where the parser cannot follow: it knows Lua 5.3, and it has a stack. */
export function readLua(source: string): FunctionReading | null {
  try {
    const chunk = parse(source, { luaVersion: '5.3', comments: false, scope: true, ranges: true });
    return read(chunk as unknown as SyntaxNode);
  } catch {
    return null;
  }
}

function read(chunk: SyntaxNode): FunctionReading {
  const nodes = [...walk(chunk)];
  const declared = [...new Set(nodes.filter(isLocal).map(({ name }) => String(name)))];
  return { unknown: readNames(nodes), declared, main: readMain(chunk) };
}

function isLocal(node: SyntaxNode): boolean {
  return isA(node, 'Identifier') && node.isLocal === true;
}

/** Names of globals that are read and never set, and fields of libraries that they do not have. Who asks first knows. */
function readNames(nodes: readonly SyntaxNode[]): readonly UnknownName[] {
  const set = new Set(nodes.flatMap(toAssigned).map(toGlobalName));
  const asked = new Set(nodes.flatMap(toAsked).map(toName));
  // Another environment has other names.
  if (nodes.some((node) => isA(node, 'Identifier') && node.name === '_ENV')) return [];
  const unknown = new Map<string, UnknownName>();
  for (const node of nodes) {
    const name = toName(node);
    if (name === null || asked.has(name) || set.has(name.split('.', 1)[0] ?? '') || isKnown(name)) continue;
    const [offset = 0] = node.range as readonly number[];
    if (offset < (unknown.get(name)?.offset ?? Number.POSITIVE_INFINITY))
      unknown.set(name, { name, offset, isSet: false });
  }
  return [...unknown.values()].toSorted((a, b) => a.offset - b.offset);
}

/** `os` of a global, `os.time` of a field of one of the libraries, whichever way it is written; null of everything else. */
function toName(node: unknown): string | null {
  const global = toGlobalName(node);
  if (global !== null || !isNode(node)) return global;
  const library = toGlobalName(node.base);
  if (library === null || !isLibrary(library)) return null;
  if (isA(node, 'MemberExpression') && node.indexer === '.' && isNode(node.identifier))
    return `${library}.${node.identifier.name}`;
  const { index } = node;
  if (!isA(node, 'IndexExpression') || !isA(index, 'StringLiteral')) return null;
  const [, field] = /^["'](\w+)["']$/.exec(String(index.raw)) ?? [];
  return field === undefined ? null : `${library}.${field}`;
}

function toGlobalName(node: unknown): string | null {
  return isA(node, 'Identifier') && node.isLocal === false ? String(node.name) : null;
}

function isLibrary(name: string): boolean {
  return Object.hasOwn(LUA_GLOBALS, name) && LUA_GLOBALS[name] !== null;
}

function isKnown(name: string): boolean {
  const [global = '', field] = name.split('.');
  if (!Object.hasOwn(LUA_GLOBALS, global)) return false;
  return field === undefined || (LUA_GLOBALS[global]?.includes(field) ?? false);
}

function toAssigned(node: SyntaxNode): readonly unknown[] {
  if (isA(node, 'AssignmentStatement')) return toNodes(node.variables);
  return isA(node, 'FunctionDeclaration') ? [node.identifier] : [];
}

/** What a node asks about before it is used: in Lua a name that is not there is nil, which is no mistake by itself. */
function toAsked(node: SyntaxNode): readonly unknown[] {
  switch (node.type) {
    case 'LogicalExpression':
      return [node.left, node.right];
    case 'BinaryExpression':
      return node.operator === '==' || node.operator === '~=' ? [node.left, node.right] : [];
    case 'UnaryExpression':
      return node.operator === 'not' ? [node.argument] : [];
    case 'IfClause':
    case 'ElseifClause':
    case 'WhileStatement':
    case 'RepeatStatement':
      return [node.condition];
    case 'CallExpression':
      return ASKING.has(toGlobalName(node.base) ?? '') ? toNodes(node.arguments) : [];
    default:
      return [];
  }
}

function readMain(chunk: SyntaxNode): MainFunction | null {
  const main = findReturned(toNodes(chunk.body));
  if (!isA(main, 'FunctionDeclaration')) return null;
  const returned = [...walk(main, (node) => isA(node, 'FunctionDeclaration'))]
    .filter((node) => isA(node, 'ReturnStatement'))
    .flatMap((node) => toNodes(node.arguments));
  const [offset = 0] = main.range as readonly number[];
  return {
    offset,
    takes: toNodes(main.parameters).length > 0,
    returns: returned.some((value) => !isCallOf(value, PRINTING)),
    fails: isCallOf(toNodes(main.body).at(-1)?.expression, FAILING),
    acts: [...walk(main)].some((node) => CALLS.has(node.type)),
  };
}

const CALLS: ReadonlySet<string> = new Set(['CallExpression', 'StringCallExpression', 'TableCallExpression']);

function isCallOf(value: unknown, name: string): boolean {
  return isNode(value) && CALLS.has(value.type) && toGlobalName(value.base) === name;
}

/** What the chunk returns: a function, or the name of one it declares. */
function findReturned(statements: readonly SyntaxNode[]): unknown {
  const last = statements.at(-1);
  const [value] = isA(last, 'ReturnStatement') ? toNodes(last.arguments) : [];
  if (!isA(value, 'Identifier')) return value;
  const named = statements.flatMap((node): readonly (readonly [unknown, unknown])[] => {
    if (isA(node, 'FunctionDeclaration')) return [[node.identifier, node]];
    const values = isA(node, 'LocalStatement', 'AssignmentStatement') ? toNodes(node.init) : [];
    return values.map((one, index) => [toNodes(node.variables)[index], one]);
  });
  const given = named.filter(([target]) => isA(target, 'Identifier') && target.name === value.name);
  return given.length === 1 ? given[0]?.[1] : null;
}
