import type { LinearPattern } from '../linear-pattern.ts';

/** Steps one run of a filter may take: a tenth of a second of what is common, about a second of the slowest there is. */
const MAX_STEPS = 500_000;
/** Characters or bytes that are gone through in the time of one step. */
const TEXT_A_STEP = 64;
/** Items of a list, or keys of a map, that are copied in the time of one step. */
const ITEMS_A_STEP = 8;
/** Characters times size of a pattern: where nothing can be skipped each takes about 15 ns. */
const PATTERN_A_STEP = 150;
/** Steps for each character of a pattern that has to be compiled: `.{1000}` takes as long as a thousand do. */
const COMPILE_STEPS = 500;

/**
 * Bounds what filters cost. Who sends an event says how long its lists and texts are, and an expression may go through
 * one list within another: on the thread that everything else runs on. One filter runs at a time.
 *
 * Once it is used up it stays so until the next run, and every step asked for is refused: `exists`, `||` and the like go
 * on after an error, so what they would still try must cost nothing.
 */
export class FilterBudget {
  #left = 0;

  /** Runs a filter with a full budget. Throws when it needs more, whatever it makes of the errors on its way. */
  run<T>(filter: () => T): T {
    this.#left = MAX_STEPS;
    const value = filter();
    if (this.#left < 0) throw tooMuch();
    return value;
  }

  /** For a list, or the keys of a map, whose every item is given to an expression of so many nodes. */
  visit(items: unknown, nodes: number): void {
    this.#spend(1 + sizeOf(items) * (1 + nodes));
  }

  /** For a value that a function or an operator goes through, but not into. */
  weigh(value: unknown): void {
    if (typeof value === 'string') this.#spend(value.length / TEXT_A_STEP);
    else if (ArrayBuffer.isView(value)) this.#spend(value.byteLength / TEXT_A_STEP);
    else this.#spend(sizeOf(value) / ITEMS_A_STEP);
  }

  /** For a value that is compared with all there is in it. */
  weighDeep(value: unknown): void {
    this.weigh(value);
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
    this.#spend(sizeOf(value));
    const items = value instanceof Map ? value.values() : Object.values(value);
    for (const item of items) this.weighDeep(item);
  }

  /** For a pattern that came with the event. */
  compile(pattern: string): void {
    this.#spend(pattern.length * COMPILE_STEPS);
  }

  /** For a text that a pattern is looked for in. */
  match(text: string, { size }: LinearPattern): void {
    this.#spend((text.length * size) / PATTERN_A_STEP);
  }

  #spend(steps: number): void {
    this.#left = this.#left < steps ? -1 : this.#left - steps;
    if (this.#left < 0) throw tooMuch();
  }
}

function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : Object.keys(value).length;
}

function tooMuch(): Error {
  return new Error('Cannot run the filter: the event is too large for what it does');
}
