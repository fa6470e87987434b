import { describe, expect, it } from 'vitest';
import { parseSignature } from '../../src/definitions/git-signature.ts';

const KEY = 'E2BF7B080895EC0B';
const FINGERPRINT = 'AA6D19E229A6AF85447B76B1E2BF7B080895EC0B';
const GOOD = `[GNUPG:] GOODSIG ${KEY} Ada <ada@example.com>`;
const VALID = `[GNUPG:] VALIDSIG 0123456789 2026-01-01 1795582697 0 4 0 22 8 00 ${FINGERPRINT}`;
const GOOD_SSH = 'Good "git" signature for ada with ED25519 key SHA256:abc';

describe('parseSignature()', () => {
  it('takes the words of one good signature after a good ending, and names the primary key', () => {
    expect(parseSignature({ stderr: `[GNUPG:] NEWSIG\n${GOOD}\n${VALID}\n`, endedWell: true })).toEqual({
      kind: 'good',
      by: 'gpg',
      key: FINGERPRINT,
      who: 'Ada <ada@example.com>',
    });
    expect(parseSignature({ stderr: `${GOOD_SSH}\n`, endedWell: true })).toEqual({
      kind: 'good',
      by: 'ssh',
      key: 'SHA256:abc',
      who: 'ada',
    });
  });

  it.each([
    ['a bad ending', `${GOOD}\n${VALID}`, false, 'is not valid'],
    ['a bad ending of ssh-keygen', GOOD_SSH, false, 'cannot be checked'],
    ['no VALIDSIG', GOOD, true, 'is not valid'],
    ['two of VALIDSIG', `${GOOD}\n${VALID}\n${VALID}`, true, 'is not valid'],
    ['two signatures', `${GOOD}\n${VALID}\n${GOOD}`, true, 'it has 2 signatures'],
    [
      'a good one and a bad one',
      `${GOOD}\n${VALID}\n[GNUPG:] BADSIG ${KEY} Eve`,
      true,
      'it has 2 signatures',
    ],
    ['no verdict', '[GNUPG:] NEWSIG', true, 'it has 0 signatures'],
    ['gpg and ssh-keygen at once', `[GNUPG:] NODATA 4\n${GOOD_SSH}`, true, 'it has 0 signatures'],
    [
      'an expired signature',
      `[GNUPG:] EXPSIG ${KEY} Ada\n${VALID}`,
      true,
      'by AA6D19E229A6AF85447B76B1E2BF7B080895EC0B (Ada) has expired',
    ],
    ['an expired key', `[GNUPG:] EXPKEYSIG ${KEY} Ada\n${VALID}`, true, 'that key has expired'],
    ['a revoked key', `[GNUPG:] REVKEYSIG ${KEY} Ada\n${VALID}`, true, 'that key is revoked'],
    [
      'an unknown algorithm',
      `[GNUPG:] ERRSIG ${KEY} 22 8 00 1795582697 4 -`,
      false,
      `by ${KEY} cannot be checked (gpg gives reason 4)`,
    ],
    ['nothing', '', true, 'it has no signature'],
    [
      'something else',
      'error: cannot run gpg: No such file',
      false,
      'cannot be checked: error: cannot run gpg',
    ],
  ])('refuses %s', (_what, stderr, endedWell, why) => {
    expect(parseSignature({ stderr, endedWell })).toEqual({
      kind: 'bad',
      why: expect.stringContaining(why),
    });
  });

  it.each([
    ['the fingerprint', `9 ${FINGERPRINT}`, FINGERPRINT],
    ['the id where an old signature holds no more', '9', KEY],
  ])('names an unknown key by %s', (_what, end, key) => {
    const stderr = `[GNUPG:] ERRSIG ${KEY} 22 8 00 1795582697 ${end}\n[GNUPG:] NO_PUBKEY ${KEY}`;
    expect(parseSignature({ stderr, endedWell: false })).toEqual({ kind: 'unknown', key });
  });

  it('shows no more of a user id than a line, and nothing that a terminal would act on', () => {
    const stderr = `[GNUPG:] GOODSIG ${KEY} \u001b[31m${'x'.repeat(5000)}\n${VALID}`;
    const { who } = parseSignature({ stderr, endedWell: true }) as { who: string };
    expect(who).toMatch(/^·\[31mx{195}$/);
  });
});
