import type { MarkedText } from './marks.ts';

/** What a terminal may be pasted without it being acted on: visible characters, and line breaks. */
const PLAIN = /^(?:\n|[^\p{C}\p{Zl}\p{Zp}])*$/u;
/** The same that is one byte a character in every encoding. */
const ASCII = /^[\u0020-\u007e]*$/;

/** A text as one word of a POSIX shell. Secrets are variables, and one that is not set ends the command. */
export function quoteMarked(text: MarkedText, encoding: 'utf8' | 'latin1' = 'utf8'): string {
  const words = text.map((part) =>
    typeof part === 'string' ? quoteBytes(part, encoding) : `"\${${part.variable}:?}"`,
  );
  return words.length === 0 ? "''" : words.join('');
}

/** Whether a text can be a word as it is. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** A text as one word. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The bytes of a text without line breaks, as one word. */
function quoteBytes(text: string, encoding: 'utf8' | 'latin1'): string {
  return ASCII.test(text) ? quote(text) : `"$(${printBytes(Buffer.from(text, encoding))})"`;
}

/** A command that writes exactly these bytes. A dash that stands first would be an option. */
export function printBytes(bytes: Buffer): string {
  const format = [...bytes].map(toFormat).join('').replace(/^-/, '\\055');
  return `printf ${quote(format)}`;
}

/** What stands for a byte in the format of printf. */
function toFormat(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === '\n') return '\\n';
  if (character === '%' || character === '\\') return character.repeat(2);
  return ASCII.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`;
}
