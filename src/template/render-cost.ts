/** A template that could not be rendered for this event: it made too much text, or took too much work. */
export class TemplateRenderError extends Error {
  override readonly name = 'TemplateRenderError';
}

/** Characters all templates of a request may make: each may have most of an event in it. */
const MAX_LENGTH = 4 * 1024 * 1024;
/** Parts of templates that may be carried out, repetitions counted: bounds `each` within `each`. */
const MAX_STEPS = 100_000;
/** Characters helpers may make on the way, whether they are shown or not: bounds `json` within `each`. */
const MAX_NOTED = 64 * 1024 * 1024;

/** What the templates of one request cost together. Throws TemplateRenderError when it is too much. */
export class RenderCost {
  #length = 0;
  #steps = 0;
  #noted = 0;

  /** Counts characters that will be sent. */
  addText(length: number): void {
    this.#length += length;
    if (this.#length > MAX_LENGTH)
      throw tooMuch(`the templates of the request make more than ${MAX_LENGTH} characters`);
  }

  /** Counts parts that are carried out. */
  addSteps(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw tooMuch(`it takes more than ${MAX_STEPS} steps`);
  }

  /** Counts a text that a helper made, and gives it back. */
  readonly note = (text: string): string => {
    this.#noted += text.length;
    if (this.#noted > MAX_NOTED) throw tooMuch(`its helpers make more than ${MAX_NOTED} characters`);
    return text;
  };
}

/** Says what was too much. */
export function tooMuch(what: string): TemplateRenderError {
  return new TemplateRenderError(`Cannot render the template: ${what}`);
}
