import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyAddress, toEmbedded } from '../src/address-kind.ts';

/** First and last of each range, and what stands just beside it. */
const KINDS: readonly (readonly [reach: string, what: string, addresses: readonly string[]])[] = [
  ['refused', 'link-local', ['169.254.0.0', '169.254.169.254', '169.254.170.2', '169.254.255.255']],
  ['refused', "a cloud's metadata", ['168.63.129.16', '100.100.100.200', '192.0.0.192']],
  ['refused', 'unspecified', ['0.0.0.0', '0.255.255.255', '::', '0:0:0:0:0:0:0:0']],
  ['refused', 'multicast', ['224.0.0.0', '239.255.255.255', 'ff00::', 'ff02::1', 'ffff::']],
  ['refused', 'broadcast', ['255.255.255.255']],
  ['refused', 'reserved', ['240.0.0.0', '255.255.255.254']],
  ['private', 'loopback', ['127.0.0.0', '127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1']],
  ['private', 'private', ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255']],
  ['private', 'private', ['192.168.0.0', '192.168.255.255', 'fc00::', 'fdff:ffff::', 'fec0::', 'feff::']],
  ['private', 'shared (carrier-grade NAT)', ['100.64.0.0', '100.100.100.199', '100.127.255.255']],
  ['private', 'for protocols', ['192.0.0.0', '192.0.0.255', '192.88.99.1', '2001:1::', '2001:1ff::']],
  ['private', 'for protocols', ['5f00::', '5f00:ffff::']],
  [
    'private',
    'for documentation',
    ['192.0.2.0', '198.51.100.9', '203.0.113.255', '2001:db8::1', '3fff:fff::'],
  ],
  ['private', 'for benchmarks', ['198.18.0.0', '198.19.255.255']],
  [
    'refused',
    'link-local',
    ['fe80::', 'fe80::1', 'FE80::1', 'fe80::1%eth0', 'fe80::1%25eth0', 'febf:ffff::'],
  ],
  ['refused', "a cloud's metadata", ['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe']],
  ['refused', "a cloud's metadata", ['fd00:42::42', 'fd00:0ec2:0:0:0:0:0:0254']],
  [
    'refused',
    'tunnelled',
    ['2002::', '2002:a9fe:a9fe::', '2002:808:808::1', '2001::', '2001:0:4136:e378::1'],
  ],
  ['refused', 'reserved', ['::2', '::127.0.0.1', '::ffff:0:127.0.0.1', '100::', '64:ff9c::', '64:ff9b:2::']],
  ['refused', 'reserved', ['1fff::', '4000::', '5eff::', '5f01::', 'fbff::', 'fe00::']],
  [
    'public',
    'public',
    ['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
  ],
  ['public', 'public', ['128.0.0.0', '168.63.129.15', '169.253.255.255', '169.255.0.0', '172.15.255.255']],
  ['public', 'public', ['172.32.0.0', '191.255.255.255', '192.0.1.0', '192.167.255.255', '198.17.255.255']],
  [
    'public',
    'public',
    ['198.20.0.0', '223.255.255.255', '2000::', '2001:200::', '2001:db7::', '2003::', '3ffe::'],
  ],
  ['public', 'public', ['2606:4700:4700::1111', '3fff:1000::']],
];

/** Ways an IPv6 address stands for an IPv4 one. */
const SPELLINGS: readonly (readonly [string, (ipv4: string) => string])[] = [
  ['IPv4-mapped', (ipv4) => `::ffff:${ipv4}`],
  ['IPv4-mapped in hexadecimal', (ipv4) => `::ffff:${toHex(ipv4)}`],
  ['IPv4-mapped at full length', (ipv4) => `0000:0000:0000:0000:0000:FFFF:${toHex(ipv4)}`],
  ['NAT64', (ipv4) => `64:ff9b::${ipv4}`],
  ['NAT64 in hexadecimal', (ipv4) => `0064:FF9B:0:0:0:0:${toHex(ipv4)}`],
];

function toHex(ipv4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

describe('classifyAddress()', () => {
  it.each(KINDS.flatMap(([reach, what, addresses]) => addresses.map((address) => [address, reach, what])))(
    'says that %s is %s: %s',
    (address, reach, what) => {
      expect(classifyAddress(address ?? '')).toMatchObject({ reach, what });
    },
  );

  it.each(SPELLINGS)('takes an address that is %s for the one in it', (_, spell) => {
    fc.assert(
      fc.property(fc.ipV4(), (ipv4) => {
        expect(classifyAddress(spell(ipv4))).toEqual(classifyAddress(ipv4));
        expect(toEmbedded(spell(ipv4))).toBe(ipv4);
      }),
    );
    expect(classifyAddress(spell('169.254.169.254'))).toMatchObject({ reach: 'refused', what: 'link-local' });
    expect(classifyAddress(spell('10.0.0.1'))).toMatchObject({ reach: 'private' });
    expect(classifyAddress(spell('8.8.8.8'))).toMatchObject({ reach: 'public' });
  });

  it.each([
    ['64:ff9b:1::808:808', 'private', 'translated (NAT64)'],
    ['64:ff9b:1::a00:1', 'private', 'translated (NAT64)'],
    ['64:ff9b:1:0808:0008:0800::', 'private', 'translated (NAT64)'],
    ['64:ff9b:1::169.254.169.254', 'refused', 'link-local'],
    ['64:ff9b:1:a9fe:00a9:fe00::', 'refused', 'link-local'],
    ['64:ff9b:1:00a9:00fe:a9fe::', 'refused', 'link-local'],
    ['64:ff9b:1:0:00a9:fea9:fe00:0', 'refused', 'link-local'],
    ['64:ff9b:1::168.63.129.16', 'refused', "a cloud's metadata"],
  ])(
    'takes %s, of a NAT64 of the network, for %s: wherever the address may stand in it',
    (address, reach, what) => {
      expect(classifyAddress(address)).toMatchObject({ reach, what });
    },
  );

  it.each([
    '',
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    '1.2.3.4.5',
    '[::1]',
    '1.1.1.1/32',
    '1.1.1.1 ',
  ])('refuses %j, which is no address', (text) => {
    expect(classifyAddress(text)).toEqual({ reach: 'refused', what: 'no address' });
  });

  it('lets no IPv6 address be public that is not in 2000::/3 or stands for one that is', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        if (classifyAddress(address).reach !== 'public') return;
        const isGlobal = /^[23][\da-f]{3}:/i.test(address);
        expect(isGlobal || classifyAddress(toEmbedded(address) ?? '').reach === 'public').toBe(true);
      }),
    );
  });
});

describe('toEmbedded()', () => {
  it.each(['10.0.0.1', '::1', '2001:db8::10.0.0.1', '64:ff9b:1::10.0.0.1', 'localhost', ''])(
    'finds none in %j',
    (address) => {
      expect(toEmbedded(address)).toBeNull();
    },
  );
});
