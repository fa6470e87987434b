import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import {
  signKong,
  signStandard,
  verifyKongSignature,
  verifyStandardSignature,
} from '../../src/deliver/signature.ts';

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
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

  it('signs as the libraries of Standard Webhooks test it', () => {
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330' };
    const signature = signStandard({ secret, body: '{"test": 2432232314}' }, message);
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
    expect(
      verifyStandardSignature(
        { ...message, signature: `v1,AAAA ${signature}` },
        { secret, body: '{"test": 2432232314}' },
      ),
    ).toBe(true);
  });

  it.each([secret, 'hunter2'])('is verified by the official library, with secret %s', (one) => {
    const body = '{"some":"data"}';
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = signStandard({ secret: one, body }, { id: 'id-1', timestamp });
    const webhook = new Webhook(one.startsWith('whsec_') ? one : Buffer.from(one).toString('base64'));
    const headers = { 'webhook-id': 'id-1', 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    expect(webhook.verify(body, headers)).toEqual({ some: 'data' });
  });
});
