/** Characters a terminal acts on: control characters but tab and newline, and those that turn the direction of writing. */
const UNPRINTABLE = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu;

/** Text from elsewhere as a terminal may be given it. */
export function toPrintable(text: string): string {
  return text.replaceAll(UNPRINTABLE, '·');
}

/** The same in one line: keys and names may hold newlines, and a line of its own could pass for one of ours. */
export function toOneLine(text: string): string {
  return toPrintable(text).replaceAll(/[\n\t]/g, '·');
}
