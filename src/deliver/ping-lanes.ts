/** What lanes are made with. */
interface PingLanesOptions<T> {
  /** Sees one through to its end; must not reject. */
  readonly run: (one: T) => Promise<void>;
  /** Told of one that is left out because too many wait. */
  readonly onLeftOut: (one: T) => void;
}

/** How many wait in a lane. Of a hook that changes on and on, the newest changes are told. */
export const MAX_WAITING = 16;

/** Queues whose entries run one at a time each, in the order they were added. */
export class PingLanes<T> {
  readonly #options: PingLanesOptions<T>;
  /** What waits behind the one that runs. A lane in which none does is gone. */
  readonly #waiting = new Map<string, T[]>();
  #stopped = false;

  constructor(options: PingLanesOptions<T>) {
    this.#options = options;
  }

  /** Runs it at once when nothing of its lane does, else in its turn. */
  add(name: string, one: T): void {
    const waiting = this.#waiting.get(name);
    if (waiting === undefined) {
      this.#waiting.set(name, []);
      void this.#drain(name, one);
      return;
    }
    waiting.push(one);
    if (waiting.length <= MAX_WAITING) return;
    for (const oldest of waiting.splice(0, 1)) this.#options.onLeftOut(oldest);
  }

  /** Begins no more. */
  stop(): void {
    this.#stopped = true;
  }

  async #drain(name: string, first: T): Promise<void> {
    let next: T | undefined = first;
    while (next !== undefined && !this.#stopped) {
      await this.#options.run(next);
      next = this.#waiting.get(name)?.shift();
    }
    this.#waiting.delete(name);
  }
}
