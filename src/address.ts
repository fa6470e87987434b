import { isIP } from 'node:net';
import { HooklineError } from './errors.ts';

/** A host and port to listen on. */
export interface Address {
  /** Name or IP address, without brackets. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
}

const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/;
const MAX_PORT = 65_535;

/** Reads `HOST:PORT`, `[IPV6]:PORT` or `:PORT` (every address). Throws `usage`. */
export function parseAddress(text: string): Address {
  const match = ADDRESS.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > MAX_PORT) {
    throw new HooklineError(
      'usage',
      `Cannot listen on "${text}": an address is HOST:PORT, as in 127.0.0.1:8440`,
    );
  }
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port };
}

/** Whether only this machine can reach the host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** The address as it stands in a URL. */
export function toAuthority({ host, port }: Address): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
