import { describe, expect, it } from 'vitest';
import { type EgressTarget, parseEgressRule } from '../src/egress-rule.ts';

function toRange(network: string, prefix: number): EgressTarget {
  return { kind: 'range', network, prefix, family: network.includes(':') ? 'ipv6' : 'ipv4' };
}

const TARGETS: readonly (readonly [string, EgressTarget])[] = [
  ['all', { kind: 'all' }],
  ['private', { kind: 'reach', reach: 'private' }],
  ['public', { kind: 'reach', reach: 'public' }],
  ['10.0.0.0/8', toRange('10.0.0.0', 8)],
  ['0.0.0.0/0', toRange('0.0.0.0', 0)],
  ['10.1.2.3', toRange('10.1.2.3', 32)],
  ['[fd00::/8]', toRange('fd00::', 8)],
  ['[::1]', toRange('::1', 128)],
  ['example.com', { kind: 'host', name: 'example.com', below: false }],
  ['localhost', { kind: 'host', name: 'localhost', below: false }],
  ['my_service', { kind: 'host', name: 'my_service', below: false }],
  ['*.example.com', { kind: 'host', name: 'example.com', below: true }],
  ['Example.COM.', { kind: 'host', name: 'example.com', below: false }],
  ['*.bücher.example', { kind: 'host', name: 'xn--bcher-kva.example', below: true }],
];

describe('parseEgressRule()', () => {
  it.each(TARGETS)('reads %s, with a port and without', (text, target) => {
    expect(parseEgressRule(text)).toEqual({ text, target, port: null });
    expect(parseEgressRule(`${text}:443`)).toEqual({ text: `${text}:443`, target, port: 443 });
  });

  it.each([
    ['::1', toRange('::1', 128)],
    ['fd00::/8', toRange('fd00::', 8)],
    ['::/0', toRange('::', 0)],
    ['fd00::443', toRange('fd00::443', 128)],
  ])('reads %s, which has no port since it has no brackets', (text, target) => {
    expect(parseEgressRule(text)).toEqual({ text, target, port: null });
  });

  it.each([
    '',
    ' ',
    '*',
    ':443',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '10.0.0.0/8:0',
    '10.0.0.0/8:65536',
    '10.0.0.0/8:https',
    '[10.0.0.0/8]:443',
    '::/129',
    'fe80::1%eth0',
    '[::1',
    '[]:80',
    '10.0.0',
    '10.1',
    '127.0.0.1.',
    '0x7f000001',
    '2130706433',
    '300.1.1.1',
    'a b',
    'a..b',
    '*example.com',
    'a.*.example.com',
    'example.com/24',
    'a:b:c',
    '::1/x',
    'example.com?a',
    'example.com#a',
    'user@example.com',
    'example%2ecom',
    'https://example.com',
    'example.com:443/path',
    'private, all',
  ])('refuses %j', (text) => {
    expect(parseEgressRule(text)).toBeNull();
  });
});
