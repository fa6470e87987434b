import type { JsonObject } from '../../src/event.ts';
import { compileTemplate } from '../../src/template/compile.ts';
import { type Escaping, type TemplateContext, TemplateError } from '../../src/template/template.ts';

/** A context whose paths start at this, and which has no event by itself. */
export function contextOf(root: JsonObject): TemplateContext {
  return { root, event: {} };
}

/** Compiles a template and renders it. */
export function renderTemplate(text: string, context: JsonObject, escaping: Escaping = 'raw'): string {
  return compileTemplate(text, { escaping }).render(contextOf(context));
}

/** What the compiler says of a text it refuses. */
export function refusalOf(text: string): TemplateError {
  try {
    compileTemplate(text, { escaping: 'raw' });
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error(`Cannot get a refusal: ${JSON.stringify(text)} compiles`);
}
