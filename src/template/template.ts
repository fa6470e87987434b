import type { JsonObject } from '../event.ts';

/** Where a rendered value lands, which decides how it is escaped. `raw`: as it is; whoever encodes the whole escapes it. */
export type Escaping = 'raw' | 'json' | 'form';

/** A template that compiled. */
export interface Template {
  /** Paths the template reads from the event, as keys: `{{ entity.username }}` is `['entity', 'username']`. Paths below an `#each` or `#with` are given from the root. */
  readonly paths: readonly (readonly string[])[];
  /** Renders against event data + event + source + id + time. A missing value or parent is empty. */
  render(context: JsonObject): string;
}

/** Thrown by the compiler; line and column are 1-based and within the template text. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly line: number;
  readonly column: number;

  constructor(message: string, position: { readonly line: number; readonly column: number }) {
    super(message);
    this.line = position.line;
    this.column = position.column;
  }
}

/** Templates in the strings of a JSON object, at any depth; keys and other values stay as they are. */
export interface TemplateTree {
  render(context: JsonObject): JsonObject;
}
