/** Pings under way at once: a change of thousands of hooks must not take every connection. */
const PLACES = 16;

/** Has pings wait for each other where there are too many of them. */
export class PingPlaces {
  readonly #waiting: (() => Promise<unknown>)[] = [];
  #taken = 0;

  /** Runs a task, which must not reject: at once when there is a place, else in its turn. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    this.#waiting.push(async () => resolve(await task()));
    this.#fill();
    return promise;
  }

  /** Begins no more. What waits is never run. */
  stop(): void {
    this.#waiting.length = 0;
  }

  #fill(): void {
    while (this.#taken < PLACES) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#taken += 1;
      void next().then(() => {
        this.#taken -= 1;
        this.#fill();
      });
    }
  }
}
