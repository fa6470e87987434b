import { createHmac, type KeyObject, sign, verify } from 'node:crypto';
import { isSameSecret } from '../same-secret.ts';
import { parsePublicKey, parseSigningKey, type SigningKey } from './signing-key.ts';

/** How a signature with a private key begins. */
const ASYMMETRIC = 'v1a,';

/** Algorithms of `x-kong-signature`. */
export type KongAlgorithm = 'sha1' | 'sha256';

/** A body with a secret it is signed with. */
interface Signed {
  readonly secret: string;
  readonly body: string | Buffer;
}

/** `x-kong-signature`: the algorithm and the hex HMAC of the body. The secret is used as it is written. */
export function signKong({ secret, body }: Signed, algorithm: KongAlgorithm): string {
  return `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
}

/** What Standard Webhooks signs. */
interface StandardMessage {
  /** `webhook-id`. */
  readonly id: string;
  /** `webhook-timestamp`, Unix seconds. */
  readonly timestamp: string;
  readonly body: string | Buffer;
}

/**
 * `webhook-signature` (Standard Webhooks 1.0.0): `v1,` and the HMAC-SHA256 over `id.timestamp.body`, or `v1a,` and the
 * Ed25519 signature of it, in base64; one for each key, so that a receiver may know the old or the new one of a rotation.
 */
export function signStandard(keys: readonly SigningKey[], message: StandardMessage): string {
  return keys.map((key) => signOne(key, message)).join(' ');
}

function signOne(key: SigningKey, message: StandardMessage): string {
  if (key.kind === 'private')
    return `${ASYMMETRIC}${sign(null, toBytes(message), key.key).toString('base64')}`;
  return `v1,${createHmac('sha256', key.bytes).update(toBytes(message)).digest('base64')}`;
}

function toBytes({ id, timestamp, body }: StandardMessage): Buffer {
  return Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
}

/** Whether `x-kong-signature` is right for a body, in either algorithm. */
export function verifyKongSignature(signature: string, signed: Signed): boolean {
  const [algorithm] = signature.split('=');
  if (algorithm !== 'sha1' && algorithm !== 'sha256') return false;
  return isSameSecret(signature, signKong(signed, algorithm));
}

/** Signatures of one request that are looked at: to check one takes milliseconds, and anyone may send a thousand. */
const MAX_SIGNATURES = 16;

/**
 * Whether `webhook-signature` holds a right signature; it may list several, of which the first 16 count. The secret is one that is shared, the private
 * key, or the public one (`whpk_…`). Throws SecretError for a secret that is none.
 */
export function verifyStandardSignature(
  { signature, ...message }: StandardMessage & { readonly signature: string },
  secret: string,
): boolean {
  const publicKey = parsePublicKey(secret);
  const given = signature.split(' ', MAX_SIGNATURES);
  if (publicKey !== null) return given.some((one) => isSigned(one, message, publicKey));
  const expected = signOne(parseSigningKey(secret), message);
  return given.some((one) => isSameSecret(one, expected));
}

function isSigned(signature: string, message: StandardMessage, key: KeyObject): boolean {
  if (!signature.startsWith(ASYMMETRIC)) return false;
  const bytes = Buffer.from(signature.slice(ASYMMETRIC.length), 'base64');
  return verify(null, toBytes(message), key, bytes);
}
