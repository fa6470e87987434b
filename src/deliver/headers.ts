import { CONNECTION_HEADERS, HEADER_VALUE } from '../definitions/header-checks.ts';
import { VERSION } from '../version.ts';

const USER_AGENT = `hookline/${VERSION}`;

/** A request that must not be sent, whatever the receiver says: only a change of the definition or the event helps. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

/**
 * Headers by name in any case: setting one takes the place of another whose name differs in case only. The case of the
 * name that was set first is what is sent.
 */
export class RequestHeaders {
  readonly #byName = new Map<string, readonly [name: string, value: string]>([
    ['user-agent', ['user-agent', USER_AGENT]],
  ]);

  /** Throws RequestError for a value HTTP cannot carry and for headers of the connection. */
  set(name: string, value: string): this {
    const key = name.toLowerCase();
    if (CONNECTION_HEADERS.has(key))
      throw new RequestError(`Cannot set header "${name}": it belongs to the connection`);
    if (!HEADER_VALUE.test(value))
      throw new RequestError(
        `Cannot set header "${name}": its value has a line break, a NUL or a character outside Latin-1`,
      );
    this.#byName.set(key, [this.#byName.get(key)?.[0] ?? name, value]);
    return this;
  }

  get(name: string): string | undefined {
    return this.#byName.get(name.toLowerCase())?.[1];
  }

  toObject(): Record<string, string> {
    return Object.fromEntries(this.#byName.values());
  }
}
