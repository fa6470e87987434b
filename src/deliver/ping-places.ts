import type { Clock } from '../clock.ts';

/** Pings under way at once, but for those that hang: a change of thousands of hooks must not take every connection. */
const PLACES = 16;
/** Of these, what one host may have: no other host waits for it. */
const PLACES_OF_HOST = 4;
/** How long a ping keeps its place. One that takes longer is taken to hang: it goes on to its timeout without. */
const PLACE_MS = 1_000;
/** Pings under way to one host, those that hang too: deliveries use the same connections (http-client.ts). */
const UNDER_WAY_TO_HOST = 64;

/** What is going on with one host. */
interface Host {
  readonly name: string;
  readonly waiting: (() => Promise<unknown>)[];
  taken: number;
  underWay: number;
}

/**
 * Has pings wait for each other where there are too many of them. A ping waits for a place, has one, has lost it because
 * it took too long, and has ended. Hosts take turns: of those that hang, 16 hold another up for a second, and none until
 * its timeout.
 */
export class PingPlaces {
  readonly #clock: Clock;
  /** Those with anything waiting or under way, the one whose turn was last at the end. */
  readonly #hosts = new Map<string, Host>();
  #taken = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs a ping to a URL, which must not reject: at once when there is a place, else in its turn; never after a stop. */
  run<T>(url: string, ping: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    const name = toHostName(url);
    const host = this.#hosts.get(name) ?? { name, waiting: [], taken: 0, underWay: 0 };
    this.#hosts.set(name, host);
    host.waiting.push(async () => resolve(await ping()));
    this.#fill();
    return promise;
  }

  /** Begins no more. */
  stop(): void {
    for (const { waiting } of this.#hosts.values()) waiting.length = 0;
  }

  #fill(): void {
    while (this.#taken < PLACES) {
      const host = this.#hosts.values().find(mayBegin);
      const ping = host?.waiting.shift();
      if (host === undefined || ping === undefined) return;
      this.#hosts.delete(host.name);
      this.#hosts.set(host.name, host);
      void this.#begin(host, ping);
    }
  }

  async #begin(host: Host, ping: () => Promise<unknown>): Promise<void> {
    this.#taken += 1;
    host.taken += 1;
    host.underWay += 1;
    let placed = true;
    const leave = (): void => {
      if (!placed) return;
      placed = false;
      this.#taken -= 1;
      host.taken -= 1;
    };
    const timer = this.#clock.setTimer(PLACE_MS, () => {
      leave();
      this.#fill();
    });
    await ping();
    timer.cancel();
    host.underWay -= 1;
    leave();
    this.#fill();
    if (host.underWay === 0 && host.waiting.length === 0) this.#hosts.delete(host.name);
  }
}

function mayBegin({ waiting, taken, underWay }: Host): boolean {
  return waiting.length > 0 && taken < PLACES_OF_HOST && underWay < UNDER_WAY_TO_HOST;
}

/** What URLs that are the same reference stand for is not known here, but it is the same. */
function toHostName(url: string): string {
  return URL.parse(url)?.host || url;
}
