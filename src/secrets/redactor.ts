import { toForms } from './secret-forms.ts';

/** Values shorter than this are not looked for in other text: they would be found everywhere. */
const MIN_LENGTH = 4;
/** Values given out since which one that was not given out again is still known. */
const MAX_RECENT = 20_000;
/** Starts of forms that are told apart. */
const STARTS = 0x10000;
const NO_STARTS = new Uint8Array(0);

/** Knows secrets and takes them out of text. */
export interface Redactor {
  /** Remembers a secret that was given out. One that is not given out again is forgotten after many others. */
  remember(value: string): void;
  /** Remembers a secret for good. */
  keep(value: string): void;
  redact(text: string): string;
}

/** What stands in a secret's place. */
export const REDACTED = '[redacted]';

/** Creates a redactor that knows no secret. It looks for each value as it is, and as it stands in JSON, HTML, a URL or base64. */
export function createRedactor(): Redactor {
  const kept = new FormIndex();
  let recent = new FormIndex();
  let before = new FormIndex();
  return {
    remember(value) {
      if (recent.size >= MAX_RECENT) [before, recent] = [recent, new FormIndex()];
      recent.add(value);
    },
    keep: (value) => kept.add(value),
    redact(text) {
      const known = [kept, recent, before].filter(({ size }) => size > 0);
      return known.length === 0 ? text : redactKnown(text, known);
    },
  };
}

/** At each place the longest form goes, so that no part of it is left standing. */
function redactKnown(text: string, known: readonly FormIndex[]): string {
  let redacted = '';
  let from = 0;
  for (let at = 0; at + MIN_LENGTH <= text.length; at += 1) {
    let length = 0;
    for (const index of known) length = Math.max(length, index.lengthAt(text, at));
    if (length === 0) continue;
    redacted += text.slice(from, at) + REDACTED;
    from = at + length;
    at = from - 1;
  }
  return redacted + text.slice(from);
}

/** Every form of some values, by how it begins: a search takes no longer for there being many. */
class FormIndex {
  readonly #values = new Set<string>();
  readonly #byStart = new Map<number, Set<string>>();
  /** Whether there is a form for a start: most places of most texts need to know no more. Made for the first value. */
  #starts = NO_STARTS;

  get size(): number {
    return this.#values.size;
  }

  add(value: string): void {
    if (value.length < MIN_LENGTH || this.#values.has(value)) return;
    this.#values.add(value);
    if (this.#starts === NO_STARTS) this.#starts = new Uint8Array(STARTS);
    for (const form of toForms(value)) {
      if (form.length < MIN_LENGTH) continue;
      const start = startOf(form, 0);
      const forms = this.#byStart.get(start) ?? new Set();
      this.#byStart.set(start, forms.add(form));
      this.#starts[start] = 1;
    }
  }

  /** Length of the longest form at a place in a text; 0 when there is none. */
  lengthAt(text: string, at: number): number {
    const start = startOf(text, at);
    if (this.#starts[start] === 0) return 0;
    let longest = 0;
    for (const form of this.#byStart.get(start) ?? [])
      if (form.length > longest && text.startsWith(form, at)) longest = form.length;
    return longest;
  }
}

/** The first two characters as one number, the same for the same two. */
function startOf(text: string, at: number): number {
  return ((text.charCodeAt(at) << 8) ^ text.charCodeAt(at + 1)) % STARTS;
}
