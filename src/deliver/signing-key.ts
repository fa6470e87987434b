import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { SecretError } from '../secrets/reference.ts';

/** What bodies are signed with. */
export type SigningKey =
  /** A secret both sides know: HMAC. `text` is the secret as it is written, `bytes` what Standard Webhooks takes it for. */
  | { readonly kind: 'shared'; readonly text: string; readonly bytes: Buffer }
  /** A private key of Ed25519, whose public half is published. */
  | { readonly kind: 'private'; readonly key: KeyObject };

const SHARED_PREFIX = 'whsec_';
const PRIVATE_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';
/** Bytes of a private key; behind them may stand those of its public half. */
const SEED_BYTES = 32;
/** What stands before the bytes of a private key in PKCS #8, and of a public one in SPKI (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Reads a secret: `whsec_` and base64 is a shared one, `whsk_` and base64 a private key of 32 bytes, with its public half
 * behind it or without (Standard Webhooks 1.0.0); any other text is shared as the bytes it is written with. Throws SecretError.
 */
export function parseSigningKey(text: string): SigningKey {
  if (text.startsWith(PRIVATE_PREFIX)) return { kind: 'private', key: toPrivateKey(text) };
  if (text.startsWith(PUBLIC_PREFIX))
    throw new SecretError(`a secret ${PUBLIC_PREFIX}… is a public key: it verifies and cannot sign`);
  const isEncoded = text.startsWith(SHARED_PREFIX);
  const bytes = isEncoded ? Buffer.from(text.slice(SHARED_PREFIX.length), 'base64') : Buffer.from(text);
  if (bytes.length === 0) throw new SecretError('the secret is empty: anyone could sign with it');
  return { kind: 'shared', text, bytes };
}

/** Reads a public key, `whpk_` and base64; null when a text is none. */
export function parsePublicKey(text: string): KeyObject | null {
  if (!text.startsWith(PUBLIC_PREFIX)) return null;
  const bytes = Buffer.from(text.slice(PUBLIC_PREFIX.length), 'base64');
  if (bytes.length !== SEED_BYTES) return null;
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' });
}

function toPrivateKey(text: string): KeyObject {
  const bytes = Buffer.from(text.slice(PRIVATE_PREFIX.length), 'base64');
  if (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES)
    throw new SecretError(`a secret ${PRIVATE_PREFIX}… must be a private key of Ed25519 in base64`);
  const seed = bytes.subarray(0, SEED_BYTES);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const half = bytes.subarray(SEED_BYTES);
  if (half.length > 0 && !half.equals(toPublicBytes(key)))
    throw new SecretError(`the public half of a secret ${PRIVATE_PREFIX}… is that of another key`);
  return key;
}

/** The public half of a private key. */
export function toPublicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
}
