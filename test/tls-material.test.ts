import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { findTlsFaults } from '../src/tls-material.ts';
import { createAuthority } from './helpers/certificates.ts';

const authority = createAuthority();
const other = createAuthority('Another');
const { cert, key } = authority.issue('client.example');
const NOTHING = { ca: null, cert: null, key: null };

function openssl(args: readonly string[], input: string): string {
  return execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();
}

describe('findTlsFaults()', () => {
  it.each([
    ['nothing', NOTHING],
    ['an authority', { ...NOTHING, ca: authority.ca }],
    ['several, with words between them', { ...NOTHING, ca: `one\n${authority.ca}two\n${other.ca}` }],
    ['a certificate with its key', { ...NOTHING, cert, key }],
    ['one with its chain behind it', { ...NOTHING, cert: cert + authority.ca, key }],
    ['a key in the older form', { ...NOTHING, cert, key: openssl(['ec'], key) }],
    [
      'lines of Windows',
      { ...NOTHING, cert: cert.replaceAll('\n', '\r\n'), key: key.replaceAll('\n', '\r\n') },
    ],
  ])('has no word against %s', (_what, material) => {
    expect(findTlsFaults(material)).toEqual([]);
  });

  it.each([
    ['ca', 'has no certificate in PEM', { ca: 'hunter2' }],
    ['ca', 'has no certificate in PEM', { ca: authority.ca.slice(0, -40) }],
    ['ca', 'has a certificate that does not end', { ca: authority.ca + other.ca.slice(0, 300) }],
    ['ca', 'has a certificate that cannot be read', { ca: authority.ca.replace(/\n.{20}/, '\nAAAA') }],
    ['cert', 'has no certificate in PEM', { cert: key }],
    ['key', 'has no private key in PEM', { key: cert }],
    ['key', 'has no private key in PEM', { key: key.slice(0, 80) }],
    [
      'key',
      'is encrypted: give it without a passphrase',
      { key: openssl(['pkcs8', '-topk8', '-passout', 'pass:hunter2'], key) },
    ],
    [
      'key',
      'is encrypted: give it without a passphrase',
      { key: openssl(['ec', '-aes128', '-passout', 'pass:hunter2'], key) },
    ],
    ['key', 'is not the key of the certificate', { cert, key: other.issue('b').key }],
    ['key', 'is not the key of the certificate', { cert: authority.ca + cert, key }],
  ] as const)('says of %s that it %s', (part, message, material) => {
    const faults = findTlsFaults({ ...NOTHING, ...material });
    expect(faults).toEqual([{ part, message: expect.stringContaining(message) }]);
    expect(JSON.stringify(faults)).not.toMatch(/hunter2|BEGIN/);
  });

  it('reads beginnings without an end in a time that grows with their number only', () => {
    const ca = '-----BEGIN CERTIFICATE-----'.repeat(38_000);
    const startedAt = performance.now();
    expect(findTlsFaults({ ...NOTHING, ca })).toEqual([{ part: 'ca', message: 'has no certificate in PEM' }]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('names everything that is wrong', () => {
    const faults = findTlsFaults({ ca: 'a', cert: 'b', key: 'c' });
    expect(faults.map(({ part }) => part)).toEqual(['ca', 'cert', 'key']);
  });
});
