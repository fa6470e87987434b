import { hash, timingSafeEqual } from 'node:crypto';

/**
 * Whether two texts are the same, in a time that says nothing of either: their digests are compared, so neither content
 * nor length shows. Whatever is a secret, or made of one, is compared by this and nothing else.
 */
export function isSameSecret(given: string | Buffer, expected: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'));
}
