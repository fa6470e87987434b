/** A fenced block of YAML in a text of Markdown. */
export interface Fence {
  /** 1-based line of its first line of YAML. */
  readonly line: number;
  /** The whole text with everything else left blank, so that lines and columns are those of the file. */
  readonly text: string;
}

const OPENING = /^(?<indent>\s*)(?<fence>`{3,}|~{3,})\s*(?<language>[A-Za-z]*)(?<rest>[^`]*)$/;
const LANGUAGES: readonly string[] = ['yaml', 'yml'];
/** A line that says, at the top level of a block, that it is a definition: each has a kind or a handler there. */
const DEFINITION = /^(?:kind:\s*["']?(?:EventHook|EventSource)\b|handler:)/;
/** In the line that opens a block: it is not to be read. */
const IGNORED = /\bhookline-ignore\b/;

/** Finds the blocks of YAML that hold definitions. A block of YAML that is something else is left alone. */
export function findFences(markdown: string): readonly Fence[] {
  const lines = markdown.split('\n');
  const fences: Fence[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const { fence, language = '', rest = '' } = OPENING.exec(lines[index] ?? '')?.groups ?? {};
    if (fence === undefined) continue;
    const start = index + 1;
    index = start;
    while (index < lines.length && !isClosing(lines[index] ?? '', fence)) index += 1;
    if (!LANGUAGES.includes(language.toLowerCase()) || IGNORED.test(rest)) continue;
    const content = lines.slice(start, index);
    if (isDefinition(content))
      fences.push({ line: start + 1, text: '\n'.repeat(start) + content.join('\n') });
  }
  return fences;
}

function isClosing(line: string, fence: string): boolean {
  const text = line.trim();
  return text.length >= fence.length && text === (fence[0] ?? '').repeat(text.length);
}

/** A key `handler` deeper down is of something else. */
function isDefinition(content: readonly string[]): boolean {
  const indents = content.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const top = indents.reduce((least, indent) => Math.min(least, indent), Number.POSITIVE_INFINITY);
  return content.some((line) => line.search(/\S/) === top && DEFINITION.test(line.slice(top)));
}
