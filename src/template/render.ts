import { escapeText, JsonPlace } from './escape.ts';
import type { Scope } from './expression.ts';
import { type RenderCost, tooMuch } from './render-cost.ts';
import type { Escaping, TemplateContext } from './template.ts';
import { toText, type Value } from './value.ts';

/** Characters one template may make. */
const MAX_LENGTH = 1024 * 1024;

/** A part of a compiled template. */
export type Step = (output: Output, scope: Scope) => void;

/** The text a template has made so far. */
export class Output {
  readonly #escaping: Escaping;
  readonly #chunks: string[] = [];
  readonly #place = new JsonPlace();
  readonly #cost: RenderCost;
  #length = 0;

  constructor(escaping: Escaping, cost: RenderCost) {
    this.#escaping = escaping;
    this.#cost = cost;
  }

  /** Text of the template itself, or what is asked to stay as it is. */
  addRaw(text: string): void {
    this.#length += text.length;
    if (this.#length > MAX_LENGTH) throw tooMuch(`it makes more than ${MAX_LENGTH} characters`);
    this.#cost.addText(text.length);
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
    this.#cost.addSteps(1 + steps.length);
    for (const step of steps) step(this, scope);
  }

  toString(): string {
    return this.#chunks.join('');
  }
}

/** What a template is rendered with. */
interface Rendering {
  readonly context: TemplateContext;
  readonly escaping: Escaping;
  /** Of the request it is part of. */
  readonly cost: RenderCost;
}

/** Renders a compiled template against an event. Throws TemplateRenderError. */
export function render(steps: readonly Step[], { context, escaping, cost }: Rendering): string {
  const output = new Output(escaping, cost);
  const { root, event } = context;
  output.run(steps, { contexts: [root], event, loops: [], names: new Map(), note: cost.note });
  return output.toString();
}
