import type { Escaping } from './template.ts';

/** Escapes a value's text for the place it lands in. */
export function escapeText(text: string, escaping: Escaping): string {
  switch (escaping) {
    case 'raw':
      return text;
    case 'json':
      return JSON.stringify(text).slice(1, -1);
    case 'form':
      return encodeForm(text);
  }
}

/** Percent-encoding as a form has it: everything but letters, digits and `*-._`, with `+` for a space. */
export function encodeForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

const QUOTE = '"';
const BACKSLASH = '\\';

/** Follows JSON as it is written, and knows whether what comes next is in a string. */
export class JsonPlace {
  #inString = false;
  #escaping = false;

  get inString(): boolean {
    return this.#inString;
  }

  /** Whether the text so far ends in a backslash that makes something else of the next character. */
  get escaping(): boolean {
    return this.#escaping;
  }

  /** Takes in the next piece. */
  read(text: string): void {
    for (const char of text) {
      if (this.#escaping) this.#escaping = false;
      else if (char === BACKSLASH) this.#escaping = this.#inString;
      else if (char === QUOTE) this.#inString = !this.#inString;
    }
  }
}
