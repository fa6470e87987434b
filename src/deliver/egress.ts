import { BlockList, isIP, type LookupFunction } from 'node:net';
import { classifyAddress, toEmbedded } from '../address-kind.ts';
import type { EgressRule, EgressSettings } from '../egress-rule.ts';
import { withoutZone } from '../ip-address.ts';

/** What a connection is about to be opened to. */
export interface Destination {
  /** As the URL has it, without brackets: a name, or an address. */
  readonly host: string;
  readonly port: number;
  /** All it stands for: which of them is dialled is not known beforehand. */
  readonly addresses: readonly string[];
}

/** Where requests may go, and how it is found out where a name leads. */
export interface Egress {
  /**
   * Why a connection may not be opened; null: it may. One address that is refused refuses the name, since whoever answers
   * for a name can put any address beside a good one.
   */
  judge(destination: Destination): EgressRefusedError | null;
  /** Resolves names; asked for every address of a name at once. */
  readonly lookup: LookupFunction;
  /** URL of the proxy that opens connections, http or https; may throw SecretError. Null: they are opened here. */
  readonly proxy: (() => string) | null;
}

/** What destinations are judged by, and how they are come to. */
export interface EgressParts
  extends Pick<EgressSettings, 'allow' | 'deny'>,
    Pick<Egress, 'lookup' | 'proxy'> {}

/** A connection that may not be opened. Its message says which address, and what refuses it. */
export class EgressRefusedError extends Error {
  override readonly name = 'EgressRefusedError';
}

/** A destination of one address. */
interface Candidate extends Pick<Destination, 'host' | 'port'> {
  /** The address, and what it stands for. */
  readonly addresses: readonly string[];
  readonly reach: 'private' | 'public';
}

/** A rule and how it is matched. */
interface Matcher {
  readonly rule: EgressRule;
  readonly matches: (candidate: Candidate) => boolean;
}

/**
 * Creates the judge of destinations. In this order: what no setting lets through (address-kind.ts) is refused, what
 * `allow` has is let through, what `deny` has is refused, and the rest is let through.
 */
export function createEgress({ allow, deny, lookup, proxy }: EgressParts): Egress {
  const [allowed, denied] = [allow.map(toMatcher), deny.map(toMatcher)];
  const findFault = (address: string, { host, port }: Destination): string | null => {
    const { reach, what } = classifyAddress(address);
    if (reach === 'refused') return `${address} is ${what}, which is always refused`;
    const addresses = [withoutZone(address), toEmbedded(address) ?? []].flat();
    const candidate = { host, port, addresses, reach };
    const isMatch = ({ matches }: Matcher): boolean => matches(candidate);
    if (allowed.some(isMatch)) return null;
    const refusing = denied.find(isMatch);
    return refusing === undefined ? null : `egress.deny has "${refusing.rule.text}": ${address} is ${what}`;
  };
  return {
    lookup,
    proxy,
    judge(destination) {
      for (const address of destination.addresses) {
        const fault = findFault(address, destination);
        if (fault !== null) return new EgressRefusedError(`Cannot dial "${toText(destination)}": ${fault}`);
      }
      return null;
    },
  };
}

function toMatcher(rule: EgressRule): Matcher {
  const { port } = rule;
  const isTarget = toTest(rule);
  return {
    rule,
    matches: (candidate) => (port === null || port === candidate.port) && isTarget(candidate),
  };
}

function toTest({ target }: EgressRule): Matcher['matches'] {
  switch (target.kind) {
    case 'all':
      return () => true;
    case 'reach':
      return ({ reach }) => reach === target.reach;
    case 'range':
      return toRangeTest(target);
    case 'host':
      return ({ host }) => {
        const name = host.replace(/\.$/, '').toLowerCase();
        return target.below ? name.endsWith(`.${target.name}`) : name === target.name;
      };
  }
}

function toRangeTest({
  network,
  prefix,
  family,
}: Extract<EgressRule['target'], { kind: 'range' }>): Matcher['matches'] {
  const range = new BlockList();
  range.addSubnet(network, prefix, family);
  return ({ addresses }) =>
    addresses.some((address) => range.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
}

function toText({ host, port }: Destination): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
