import { toPrintable } from './printable.ts';

/** Who made a signature that is good. */
export interface Signer {
  readonly reason: 'GpgSignature' | 'SshSignature';
  /** Fingerprint of the key and who it is of. */
  readonly name: string;
}

/** Says whose a good signature is, by what gpg or ssh-keygen said to git; null when neither says. */
export function findSigner(said: string): Signer | null {
  const ssh = /^Good "git" signature for (.+) with (\S+) key (SHA256:\S+)$/m.exec(said);
  if (ssh !== null) return { reason: 'SshSignature', name: `${ssh[3]} (${ssh[1]})` };
  const fingerprint = /^\[GNUPG:\] VALIDSIG ([0-9A-F]+)/m.exec(said)?.[1];
  const owner = /^\[GNUPG:\] GOODSIG \S+ (.*)$/m.exec(said)?.[1];
  if (fingerprint === undefined || owner === undefined) return null;
  return { reason: 'GpgSignature', name: `${fingerprint} (${owner})` };
}

/** What gpg's status lines (its DETAILS document) and ssh-keygen's words mean; the first that fits. */
const FAULTS: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [
    /^\[GNUPG:\] BADSIG (\S+)/m,
    ([, key]) => `its signature by ${key} is bad: it was changed after it was signed`,
  ],
  [/^\[GNUPG:\] REVKEYSIG (\S+)/m, ([, key]) => `it is signed by ${key}, which was revoked`],
  [/^\[GNUPG:\] EXPKEYSIG (\S+)/m, ([, key]) => `it is signed by ${key}, which has expired`],
  [/^\[GNUPG:\] EXPSIG (\S+)/m, ([, key]) => `its signature by ${key} has expired`],
  [
    /^\[GNUPG:\] (?:NO_PUBKEY|ERRSIG) (\S+)/m,
    ([, key]) => `it is signed by ${key}, which is none of the keys in settings`,
  ],
  [
    /No principal matched|key is not allowed|Could not verify signature/i,
    () => 'it is signed by an SSH key that is none of those in settings',
  ],
  [/Signature verification failed|incorrect signature/i, () => 'its SSH signature is bad'],
];

/** Says what is wrong with a signature that git does not call good. */
export function findFault(said: string): string {
  for (const [sign, describe] of FAULTS) {
    const found = sign.exec(said);
    if (found !== null) return describe(found);
  }
  const text = toPrintable(said.trim()).slice(0, 200);
  return text === '' || /no signature found/.test(text) ? 'it is not signed' : text;
}
