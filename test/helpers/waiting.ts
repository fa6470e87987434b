/** Those who wait until something is so. */
export interface Waiting {
  /** Resolves once the condition holds, at a `check` or at once. */
  until(condition: () => boolean): Promise<void>;
  /** Says that something changed. */
  check(): void;
}

/** Creates it with nobody waiting. */
export function createWaiting(): Waiting {
  let waiting: { readonly condition: () => boolean; readonly resolve: () => void }[] = [];
  const check = (): void => {
    for (const { condition, resolve } of waiting) if (condition()) resolve();
    waiting = waiting.filter(({ condition }) => !condition());
  };
  return {
    until: (condition) =>
      new Promise((resolve) => {
        waiting.push({ condition, resolve });
        check();
      }),
    check,
  };
}
