import type { JsonObject } from '../event.ts';
import { escapeText, isInString } from './escape.ts';
import type { Scope } from './expression.ts';
import type { Escaping } from './template.ts';
import { toText, type Value } from './value.ts';

/** A template that could not be rendered for this event: it made too much text, or took too many steps. */
export class TemplateRenderError extends Error {
  override readonly name = 'TemplateRenderError';
}

/** Characters one template may make. */
const MAX_LENGTH = 1024 * 1024;
/** Parts of a template that may be carried out, repetitions counted: bounds `each` within `each`. */
const MAX_STEPS = 100_000;

/** A part of a compiled template. */
export type Step = (output: Output, scope: Scope) => void;

/** The text a template has made so far. */
export class Output {
  readonly #escaping: Escaping;
  readonly #chunks: string[] = [];
  #length = 0;
  #steps = 0;
  #inString = false;

  constructor(escaping: Escaping) {
    this.#escaping = escaping;
  }

  /** Text of the template itself, or what is asked to stay as it is. */
  addRaw(text: string): void {
    this.#length += text.length;
    if (this.#length > MAX_LENGTH)
      throw new TemplateRenderError(
        `Cannot render the template: it makes more than ${MAX_LENGTH} characters`,
      );
    if (this.#escaping === 'json') this.#inString = isInString(text, this.#inString);
    this.#chunks.push(text);
  }

  /** A value, escaped for its place. A list or object outside the strings of a JSON body is JSON itself. */
  addValue(value: Value): void {
    const isTree = typeof value === 'object' && value !== null;
    const asItIs = this.#escaping === 'json' && isTree && !this.#inString;
    this.addRaw(asItIs ? toText(value) : escapeText(toText(value), this.#escaping));
  }

  /** What the helper `json` made: JSON already, so nothing is escaped but where a form asks for it. */
  addJson(text: string): void {
    this.addRaw(this.#escaping === 'form' ? escapeText(text, 'form') : text);
  }

  /** Carries out parts in their order. */
  run(steps: readonly Step[], scope: Scope): void {
    for (const step of steps) {
      this.#steps += 1;
      if (this.#steps > MAX_STEPS)
        throw new TemplateRenderError(`Cannot render the template: it takes more than ${MAX_STEPS} steps`);
      step(this, scope);
    }
  }

  toString(): string {
    return this.#chunks.join('');
  }
}

/** Renders a compiled template against an event. Throws TemplateRenderError. */
export function render(
  steps: readonly Step[],
  { context, escaping }: { readonly context: JsonObject; readonly escaping: Escaping },
): string {
  const output = new Output(escaping);
  output.run(steps, { contexts: [context], data: new Map(), names: new Map() });
  return output.toString();
}
