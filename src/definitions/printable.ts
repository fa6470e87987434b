/** Control characters, and those that are not seen or turn the direction of writing: a terminal would act on them. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
/** Characters that a terminal shows two columns wide. */
const WIDE =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/u;
/** Characters that stand above or below the one before them. */
const COMBINING = /\p{M}/u;

/** One line of text that is safe to print. Each UTF-16 unit stays one, so that columns stay right. */
export function toPrintable(line: string): string {
  return line
    .replaceAll('\t', ' ')
    .replaceAll(UNPRINTABLE, (found) => '·'.repeat(found.length))
    .toWellFormed();
}

/** Spaces as wide as a text is on a terminal. */
export function toSpaces(text: string): string {
  return [...text].map((char) => (COMBINING.test(char) ? '' : WIDE.test(char) ? '  ' : ' ')).join('');
}
