import { escapeText, JsonPlace } from './escape.ts';
import type { Scope } from './expression.ts';
import type { Escaping, TemplateContext } from './template.ts';
import { toText, type Value } from './value.ts';

/** A template that could not be rendered for this event: it made too much text, or took too much work. */
export class TemplateRenderError extends Error {
  override readonly name = 'TemplateRenderError';
}

/** Characters one template may make. */
const MAX_LENGTH = 1024 * 1024;
/** Parts of a template that may be carried out, repetitions counted: bounds `each` within `each`. */
const MAX_STEPS = 100_000;
/** Characters helpers may make on the way, whether they are shown or not: bounds `json` within `each`. */
const MAX_NOTED = 64 * 1024 * 1024;

/** A part of a compiled template. */
export type Step = (output: Output, scope: Scope) => void;

/** The text a template has made so far. */
export class Output {
  readonly #escaping: Escaping;
  readonly #chunks: string[] = [];
  readonly #place = new JsonPlace();
  #length = 0;
  #steps = 0;
  #noted = 0;

  constructor(escaping: Escaping) {
    this.#escaping = escaping;
  }

  /** Text of the template itself, or what is asked to stay as it is. */
  addRaw(text: string): void {
    this.#length += text.length;
    if (this.#length > MAX_LENGTH) throw tooMuch(`it makes more than ${MAX_LENGTH} characters`);
    if (this.#escaping === 'json') this.#place.read(text);
    this.#chunks.push(text);
  }

  /** A value, escaped for its place. */
  addValue(value: Value): void {
    if (typeof value === 'object' && value !== null) this.addJson(toText(value));
    else this.#addEscaped(toText(value));
  }

  /** What is JSON already: outside the strings of a JSON body it stays as it is. */
  addJson(text: string): void {
    if (this.#escaping === 'json' && !this.#place.inString) this.addRaw(text);
    else this.#addEscaped(text);
  }

  /**
   * Handlebars takes one of two backslashes before an expression away. The one it leaves would make another character
   * of the value's first, even of a backslash that is there to escape it, so it is made whole again.
   */
  #addEscaped(text: string): void {
    const escaped = escapeText(text, this.#escaping);
    this.addRaw(this.#place.escaping ? `\\${escaped}` : escaped);
  }

  /** Carries out parts in their order. */
  run(steps: readonly Step[], scope: Scope): void {
    this.#steps += 1 + steps.length;
    if (this.#steps > MAX_STEPS) throw tooMuch(`it takes more than ${MAX_STEPS} steps`);
    for (const step of steps) step(this, scope);
  }

  /** Counts a text that a helper made, and gives it back. */
  readonly note = (text: string): string => {
    this.#noted += text.length;
    if (this.#noted > MAX_NOTED) throw tooMuch(`its helpers make more than ${MAX_NOTED} characters`);
    return text;
  };

  toString(): string {
    return this.#chunks.join('');
  }
}

function tooMuch(what: string): TemplateRenderError {
  return new TemplateRenderError(`Cannot render the template: ${what}`);
}

/** Renders a compiled template against an event. Throws TemplateRenderError. */
export function render(
  steps: readonly Step[],
  { context, escaping }: { readonly context: TemplateContext; readonly escaping: Escaping },
): string {
  const output = new Output(escaping);
  const { root, event } = context;
  output.run(steps, { contexts: [root], event, loops: [], names: new Map(), note: output.note });
  return output.toString();
}
