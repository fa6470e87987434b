import { BlockList, isIP, isIPv6 } from 'node:net';
import { HooklineError } from './errors.ts';

/** A host and port to listen on. */
export interface Address {
  /** Name or IP address, without brackets. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
}

const ADDRESS = /^(?:\[(?<ipv6>[^\]]*)\]|(?<host>[^\s:[\]]*)):(?<port>\d{1,5})$/;
const MAX_PORT = 65_535;
const EVERY_ADDRESS = '0.0.0.0';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Reads `HOST:PORT`, `[IPV6]:PORT` or `:PORT` (every address). Throws `usage`. */
export function parseAddress(text: string): Address {
  const { ipv6, host, port } = ADDRESS.exec(text)?.groups ?? {};
  if (port === undefined || Number(port) > MAX_PORT || (ipv6 !== undefined && !isIPv6(ipv6))) {
    throw new HooklineError(
      'usage',
      `Cannot listen on "${text}": an address is HOST:PORT, as in 127.0.0.1:8440`,
    );
  }
  return { host: ipv6 ?? (host || EVERY_ADDRESS), port: Number(port) };
}

/** Whether only this machine can reach the host. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** The address as it stands in a URL. */
export function toAuthority({ host, port }: Address): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
