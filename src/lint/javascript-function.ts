import { parse } from 'acorn';
import { analyze } from 'eslint-scope';
import { JAVASCRIPT_GLOBALS } from '../sandbox/global-names.ts';
import type { FunctionReading, MainFunction, UnknownName } from './function-reading.ts';
import { isA, isNode, type SyntaxNode, toNodes, walk } from './syntax-tree.ts';

const VERSION = 2025;
const FUNCTIONS = ['ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration'];

/** The tree of a source, and how many characters stand before the source in what was parsed. */
interface Parsed {
  readonly program: SyntaxNode;
  readonly before: number;
}

/** Reads a function that compiles. Null where the parser cannot follow: it knows no less, but it has a stack. */
export function readJavaScript(source: string): FunctionReading | null {
  try {
    const parsed = parseSource(source);
    const { unknown, declared } = readNames(parsed);
    return { unknown, declared, main: readMain(parsed) };
  } catch {
    return null;
  }
}

/** As the sandbox compiles it (quickjs-world.ts): an expression, or else a body that returns. */
function parseSource(source: string): Parsed {
  try {
    return { program: parseScript(`(${source.replace(/[\s;]+$/, '')}\n)`), before: 1 };
  } catch {
    return { program: parseScript(source), before: 0 };
  }
}

function parseScript(text: string): SyntaxNode {
  const program = parse(text, { ecmaVersion: VERSION, allowReturnOutsideFunction: true, ranges: true });
  return program as unknown as SyntaxNode;
}

function readNames({ program, before }: Parsed): Pick<FunctionReading, 'unknown' | 'declared'> {
  const { scopes, globalScope } = analyze(program as never, { ecmaVersion: VERSION, ignoreEval: true });
  const declared = [...new Set(scopes.flatMap(({ variables }) => variables.map(({ name }) => name)))];
  const asked = new Set(
    [...walk(program)].flatMap((node) =>
      node.operator === 'typeof' && isA(node.argument, 'Identifier') ? [String(node.argument.name)] : [],
    ),
  );
  const known = new Set([...JAVASCRIPT_GLOBALS, ...asked]);
  const unknown = new Map<string, UnknownName>();
  // What is declared beside the function, in a body, is among the variables of the outermost scope.
  for (const reference of globalScope?.through ?? []) {
    const { identifier, resolved } = reference;
    const { name, range } = identifier as unknown as { name: string; range: readonly [number, number] };
    if (resolved === null && !known.has(name) && !unknown.has(name))
      unknown.set(name, { name, offset: range[0] - before, isSet: reference.isWriteOnly() });
  }
  return { unknown: [...unknown.values()].toSorted((a, b) => a.offset - b.offset), declared };
}

function readMain({ program, before }: Parsed): MainFunction | null {
  const statements = toNodes(program.body);
  const main = before > 0 ? statements[0]?.expression : findReturned(program, statements);
  if (!isA(main, ...FUNCTIONS) || !isNode(main.body)) return null;
  const body = toNodes(main.body.body);
  const returned = isA(main.body, 'BlockStatement')
    ? [...walkOwn(main)].filter((node) => isA(node, 'ReturnStatement')).map((node) => node.argument)
    : [main.body];
  return {
    offset: Number(main.start) - before,
    takes: toNodes(main.params).length > 0,
    returns: returned.some((value) => isNode(value) && !isPrinting(value)),
    fails: isA(body.at(-1), 'ThrowStatement'),
    acts: [...walk(main)].some((node) => ACTIONS.has(node.type)),
  };
}

const ACTIONS: ReadonlySet<string> = new Set([
  'CallExpression',
  'NewExpression',
  'TaggedTemplateExpression',
  'ThrowStatement',
]);

/** What a body returns, where it returns in one place: a function, or the name of one it declares. */
function findReturned(program: SyntaxNode, statements: readonly SyntaxNode[]): unknown {
  const [returned, another] = [...walkOwn(program)].filter((node) => isA(node, 'ReturnStatement'));
  const value = returned?.argument;
  if (another !== undefined || !isA(value, 'Identifier')) return another === undefined ? value : null;
  const declarations = statements.flatMap((node) => [node, ...toNodes(node.declarations)]);
  const declaration = declarations.find((node) => isA(node.id, 'Identifier') && node.id.name === value.name);
  return isA(declaration, 'FunctionDeclaration') ? declaration : declaration?.init;
}

/** The nodes of a function that are not those of a function within it. */
function walkOwn(root: SyntaxNode): Generator<SyntaxNode> {
  return walk(root, (node) => FUNCTIONS.includes(node.type));
}

/** `console.log(…)` gives nothing. */
function isPrinting(value: SyntaxNode): boolean {
  if (!isA(value, 'CallExpression') || !isA(value.callee, 'MemberExpression')) return false;
  const { object } = value.callee;
  return isA(object, 'Identifier') && object.name === 'console';
}
