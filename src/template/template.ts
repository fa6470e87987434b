import type { JsonObject } from '../event.ts';
import type { TextPlace } from '../text-place.ts';
import type { RenderCost } from './render-cost.ts';

/** What a template is rendered against. */
export interface TemplateContext {
  /** What paths start at: the event's data, and `event`, `source`, `id` and `time` over it. */
  readonly root: JsonObject;
  /** `@event`: `{id, source, event, time, data}`, in which nothing hides what the data has of the same name. */
  readonly event: JsonObject;
}

/** An event as templates are given it. Its name is null in a trial of a hook that has none. */
export interface TemplateEvent {
  readonly id: string;
  readonly source: string;
  readonly event: string | null;
  readonly time: string;
  readonly data: JsonObject;
}

/** The context of an event. */
export function toContext({ id, source, event, time, data }: TemplateEvent): TemplateContext {
  return { root: { ...data, event, source, id, time }, event: { id, source, event, time, data } };
}

/** Where a rendered value lands, which decides how it is escaped. `raw`: as it is; whoever encodes the whole escapes it. */
export type Escaping = 'raw' | 'json' | 'form';

/** Keys from the root; null: any item of a list, or any value of an object, that a loop goes over. */
export type ReadPath = readonly (string | null)[];

/** A place of a template that reads the event. */
export interface TemplateRead {
  /** From the root also below an `#each` or `#with`: `{{ entity.username }}` is `['entity', 'username']`. */
  readonly path: ReadPath;
  /** Whether it is what an `#each` goes over. */
  readonly isLooped: boolean;
  /** In the template. */
  readonly place: TextPlace;
}

/** A template that compiled. */
export interface Template {
  /** In the order of the template. */
  readonly reads: readonly TemplateRead[];
  /** Renders against an event. A missing value or parent is empty. `cost` is that of the whole request, when it has more templates. Throws TemplateRenderError. */
  render(context: TemplateContext, cost?: RenderCost): string;
}

/** Thrown by the compiler; line and column are 1-based and within the template text. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly line: number;
  readonly column: number;
  /** The name that is not known, and those that are; null when it is something else. */
  readonly unknown: UnknownName | null;

  constructor(message: string, { line, column }: TextPlace, unknown: UnknownName | null = null) {
    super(message);
    this.line = line;
    this.column = column;
    this.unknown = unknown;
  }
}

/** A name a template uses, and those it could. */
export interface UnknownName {
  readonly name: string;
  readonly known: readonly string[];
}

/** Templates in the strings of a JSON object, at any depth; keys and other values stay as they are. */
export interface TemplateTree {
  render(context: TemplateContext, cost?: RenderCost): JsonObject;
}
