import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import { compileBlock } from './blocks.ts';
import { compileCall, type StaticScope } from './expression.ts';
import { render, type Step } from './render.ts';
import { RenderCost } from './render-cost.ts';
import { errorAt, parseSyntax } from './syntax.ts';
import type { Escaping, Template, TemplateContext, TemplateRead, TemplateTree } from './template.ts';
import { toText } from './value.ts';

/**
 * Compiles a template. The syntax and its meaning are Handlebars', read by its own parser; it is run by a small
 * interpreter of ours, because Handlebars' runtime escapes for HTML only, reaches prototypes unless it is kept from
 * it, and does not bound what a template may cost. Throws TemplateError.
 */
export function compileTemplate(text: string, { escaping }: { readonly escaping: Escaping }): Template {
  const reads: TemplateRead[] = [];
  const scope: StaticScope = {
    contexts: [[]],
    loops: 0,
    names: new Map(),
    onRead: (read) => reads.push(read),
  };
  const steps = compileBody(parseSyntax(text), scope);
  return { reads, render: (context, cost = new RenderCost()) => render(steps, { context, escaping, cost }) };
}

function compileBody(program: hbs.AST.Program | undefined, scope: StaticScope): readonly Step[] {
  return (program?.body ?? []).flatMap((node) => compileStatement(node, scope));
}

function compileStatement(node: hbs.AST.Statement, scope: StaticScope): readonly Step[] {
  switch (node.type) {
    case 'ContentStatement': {
      const { value } = node as hbs.AST.ContentStatement;
      return value === '' ? [] : [(output) => output.addRaw(value)];
    }
    case 'CommentStatement':
      return [];
    case 'MustacheStatement':
      return [compileMustache(node as hbs.AST.MustacheStatement, scope)];
    case 'BlockStatement':
      return [compileBlock(node as hbs.AST.BlockStatement, scope, compileBody)];
    default:
      throw errorAt(
        node,
        node.type.startsWith('Partial') ? 'partials are not supported' : `${node.type} is not supported`,
      );
  }
}

function compileMustache(node: hbs.AST.MustacheStatement, scope: StaticScope): Step {
  const expression = compileCall(node, scope);
  if (!node.escaped) return (output, runtime) => output.addRaw(toText(expression.evaluate(runtime)));
  if (expression.helper === 'json')
    return (output, runtime) => output.addJson(toText(expression.evaluate(runtime)));
  return (output, runtime) => output.addValue(expression.evaluate(runtime));
}

/** Compiles one string of a tree, at its keys and indexes from the root; null when it is no template and stays as it is. */
export type CompileLeaf = (text: string, path: readonly (string | number)[]) => Template | null;

/** Makes one template of a JSON object with templates in its strings, at any depth. Keys and other values stay as they are. */
export function compileTree(tree: JsonObject, compileLeaf: CompileLeaf): TemplateTree {
  const render = compileObject(tree, { path: [], compileLeaf });
  return { render: (context, cost = new RenderCost()) => render(context, cost) };
}

/** Where in a tree a value stands. */
interface Place {
  readonly path: readonly (string | number)[];
  readonly compileLeaf: CompileLeaf;
}

/** Makes a part of a tree. */
type RenderNode<Node> = (context: TemplateContext, cost: RenderCost) => Node;

function compileNode(node: Json, place: Place): RenderNode<Json> {
  if (typeof node === 'string') return place.compileLeaf(node, place.path)?.render ?? (() => node);
  if (Array.isArray(node)) {
    const items = (node as readonly Json[]).map((item, index) => compileNode(item, below(place, index)));
    return (context, cost) => items.map((item) => item(context, cost));
  }
  return isJsonObject(node) ? compileObject(node, place) : () => node;
}

function compileObject(object: JsonObject, place: Place): RenderNode<JsonObject> {
  const entries = Object.entries(object).map(
    ([key, value]) => [key, compileNode(value, below(place, key))] as const,
  );
  return (context, cost) => Object.fromEntries(entries.map(([key, value]) => [key, value(context, cost)]));
}

function below({ path, compileLeaf }: Place, key: string | number): Place {
  return { path: [...path, key], compileLeaf };
}
