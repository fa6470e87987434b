import { createHmac, timingSafeEqual } from 'node:crypto';

/** Algorithms of `x-kong-signature`. */
export type KongAlgorithm = 'sha1' | 'sha256';

/** A body with the secret it is signed with. */
interface Signed {
  readonly secret: string;
  readonly body: string | Buffer;
}

/** `x-kong-signature`: the algorithm and the hex HMAC of the body. The secret is used as it is written. */
export function signKong({ secret, body }: Signed, algorithm: KongAlgorithm): string {
  return `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
}

/** What Standard Webhooks signs besides the body. */
interface StandardMessage {
  /** `webhook-id`. */
  readonly id: string;
  /** `webhook-timestamp`, Unix seconds. */
  readonly timestamp: string;
}

const STANDARD_PREFIX = 'whsec_';

/** `webhook-signature` in version v1 (Standard Webhooks 1.0.0): HMAC-SHA256 over `id.timestamp.body`, base64. */
export function signStandard({ secret, body }: Signed, { id, timestamp }: StandardMessage): string {
  const signature = createHmac('sha256', toStandardKey(secret))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest('base64');
  return `v1,${signature}`;
}

/** A secret `whsec_…` is base64, any other is taken as the bytes it is written with. */
function toStandardKey(secret: string): Buffer {
  return secret.startsWith(STANDARD_PREFIX)
    ? Buffer.from(secret.slice(STANDARD_PREFIX.length), 'base64')
    : Buffer.from(secret);
}

/** Whether `x-kong-signature` is right for a body, in either algorithm. */
export function verifyKongSignature(signature: string, signed: Signed): boolean {
  const [algorithm] = signature.split('=');
  if (algorithm !== 'sha1' && algorithm !== 'sha256') return false;
  return isSame(signature, signKong(signed, algorithm));
}

/** Whether `webhook-signature` holds a right signature for a body; it may list several. */
export function verifyStandardSignature(
  { id, timestamp, signature }: StandardMessage & { readonly signature: string },
  signed: Signed,
): boolean {
  const expected = signStandard(signed, { id, timestamp });
  return signature.split(' ').some((one) => isSame(one, expected));
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
