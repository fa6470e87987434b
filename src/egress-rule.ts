import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** One entry of `egress.allow` or `egress.deny`. */
export interface EgressRule {
  /** As it was written. */
  readonly text: string;
  readonly target: EgressTarget;
  /** Null: every port. */
  readonly port: number | null;
}

/** What a rule is for. */
export type EgressTarget =
  | { readonly kind: 'all' }
  /** Every address that is private, or public. */
  | { readonly kind: 'reach'; readonly reach: 'private' | 'public' }
  | {
      readonly kind: 'range';
      readonly network: string;
      readonly prefix: number;
      readonly family: 'ipv4' | 'ipv6';
    }
  /** A name in lower case, as DNS has it, without a last dot. `below`: the names below it and not itself. */
  | { readonly kind: 'host'; readonly name: string; readonly below: boolean };

/** Where requests of hooks may go, as settings say it. */
export interface EgressSettings {
  readonly allow: readonly EgressRule[];
  readonly deny: readonly EgressRule[];
  /** URL of an HTTP proxy; may be a reference. Null: none. */
  readonly proxy: string | null;
}

const PLAIN = /^(?<target>[^:[\]]+)(?::(?<port>\d{1,5}))?$/;
const BRACKETED = /^\[(?<target>[^[\]]*:[^[\]]*)\](?::(?<port>\d{1,5}))?$/;
/** IPv6 has colons of its own, so without brackets it has no port. */
const BARE_IPV6 = /^(?<target>[^:[\]]*:[^[\]]*:[^[\]]*)$/;
const RANGE = /^(?<network>[^/%]+)(?:\/(?<prefix>\d{1,3}))?$/;
const HOST = /^(?<wildcard>\*\.)?(?<name>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?$/;
/** What ends the host in a URL: domainToASCII() would leave off the rest. */
const HOST_END = /[:/?#\\@%]/;
const MAX_PORT = 65_535;

/**
 * Reads `all`, `private`, `public`, an address, a range (CIDR), a host name or `*.` and one, each with `:PORT` behind it
 * if it is for one port; IPv6 with a port is in brackets. Null: it is none of them.
 */
export function parseEgressRule(text: string): EgressRule | null {
  const { target = '', port } =
    (PLAIN.exec(text) ?? BRACKETED.exec(text) ?? BARE_IPV6.exec(text))?.groups ?? {};
  const number = port === undefined ? null : Number(port);
  if (number === 0 || (number ?? 0) > MAX_PORT) return null;
  const found = toWord(target) ?? toRange(target) ?? toHost(target);
  return found === null ? null : { text, target: found, port: number };
}

function toWord(text: string): EgressTarget | null {
  if (text === 'all') return { kind: 'all' };
  return text === 'private' || text === 'public' ? { kind: 'reach', reach: text } : null;
}

function toRange(text: string): EgressTarget | null {
  const { network = '', prefix } = RANGE.exec(text)?.groups ?? {};
  const version = isIP(network);
  if (version === 0) return null;
  const bits = version === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  return length > bits
    ? null
    : { kind: 'range', network, prefix: length, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** A name that a URL would read as an address (`10.1`, `0x7f.1`) is none: it would never be asked for. */
function toHost(text: string): EgressTarget | null {
  const ascii = HOST_END.test(text) ? '' : domainToASCII(text);
  const { wildcard, name } = HOST.exec(ascii)?.groups ?? {};
  if (name === undefined || isIP(ascii) !== 0) return null;
  return { kind: 'host', name, below: wildcard !== undefined };
}
