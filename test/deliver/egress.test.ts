import { describe, expect, it } from 'vitest';
import type { Destination } from '../../src/deliver/egress.ts';
import { type EgressTexts, toEgress } from '../helpers/egress.ts';

/** A destination from `HOST:PORT` and its addresses; without them the host is one. */
function toDestination(text: string, addresses?: readonly string[]): Destination {
  const { hostname, port } = new URL(`http://${text}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(port || 80), addresses: addresses ?? [host] };
}

function judge(rules: EgressTexts, text: string, addresses?: readonly string[]): string | null {
  return toEgress(rules).judge(toDestination(text, addresses))?.message ?? null;
}

const EVERYTHING = ['all', '0.0.0.0/0', '::/0', 'evil.example', '169.254.169.254', 'fe80::/10'];
const ALWAYS = [
  '169.254.169.254',
  '[::ffff:169.254.169.254]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b:1::a9fe:a9fe]',
  '[2002:a9fe:a9fe::1]',
  '[2001:0:a9fe:a9fe::1]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '168.63.129.16',
  '0.0.0.0',
  '0',
  '[::]',
  '2852039166',
  '0xa9fea9fe',
  '0251.0376.0251.0376',
  '169.254.43518',
  '224.0.0.1',
  '255.255.255.255',
  '[ff02::1]',
];
/** Everything `private` stands for, in the spellings a URL may have. */
const PRIVATE = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '10.0.0.1',
  '167772161',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '198.18.0.1',
  '[fd12::1]',
  '[64:ff9b:1::808:808]',
];
const PUBLIC = ['8.8.8.8', '[2606:4700:4700::1111]', '[::ffff:8.8.8.8]', '[64:ff9b::808:808]'];

describe('an Egress', () => {
  it.each(ALWAYS)('never lets %s be dialled, whatever is allowed', (host) => {
    expect(judge({ allow: EVERYTHING }, host)).toMatch(/ is .*, which is always refused$/);
    expect(judge({}, host)).not.toBeNull();
  });

  it.each(PRIVATE)('lets %s be dialled unless what is private is denied', (host) => {
    expect(judge({}, host)).toBeNull();
    expect(judge({ deny: ['public'] }, host)).toBeNull();
    expect(judge({ deny: ['private'] }, host)).toContain('egress.deny has "private": ');
    expect(judge({ deny: ['all'] }, host)).toContain('egress.deny has "all": ');
  });

  it.each(PUBLIC)('lets %s be dialled unless what is public is denied', (host) => {
    expect(judge({ deny: ['private'] }, host)).toBeNull();
    expect(judge({ deny: ['public'] }, host)).toContain('egress.deny has "public": ');
  });

  it.each<readonly [string, EgressTexts, string, readonly string[] | undefined, boolean]>([
    ['a range', { deny: ['10.0.0.0/8'] }, '10.1.2.3', undefined, false],
    ['what is beside a range', { deny: ['10.0.0.0/8'] }, '11.0.0.0', undefined, true],
    ['a range in IPv6', { deny: ['fd00::/8'] }, '[fd00::1]', undefined, false],
    ['IPv4-mapped', { deny: ['10.0.0.0/8'] }, '[::ffff:10.1.2.3]', undefined, false],
    ['NAT64 by the one in it', { deny: ['10.0.0.0/8'] }, '[64:ff9b::10.1.2.3]', undefined, false],
    ['NAT64 by its prefix', { deny: ['64:ff9b::/96'] }, '[64:ff9b::8.8.8.8]', undefined, false],
    ['every IPv4', { deny: ['0.0.0.0/0'] }, '8.8.8.8', undefined, false],
    ['IPv6 by no range of IPv4', { deny: ['0.0.0.0/0'] }, '[2606::1]', undefined, true],
    ['a port', { deny: ['all:25'] }, '8.8.8.8:25', undefined, false],
    ['another port', { deny: ['all:25'] }, '8.8.8.8:26', undefined, true],
    ['a default port', { deny: ['private:80'] }, '10.0.0.1', undefined, false],
    ['a name', { deny: ['evil.example'] }, 'evil.example', ['8.8.8.8'], false],
    ['a name with its last dot', { deny: ['evil.example'] }, 'EVIL.example.', ['8.8.8.8'], false],
    ['a name below it', { deny: ['evil.example'] }, 'a.evil.example', ['8.8.8.8'], true],
    ['names below', { deny: ['*.evil.example'] }, 'a.b.evil.example', ['8.8.8.8'], false],
    ['names below, not itself', { deny: ['*.evil.example'] }, 'evil.example', ['8.8.8.8'], true],
    ['names below, not one that ends so', { deny: ['*.evil.example'] }, 'notevil.example', ['8.8.8.8'], true],
    ['a name at a port', { deny: ['evil.example:443'] }, 'evil.example:80', ['8.8.8.8'], true],
  ])('denies %s: %j', (_, rules, host, addresses, isLet) => {
    expect(judge(rules, host, addresses) === null).toBe(isLet);
  });

  it.each<readonly [string, EgressTexts, string, readonly string[] | undefined, boolean]>([
    ['a range', { allow: ['10.0.0.0/8'], deny: ['private'] }, '10.1.2.3', undefined, true],
    ['nothing beside it', { allow: ['10.0.0.0/8'], deny: ['private'] }, '192.168.0.1', undefined, false],
    ['a range at its port', { allow: ['10.0.0.0/8:443'], deny: ['all'] }, '10.1.2.3:443', undefined, true],
    ['it at no other', { allow: ['10.0.0.0/8:443'], deny: ['all'] }, '10.1.2.3:444', undefined, false],
    ['NAT64 by the one in it', { allow: ['8.8.8.8'], deny: ['all'] }, '[64:ff9b::808:808]', undefined, true],
    ['a name, wherever', { allow: ['*.corp.example'], deny: ['all'] }, 'a.corp.example', ['10.0.0.1'], true],
    ['a name of metadata', { allow: ['m.example'] }, 'm.example', ['169.254.169.254'], false],
    ['addresses of a name', { allow: ['10.0.0.1'], deny: ['all'] }, 'a.example', ['10.0.0.1'], true],
    ['more than it denies', { allow: ['all'], deny: ['all', 'private'] }, '10.0.0.1', undefined, true],
  ])('allows %s: %j', (_, rules, host, addresses, isLet) => {
    expect(judge(rules, host, addresses) === null).toBe(isLet);
  });

  it.each<readonly [readonly string[]]>([
    [['8.8.8.8', '10.0.0.1']],
    [['10.0.0.1', '8.8.8.8']],
    [['2606:4700::1', '::1']],
    [['8.8.8.8', '169.254.169.254']],
    [['8.8.8.8', 'fe80::1%eth0']],
    [['8.8.8.8', 'no address']],
  ])('refuses a name for one address among %j', (addresses) => {
    expect(judge({ deny: ['private'] }, 'mixed.example', addresses)).not.toBeNull();
  });

  it.each<readonly [string, EgressTexts, string, readonly string[] | undefined]>([
    [
      'Cannot dial "169.254.169.254:80": 169.254.169.254 is link-local, which is always refused',
      {},
      '169.254.169.254',
      undefined,
    ],
    [
      'Cannot dial "a.example:8080": egress.deny has "private": 10.0.0.1 is private',
      { deny: ['private'] },
      'a.example:8080',
      ['8.8.8.8', '10.0.0.1'],
    ],
    ['Cannot dial "[::1]:80": egress.deny has "::1": ::1 is loopback', { deny: ['::1'] }, '[::1]', undefined],
  ])('says %s', (message, rules, host, addresses) => {
    expect(judge(rules, host, addresses)).toBe(message);
  });
});
