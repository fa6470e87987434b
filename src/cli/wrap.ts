/** Columns of a terminal that nobody made wider. */
const WIDTH = 80;

/** Words after a label, in lines of 80 columns under each other. A longer word has a line of its own. */
export function wrapAfter(label: string, text: string): readonly string[] {
  const lines: string[] = [];
  let line = label;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = ' '.repeat(label.length);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
