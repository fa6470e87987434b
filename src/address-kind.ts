import { BlockList, isIP } from 'node:net';
import { toBytes, toIpv4, withoutZone } from './ip-address.ts';

/** What an address is, as far as sending to it goes. */
export interface AddressKind {
  /**
   * `refused`: no setting has anything sent there. `private`: of this machine, this network or a use of its own, so not
   * reached over the internet. `public`: everything else.
   */
  readonly reach: 'refused' | 'private' | 'public';
  /** In a word or two, for a message. */
  readonly what: string;
}

/** Addresses of one kind. */
interface Block extends AddressKind {
  readonly list: BlockList;
}

const LINK_LOCAL = 'link-local';
const METADATA = "a cloud's metadata";
const NOT_AN_ADDRESS: AddressKind = { reach: 'refused', what: 'no address' };
const RESERVED: AddressKind = { reach: 'refused', what: 'reserved' };
const PUBLIC: AddressKind = { reach: 'public', what: 'public' };
const OWN_NAT64_KIND: AddressKind = { reach: 'private', what: 'translated (NAT64)' };

/** By the IANA registry of special purposes (RFC 6890) and what clouds document. The first that has an address counts. */
const IPV4: readonly Block[] = [
  toBlock('refused', LINK_LOCAL, ['169.254.0.0/16']),
  // Azure's host (keys and configuration of the machine), Alibaba's metadata, Oracle's older ones.
  toBlock('refused', METADATA, ['168.63.129.16', '100.100.100.200', '192.0.0.192']),
  // "This network": Linux connects 0.0.0.0 to itself.
  toBlock('refused', 'unspecified', ['0.0.0.0/8']),
  toBlock('refused', 'multicast', ['224.0.0.0/4']),
  toBlock('refused', 'broadcast', ['255.255.255.255']),
  toBlock('refused', 'reserved', ['240.0.0.0/4']),
  toBlock('private', 'loopback', ['127.0.0.0/8']),
  toBlock('private', 'private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']),
  toBlock('private', 'shared (carrier-grade NAT)', ['100.64.0.0/10']),
  toBlock('private', 'for protocols', ['192.0.0.0/24', '192.88.99.0/24']),
  toBlock('private', 'for documentation', ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24']),
  toBlock('private', 'for benchmarks', ['198.18.0.0/15']),
];

const IPV6: readonly Block[] = [
  toBlock('refused', LINK_LOCAL, ['fe80::/10']),
  // AWS keeps a whole prefix for its services on the machine; Google, Oracle and Scaleway have one address each.
  toBlock('refused', METADATA, ['fd00:ec2::/32', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe', 'fd00:42::42']),
  toBlock('refused', 'unspecified', ['::']),
  toBlock('refused', 'multicast', ['ff00::/8']),
  // 6to4 and Teredo carry an IPv4 address that a relay would send to. The relays are gone; what is left is the risk.
  toBlock('refused', 'tunnelled', ['2002::/16', '2001::/32']),
  toBlock('private', 'loopback', ['::1']),
  toBlock('private', 'private', ['fc00::/7', 'fec0::/10']),
  toBlock('private', 'for protocols', ['2001::/23', '5f00::/16']),
  toBlock('private', 'for documentation', ['2001:db8::/32', '3fff::/20']),
  toBlock('public', 'public', ['2000::/3']),
];

/** Prefixes whose addresses stand for the IPv4 address in their last four bytes: IPv4-mapped, and NAT64 (RFC 6052). */
const EMBEDDING = toList(['::ffff:0:0/96', '64:ff9b::/96']);
/** Prefix of a network's own NAT64 (RFC 8215). */
const OWN_NAT64 = toList(['64:ff9b:1::/48']);
/** Where an IPv4 address may stand in one of its addresses: nothing says which of RFC 6052's lengths a network uses. */
const OWN_NAT64_BYTES: readonly (readonly number[])[] = [
  [6, 7, 9, 10],
  [7, 9, 10, 11],
  [9, 10, 11, 12],
  [12, 13, 14, 15],
];

/** Says what an address is: IPv4 or IPv6, in any spelling, with or without a zone. Anything else is `refused`. */
export function classifyAddress(text: string): AddressKind {
  const address = withoutZone(text);
  switch (isIP(address)) {
    case 4:
      return classifyIpv4(address);
    case 6:
      return classifyIpv6(address);
    default:
      return NOT_AN_ADDRESS;
  }
}

/** The IPv4 address an IPv6 address stands for: what is sent to the one arrives at the other. Null: it stands for none. */
export function toEmbedded(text: string): string | null {
  const address = withoutZone(text);
  if (isIP(address) !== 6 || !EMBEDDING.check(address, 'ipv6')) return null;
  return toIpv4(toBytes(address).slice(12));
}

function classifyIpv4(address: string): AddressKind {
  return IPV4.find(({ list }) => list.check(address, 'ipv4')) ?? PUBLIC;
}

function classifyIpv6(address: string): AddressKind {
  const embedded = toEmbedded(address);
  if (embedded !== null) return classifyIpv4(embedded);
  if (OWN_NAT64.check(address, 'ipv6')) return classifyOwnNat64(address);
  return IPV6.find(({ list }) => list.check(address, 'ipv6')) ?? RESERVED;
}

/** A network of its own is private. What may stand for a metadata address is as little let through as that itself. */
function classifyOwnNat64(address: string): AddressKind {
  const bytes = toBytes(address);
  const readings = OWN_NAT64_BYTES.map((places) =>
    classifyIpv4(toIpv4(places.map((place) => bytes[place] ?? 0))),
  );
  return readings.find(({ what }) => what === LINK_LOCAL || what === METADATA) ?? OWN_NAT64_KIND;
}

function toBlock(reach: AddressKind['reach'], what: string, ranges: readonly string[]): Block {
  return { reach, what, list: toList(ranges) };
}

function toList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
  }
  return list;
}
