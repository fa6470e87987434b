import { describe, expect, it } from 'vitest';
import { toSourceError } from '../../src/definitions/git-failure.ts';
import { GitError } from '../../src/definitions/git-runner.ts';

const TOKEN = 'ghp_0123456789+abcdef';
const ENCODED = encodeURIComponent(TOKEN);

function messageOf(url: string, stderr: string): string {
  const error = new GitError('git failed', {
    exitCode: 128,
    stdout: Buffer.alloc(0),
    stderr,
    timedOut: false,
    interrupted: false,
  });
  return toSourceError(error, { url, timeoutMs: 1_000, redact: (text) => text }).message;
}

describe('what git says of a remote', () => {
  it.each([
    [`https://${ENCODED}@h/x.git`, `fatal: unable to access 'https://${ENCODED}@h/x.git/': it is down`],
    [`https://${ENCODED}@h/x.git`, `fatal: could not read Password for 'https://${TOKEN}@h': no terminal`],
    [`https://h/x.git`, `fatal: unable to access 'https://h/x.git/': proxy http://u:${TOKEN}@p:1 is down`],
    [`ssh://${ENCODED}@h/x.git`, `${TOKEN}@h: Permission denied (publickey).`],
    [`${TOKEN}@h:x.git`, `${TOKEN}@h: Permission denied (publickey).`],
  ])('never shows who asks %s', (url, stderr) => {
    const message = messageOf(url, stderr);
    expect(message).toMatch(/down|no terminal|h: Permission denied/);
    for (const user of [TOKEN, ENCODED]) expect(message).not.toContain(user);
  });
});
