/** The first thing that is wrong with a JSON text, and where. */
export interface JsonFault {
  readonly message: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units as editors count. */
  readonly column: number;
}

/**
 * Finds what JSON.parse refuses without saying where, and what it takes in silence although data is lost: a key that
 * stands twice in one object, and a number no double holds. Null when nothing is wrong. It recurses: the text must not
 * nest deeper than `parseJson` lets it.
 */
export function findJsonFault(text: string): JsonFault | null {
  const walk = new Walk(text);
  return walk.readDocument() ? null : walk.fault;
}

const WHITESPACE = new Set([' ', '\t', '\n', '\r']);
const LITERAL = /true|false|null/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const MAX_SHOWN = 40;

/** Reads a text from its start. Each step says whether it went well; the first that does not leaves the fault. */
class Walk {
  fault: JsonFault | null = null;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readDocument(): boolean {
    if (!this.#readValue()) return false;
    this.#skipWhitespace();
    return this.#at === this.#text.length || this.#fail(`expected the end, got ${this.#shown()}`);
  }

  #readValue(): boolean {
    this.#skipWhitespace();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#readObject();
      case '[':
        return this.#readItems(']', () => this.#readValue());
      case '"':
        return this.#readString();
      default:
        return this.#match(LITERAL) !== null || this.#readNumber();
    }
  }

  #readObject(): boolean {
    const keys = new Set<string>();
    return this.#readItems('}', () => this.#readKey(keys) && this.#readValue());
  }

  /** What stands between a bracket and `end`, separated by commas. */
  #readItems(end: '}' | ']', readItem: () => boolean): boolean {
    this.#at += 1;
    if (this.#take(end)) return true;
    do {
      if (!readItem()) return false;
      if (this.#isLastComma(end)) return this.#fail(`remove this comma: nothing follows it but "${end}"`);
    } while (this.#take(','));
    return this.#take(end) || this.#fail(`expected "," or "${end}", got ${this.#shown()}`);
  }

  #isLastComma(end: '}' | ']'): boolean {
    this.#skipWhitespace();
    if (this.#text[this.#at] !== ',') return false;
    const next = /[^ \t\n\r]/g;
    next.lastIndex = this.#at + 1;
    return next.exec(this.#text)?.[0] === end;
  }

  #readKey(keys: Set<string>): boolean {
    this.#skipWhitespace();
    const from = this.#at;
    if (this.#text[from] !== '"') return this.#fail(`expected a key in double quotes, got ${this.#shown()}`);
    if (!this.#readString()) return false;
    const key = JSON.parse(this.#text.slice(from, this.#at)) as string;
    if (keys.has(key)) return this.#fail(`key "${key.slice(0, MAX_SHOWN)}" stands twice in one object`, from);
    keys.add(key);
    return this.#take(':') || this.#fail(`expected ":" after a key, got ${this.#shown()}`);
  }

  #readString(): boolean {
    const from = this.#at;
    this.#at += 1;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) return this.#fail('a string has no end', from);
      if (char < ' ') return this.#fail('a control character stands in a string: escape it');
      if (char !== '\\') this.#at += 1;
      else if (this.#match(ESCAPE) === null) return this.#fail('a backslash starts no escape of JSON');
      if (char === '"') return true;
    }
  }

  #readNumber(): boolean {
    const from = this.#at;
    const number = this.#match(NUMBER);
    if (number === null) return this.#fail(`expected a value, got ${this.#shown()}`);
    if (Number.isFinite(Number(number))) return true;
    return this.#fail(`number ${number.slice(0, MAX_SHOWN)} is larger than any that can be kept`, from);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }

  #take(char: string): boolean {
    this.#skipWhitespace();
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #skipWhitespace(): void {
    while (WHITESPACE.has(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #shown(): string {
    const code = this.#text.codePointAt(this.#at);
    return code === undefined ? 'the end' : JSON.stringify(String.fromCodePoint(code));
  }

  #fail(message: string, at = this.#at): false {
    const before = this.#text.slice(0, at).split('\n');
    this.fault = { message, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    return false;
  }
}
