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

/** Whether JSON text that was in a string (or not) before `text` is in one after it. */
export function isInString(text: string, before: boolean): boolean {
  let inside = before;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === BACKSLASH) at += 1;
    else if (text[at] === QUOTE) inside = !inside;
  }
  return inside;
}
