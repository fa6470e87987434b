import { type Expression, parse } from 'luaparse';

/** Why a piece of Lua has no counterpart in a template. */
export class Untranslatable extends Error {
  override readonly name = 'Untranslatable';
}

/** Helpers that take the place of Lua's functions of one argument. */
const FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['string.upper', 'upper'],
  ['string.lower', 'lower'],
  ['cjson.encode', 'json'],
  ['tostring', ''],
]);
const METHODS: ReadonlyMap<string, string> = new Map([
  ['upper', 'upper'],
  ['lower', 'lower'],
]);
const COMPARISONS: Readonly<Record<string, string>> = { '==': 'eq', '~=': 'ne' };
/** What Handlebars takes for the name of a key as it is written. */
const PLAIN_KEY = /^[A-Za-z_][\w-]*$/;

/** Reads an expression of Lua. Throws Untranslatable where it is none. */
export function parseLua(text: string): Expression {
  try {
    const { body } = parse(`return (${text}\n)`, { luaVersion: '5.1', comments: false });
    const [statement] = body;
    const [expression] = statement?.type === 'ReturnStatement' ? statement.arguments : [];
    if (expression !== undefined && body.length === 1) return expression;
  } catch {
    // What is wrong with it is said below, for the whole of it.
  }
  throw new Untranslatable(`"${text.trim()}" is no expression of Lua`);
}

/** The parts of a text that are put one after the other with `..`. */
export function toParts(expression: Expression): readonly Expression[] {
  return expression.type === 'BinaryExpression' && expression.operator === '..'
    ? [...toParts(expression.left), ...toParts(expression.right)]
    : [expression];
}

/** The text of a literal; null for anything else. */
export function toLiteralText(expression: Expression): string | null {
  if (expression.type === 'StringLiteral') return toText(expression.raw);
  return expression.type === 'NumericLiteral' ? String(expression.value) : null;
}

/** An expression as an argument of Handlebars: a path, a literal, or a helper in parentheses. Throws Untranslatable. */
export function toArgument(expression: Expression): string {
  const call = toCall(expression);
  return call.includes(' ') && !call.startsWith('"') ? `(${call})` : call;
}

/** The same without the parentheses: what stands in braces. */
export function toCall(expression: Expression): string {
  switch (expression.type) {
    case 'StringLiteral':
      return toQuoted(toText(expression.raw));
    case 'NumericLiteral':
    case 'BooleanLiteral':
      return String(expression.value);
    case 'NilLiteral':
      return 'null';
    case 'Identifier':
    case 'MemberExpression':
    case 'IndexExpression':
      return toPath(expression);
    case 'LogicalExpression':
      return `${expression.operator} ${toArgument(expression.left)} ${toArgument(expression.right)}`;
    case 'UnaryExpression':
      if (expression.operator === 'not') return `not ${toArgument(expression.argument)}`;
      break;
    case 'BinaryExpression': {
      const compared = toComparison(expression);
      if (compared !== null) return compared;
      break;
    }
    case 'CallExpression':
      return toHelper(expression);
  }
  throw new Untranslatable(`there is nothing in a template for ${describe(expression)}`);
}

type Of<Type> = Extract<Expression, { type: Type }>;

/** What is compared with nil is asked whether it is there. */
function toComparison({ operator, left, right }: Of<'BinaryExpression'>): string | null {
  const helper = COMPARISONS[operator];
  if (helper === undefined) return null;
  if (right.type !== 'NilLiteral') return `${helper} ${toArgument(left)} ${toArgument(right)}`;
  return helper === 'eq' ? `not ${toArgument(left)}` : toCall(left);
}

function toHelper({ base, arguments: given }: Of<'CallExpression'>): string {
  const [first] = given;
  if (base.type === 'MemberExpression' && base.indexer === ':' && given.length === 0) {
    const helper = METHODS.get(base.identifier.name);
    if (helper !== undefined) return `${helper} ${toArgument(base.base)}`;
  }
  const name = base.type === 'Identifier' || base.type === 'MemberExpression' ? toPath(base) : '';
  const helper = FUNCTIONS.get(name);
  if (helper === undefined || first === undefined || given.length > 1)
    throw new Untranslatable(`a template cannot call ${name === '' ? 'a function' : `"${name}"`}`);
  return helper === '' ? toCall(first) : `${helper} ${toArgument(first)}`;
}

function toPath(expression: Expression): string {
  switch (expression.type) {
    case 'Identifier':
      return toKey(expression.name);
    case 'MemberExpression':
      return `${toPath(expression.base)}.${toKey(expression.identifier.name)}`;
    case 'IndexExpression':
      return `${toPath(expression.base)}.${toIndex(expression.index)}`;
    default:
      throw new Untranslatable(`${describe(expression)} is no path into the event`);
  }
}

/** Lists begin with 1 in Lua, with 0 in a template. */
function toIndex(index: Expression): string {
  if (index.type === 'NumericLiteral') return `[${index.value - 1}]`;
  if (index.type === 'StringLiteral') return toKey(toText(index.raw));
  throw new Untranslatable(`a template cannot look up ${describe(index)}`);
}

function toKey(name: string): string {
  if (PLAIN_KEY.test(name)) return name;
  if (name.includes(']')) throw new Untranslatable(`a template cannot name the key "${name}"`);
  return `[${name}]`;
}

/** luaparse leaves the text of a literal to others; those of templates are short and plain. */
function toText(raw: string): string {
  const long = /^\[(=*)\[\n?([\s\S]*)\]\1\]$/.exec(raw);
  if (long !== null) return long[2] ?? '';
  return raw.slice(1, -1).replaceAll(/\\(\d{1,3}|[\s\S])/g, (_, code: string) => toCharacter(code));
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

function toCharacter(code: string): string {
  return /^\d/.test(code) ? String.fromCharCode(Number(code)) : (ESCAPES[code] ?? code);
}

function toQuoted(text: string): string {
  if (!text.includes('"')) return `"${text}"`;
  if (!text.includes("'")) return `'${text}'`;
  throw new Untranslatable('a text with both kinds of quotes cannot be written in a template');
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  VarargLiteral: '"..."',
  FunctionDeclaration: 'a function',
  TableConstructorExpression: 'a table',
  StringCallExpression: 'a call',
  TableCallExpression: 'a call',
};

function describe(expression: Expression): string {
  if ('operator' in expression) return `the operator "${expression.operator}"`;
  return DESCRIPTIONS[expression.type] ?? expression.type;
}
