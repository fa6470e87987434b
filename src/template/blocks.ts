import { compileExpression, type Expression, type Scope, type StaticScope } from './expression.ts';
import type { Step } from './render.ts';
import { errorAt, unknownAt } from './syntax.ts';
import type { ReadPath } from './template.ts';
import { entriesOf, isTruthy, type Value } from './value.ts';

/** Compiles the body of a block in the scope it has. */
export type CompileBody = (program: hbs.AST.Program | undefined, scope: StaticScope) => readonly Step[];

const BLOCKS = ['if', 'unless', 'each', 'with'] as const;
type BlockName = (typeof BLOCKS)[number];

/** A block with everything that is needed to compile it. */
interface Block {
  readonly node: hbs.AST.BlockStatement;
  readonly subject: Expression;
  readonly scope: StaticScope;
  readonly compileBody: CompileBody;
}

/** Compiles `{{#if}}`, `{{#unless}}`, `{{#each}}` and `{{#with}}`. Throws TemplateError for any other block. */
export function compileBlock(
  node: hbs.AST.BlockStatement,
  scope: StaticScope,
  compileBody: CompileBody,
): Step {
  const name = String((node.path as hbs.AST.PathExpression).original);
  if (!isBlockName(name)) throw unknownAt(node, 'block', { name, known: BLOCKS });
  const [param, ...others] = node.params;
  if (param === undefined || others.length > 0)
    throw errorAt(node, `block "${name}" takes 1 argument: got ${node.params.length}`);
  if ((node.hash?.pairs.length ?? 0) > 0) throw errorAt(node, 'named arguments are not supported');
  const subject = compileExpression(param, scope, { isLooped: name === 'each' });
  const block = { node, subject, scope, compileBody };
  switch (name) {
    case 'if':
      return compileIf(block, true);
    case 'unless':
      return compileIf(block, false);
    case 'each':
      return compileEach(block);
    case 'with':
      return compileWith(block);
  }
}

function isBlockName(name: string): name is BlockName {
  return (BLOCKS as readonly string[]).includes(name);
}

function compileIf({ node, subject, scope, compileBody }: Block, expected: boolean): Step {
  const body = compileBody(node.program, scope);
  const inverse = compileBody(node.inverse, scope);
  return (output, runtime) =>
    output.run(isTruthy(subject.evaluate(runtime)) === expected ? body : inverse, runtime);
}

function compileEach(block: Block): Step {
  const { node, subject, scope, compileBody } = block;
  const [itemName, keyName] = blockParams(node);
  const path = subject.path === null ? null : [...subject.path, null];
  const body = compileBody(node.program, { ...innerScope(block, path, itemName), loops: scope.loops + 1 });
  const inverse = compileBody(node.inverse, scope);
  return (output, runtime) => {
    const entries = entriesOf(subject.evaluate(runtime)) ?? [];
    if (entries.length === 0) return output.run(inverse, runtime);
    for (const [index, [key, item]] of entries.entries()) {
      const loop = new Map<string, Value>([
        ['index', index],
        ['key', key],
        ['first', index === 0],
        ['last', index === entries.length - 1],
      ]);
      const names = withNames(runtime, [
        [itemName, item],
        [keyName, key],
      ]);
      const contexts = [...runtime.contexts, item];
      output.run(body, { ...runtime, contexts, loops: [...runtime.loops, loop], names });
    }
  };
}

function compileWith(block: Block): Step {
  const { node, subject, scope, compileBody } = block;
  const [name] = blockParams(node);
  const body = compileBody(node.program, innerScope(block, subject.path, name));
  const inverse = compileBody(node.inverse, scope);
  return (output, runtime) => {
    const value = subject.evaluate(runtime);
    if (!isTruthy(value)) return output.run(inverse, runtime);
    const names = withNames(runtime, [[name, value]]);
    output.run(body, { ...runtime, contexts: [...runtime.contexts, value], names });
  };
}

/** Inside, what is at the path is the context; the second block parameter (a key) is no part of the event. */
function innerScope(
  { node, scope }: Block,
  path: ReadPath | null,
  itemName: string | undefined,
): StaticScope {
  const names = new Map(scope.names);
  for (const name of blockParams(node)) names.set(name, name === itemName ? path : null);
  return { ...scope, contexts: [...scope.contexts, path], names };
}

/** A block that starts with `{{^` has an else and nothing before it, whatever Handlebars' types say. */
function blockParams({ program }: hbs.AST.BlockStatement): readonly string[] {
  return (program as hbs.AST.Program | undefined)?.blockParams ?? [];
}

function withNames(
  { names }: Scope,
  added: readonly (readonly [string | undefined, Value])[],
): ReadonlyMap<string, Value> {
  const inner = new Map(names);
  for (const [name, value] of added) if (name !== undefined) inner.set(name, value);
  return inner;
}
