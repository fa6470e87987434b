/** What a figure is held against. */
export interface Budget {
  readonly limit: number;
  /** Of the figure: ×, ms, events/s. */
  readonly unit: string;
  /** Which of several figures is meant: p99, say. */
  readonly of?: string;
}

/** The verdict on a figure that must not be smaller, to be printed behind it. */
export function atLeast(value: number, budget: Budget): string {
  return toVerdict(value >= budget.limit, '≥', budget);
}

/** The verdict on a figure that must not be larger, to be printed behind it. */
export function atMost(value: number, budget: Budget): string {
  return toVerdict(value <= budget.limit, '≤', budget);
}

function toVerdict(isMet: boolean, bound: string, { limit, unit, of }: Budget): string {
  const what = of === undefined ? '' : `${of} `;
  return `(budget ${what}${bound} ${limit} ${unit}: ${isMet ? 'met' : 'missed'})`;
}
