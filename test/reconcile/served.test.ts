import { describe, expect, it } from 'vitest';
import { toReadRevision } from '../../src/reconcile/served.ts';

const SHA = '9fceb02d0ae598e95dc970b74767f19372d61af8';
const HELD = '+held@sha256:0123456789abcdef';

describe('toReadRevision()', () => {
  it.each([
    [`main@sha1:${SHA}`, ''],
    [`main@sha1:${SHA}`, HELD],
    [`dir@sha256:${'a'.repeat(64)}`, HELD],
    [`x${HELD}@sha1:${SHA}`, ''],
    [`x${HELD}@sha1:${SHA}`, HELD],
  ])('of %s with "%s" behind it is the first', (revision, suffix) => {
    expect(toReadRevision(revision + suffix)).toBe(revision);
  });

  it.each(['0', 'f', ' ', '\n', '+held@sha256:'])('leaves alone what has %j behind that', (more) => {
    const revision = `main@sha1:${SHA}${HELD}${more}`;
    expect(toReadRevision(revision)).toBe(revision);
  });
});
