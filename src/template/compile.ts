import type { Json, JsonObject } from '../event.ts';
import { compileBlock } from './blocks.ts';
import { compileCall, type StaticScope } from './expression.ts';
import { render, type Step } from './render.ts';
import { errorAt, parseSyntax } from './syntax.ts';
import type { Escaping, Template, TemplateTree } from './template.ts';
import { toText } from './value.ts';

/**
 * Compiles a template. The syntax and its meaning are Handlebars', read by its own parser; it is run by a small
 * interpreter of ours, because Handlebars' runtime escapes for HTML only, reaches prototypes unless it is kept from
 * it, and does not bound what a template may cost. Throws TemplateError.
 */
export function compileTemplate(text: string, { escaping }: { readonly escaping: Escaping }): Template {
  const paths: (readonly string[])[] = [];
  const scope: StaticScope = { contexts: [[]], names: new Map(), onRead: (path) => paths.push(path) };
  const steps = compileBody(parseSyntax(text), scope);
  return { paths, render: (context) => render(steps, { context, escaping }) };
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

/** What decides which strings of a tree are templates. */
interface TreeOptions {
  /** Strings that stay as they are, references for one. */
  readonly isLiteral: (text: string) => boolean;
}

/** Compiles every string in a tree as a template with escaping `raw`: whoever encodes the tree escapes. Throws TemplateError. */
export function compileTree(tree: JsonObject, { isLiteral }: TreeOptions): TemplateTree {
  const paths: (readonly string[])[] = [];
  const compileNode = (node: Json): ((context: JsonObject) => Json) => {
    if (typeof node === 'string') {
      if (isLiteral(node)) return () => node;
      const template = compileTemplate(node, { escaping: 'raw' });
      paths.push(...template.paths);
      return template.render;
    }
    if (Array.isArray(node)) {
      const items = (node as readonly Json[]).map(compileNode);
      return (context) => items.map((item) => item(context));
    }
    return node !== null && typeof node === 'object' ? compileObject(node as JsonObject) : () => node;
  };
  const compileObject = (object: JsonObject): ((context: JsonObject) => JsonObject) => {
    const entries = Object.entries(object).map(([key, value]) => [key, compileNode(value)] as const);
    return (context) => Object.fromEntries(entries.map(([key, value]) => [key, value(context)]));
  };
  const renderTree = compileObject(tree);
  return { paths, render: renderTree };
}
