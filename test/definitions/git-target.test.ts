import { describe, expect, it } from 'vitest';
import { findTarget, parseRemoteRefs } from '../../src/definitions/git-target.ts';
import type { GitRef } from '../../src/source-settings.ts';

const SHA = '9fceb02d0ae598e95dc970b74767f19372d61af8';
const URL = 'https://example.com/hooks.git';

/** What is found where a remote says of itself what it likes. */
function find(ref: GitRef, listing: string): string {
  return findTarget(ref, { refs: parseRemoteRefs(listing), url: URL }).label;
}

function labelOfHead(name: string): string {
  return find({ kind: 'head' }, `ref: refs/heads/${name}\tHEAD\n${SHA}\tHEAD\n`);
}

describe('the label of a default branch', () => {
  it.each(['main', 'a/b.c-d_e', 'fix+#7=@x', 'größe/日本'])('is its name: %s', (name) => {
    expect(labelOfHead(name)).toBe(name);
  });

  it.each([
    'x+held@sha256:0123456789abcdef',
    'x@sha1:0',
    'x;curl$IFS-o|sh',
    'x`id`',
    "x'",
    'x"',
    '-x',
    'a b',
    '\u001b[2Jx',
    'x\r',
    'x\u202ey',
    'x'.repeat(201),
    '',
  ])('is HEAD where its name could be taken for something else: %j', (name) => {
    expect(labelOfHead(name)).toBe('HEAD');
  });
});

describe('findTarget()', () => {
  it('takes for a version only what is one to the letter', () => {
    const listing = ['1.0.0', '1.9.0\r', '1.9.1 ', '1.9.2\u00a0', '\u20281.9.3']
      .map((tag) => `${SHA}\trefs/tags/${tag}\n`)
      .join('');
    expect(find({ kind: 'semver', range: '^1', tagPrefix: '' }, listing)).toBe('1.0.0');
  });

  it('names what is there in one line that is safe to print', () => {
    const listing = `${SHA}\trefs/heads/\u001b[2Jmain\n${SHA}\trefs/heads/${'x'.repeat(5_000)}\n`;
    const refused = (): string => find({ kind: 'branch', name: 'main' }, listing);
    expect(refused).toThrow(/it has ·\[2Jmain, x{100}…$/);
  });
});
