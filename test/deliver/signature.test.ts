import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import {
  signKong,
  signStandard,
  verifyKongSignature,
  verifyStandardSignature,
} from '../../src/deliver/signature.ts';
import { parseSigningKey } from '../../src/deliver/signing-key.ts';
import { SecretError } from '../../src/secrets/reference.ts';

describe('signKong()', () => {
  it('signs as the reference does', () => {
    const signed = { secret: 'hunter2', body: 'foobar' };
    expect(signKong(signed, 'sha1')).toBe('sha1=47632029fcc7936dc59ff90b5bb736a44c74ab62');
    expect(signKong(signed, 'sha256')).toBe(
      'sha256=5a358840a04feeb31ef3f2ee5025f9c8ca772beece1dabc628a84dc946809eea',
    );
  });

  it('is verified for the right body only', () => {
    const signature = signKong({ secret: 'hunter2', body: 'foobar' }, 'sha1');
    expect(verifyKongSignature(signature, { secret: 'hunter2', body: 'foobar' })).toBe(true);
    expect(verifyKongSignature(signature, { secret: 'hunter2', body: 'foobaz' })).toBe(false);
    expect(verifyKongSignature('md5=00', { secret: 'hunter2', body: 'foobar' })).toBe(false);
  });
});

describe('signStandard()', () => {
  const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  /** With its public half behind it. */
  const PRIVATE =
    'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
  const PUBLIC = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
  const MESSAGE = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    body: '{"test": 2432232314}',
  };
  const signWith = (...secrets: readonly string[]): string =>
    signStandard(secrets.map(parseSigningKey), MESSAGE);

  it('signs as the libraries of Standard Webhooks test it', () => {
    const signature = signWith(SECRET);
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
    expect(verifyStandardSignature({ ...MESSAGE, signature: `v1,AAAA ${signature}` }, SECRET)).toBe(true);
  });

  it('signs with a private key as the server of its first users tests it', () => {
    const signature =
      'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==';
    expect(signWith(PRIVATE)).toBe(signature);
    const seed = Buffer.from(PRIVATE.slice(5), 'base64').subarray(0, 32);
    expect(signWith(`whsk_${seed.toString('base64')}`)).toBe(signature);
  });

  it('signs with each key of a rotation, so that a receiver may have either', () => {
    const signature = signWith('whsec_bmV3', SECRET, PRIVATE);
    expect(signature.split(' ').map((one) => one.split(',')[0])).toEqual(['v1', 'v1', 'v1a']);
    for (const secret of ['whsec_bmV3', SECRET, PRIVATE, PUBLIC])
      expect(verifyStandardSignature({ ...MESSAGE, signature }, secret)).toBe(true);
    for (const secret of ['whsec_b2xk', 'hunter2', `whpk_${Buffer.alloc(32, 7).toString('base64')}`])
      expect(verifyStandardSignature({ ...MESSAGE, signature }, secret)).toBe(false);
  });

  it.each([
    ['another body', { body: '{}' }],
    ['another id', { id: 'msg' }],
    ['another time', { timestamp: '1614265331' }],
    ['no signature', { signature: '' }],
    ['one of nothing', { signature: 'v1a, v1,' }],
    ['one that is no base64', { signature: 'v1a,*** v1,***' }],
  ])('is not verified with %s', (_what, change) => {
    const message = { ...MESSAGE, signature: signWith(SECRET, PRIVATE), ...change };
    expect([SECRET, PUBLIC, PRIVATE].map((secret) => verifyStandardSignature(message, secret))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('is looked for among the first 16 that are given: each takes time, and anyone may send more', () => {
    const wrong = (count: number): string => `v1a,${Buffer.alloc(64).toString('base64')} `.repeat(count);
    for (const [before, is] of [
      [15, true],
      [16, false],
    ] as const) {
      const message = { ...MESSAGE, signature: wrong(before) + signWith(PRIVATE) };
      expect(verifyStandardSignature(message, PUBLIC)).toBe(is);
    }
  });

  it.each([SECRET, 'hunter2'])('is verified by the official library, with secret %s', (secret) => {
    const body = '{"some":"data"}';
    const timestamp = String(Math.floor(Date.now() / 1000));
    const keys = [PRIVATE, 'another', secret].map(parseSigningKey);
    const signature = signStandard(keys, { id: 'id-1', timestamp, body });
    const webhook = new Webhook(
      secret.startsWith('whsec_') ? secret : Buffer.from(secret).toString('base64'),
    );
    const headers = { 'webhook-id': 'id-1', 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    expect(webhook.verify(body, headers)).toEqual({ some: 'data' });
  });
});

describe('parseSigningKey()', () => {
  it.each([
    ['', 'empty'],
    ['whsec_', 'empty'],
    ['whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=', 'is a public key'],
    ['whsk_', 'must be a private key'],
    ['whsk_AAAA', 'must be a private key'],
    [`whsk_${Buffer.alloc(48).toString('base64')}`, 'must be a private key'],
    [`whsk_${Buffer.alloc(64, 1).toString('base64')}`, 'that of another key'],
  ])('refuses "%s" and does not repeat it', (secret, message) => {
    expect(() => parseSigningKey(secret)).toThrow(SecretError);
    expect(() => parseSigningKey(secret)).toThrow(message);
  });
});
