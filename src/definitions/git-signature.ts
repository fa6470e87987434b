import { toPrintable } from './printable.ts';

/** What there is to say of a signature. */
export type Signature =
  | {
      readonly kind: 'good';
      readonly by: 'gpg' | 'ssh';
      /** Fingerprint: of the primary key (GPG), or SHA256:… */
      readonly key: string;
      /** User id (GPG) or principal (SSH). */
      readonly who: string;
    }
  | { readonly kind: 'unknown'; readonly key: string }
  /** `why` goes on after "it" or "its". */
  | { readonly kind: 'bad'; readonly why: string };

/** One line of gpg's machine-readable output. */
interface StatusLine {
  readonly keyword: string;
  readonly fields: readonly string[];
}

const STATUS_MARK = '[GNUPG:] ';
/** gpg says exactly one of these for each signature. */
const VERDICTS = ['GOODSIG', 'EXPSIG', 'EXPKEYSIG', 'REVKEYSIG', 'BADSIG', 'ERRSIG'];
/** What gpg gives as the reason of ERRSIG when it has not got the key. */
const MISSING_KEY = '9';
const GOOD_SSH = /^Good "git" signature for (.+) with \S+ key (SHA256:\S+)$/m;
const UNKNOWN_SSH = /^Good "git" signature with \S+ key (SHA256:\S+)$/m;
const SIGNERS_LINE = /allowed_signers:\d+: (.+)$/m;
/** Shown of what a signer may have chosen. */
const MAX_SHOWN = 200;

/**
 * Reads what `git verify-commit --raw` and `git verify-tag --raw` wrote to standard error. Only an ending of 0 together
 * with exactly the words of one good signature makes it good; whatever is not understood is bad.
 */
export function parseSignature({ stderr, endedWell }: { stderr: string; endedWell: boolean }): Signature {
  const lines = stderr.split('\n').filter((line) => line.startsWith(STATUS_MARK));
  if (lines.length > 0) return parseGpg(lines.map(toStatusLine), endedWell);
  const [, who, key] = GOOD_SSH.exec(stderr) ?? [];
  if (endedWell && who !== undefined && key !== undefined)
    return { kind: 'good', by: 'ssh', key, who: toShown(who) };
  const [, stranger] = UNKNOWN_SSH.exec(stderr) ?? [];
  if (stranger !== undefined) return toRefusedLine(stderr, stranger) ?? { kind: 'unknown', key: stranger };
  if (/incorrect signature/.test(stderr))
    return { kind: 'bad', why: 'it was changed after it was signed: the SSH signature is bad' };
  if (stderr.trim() === '' || /no signature found/.test(stderr))
    return { kind: 'bad', why: 'it has no signature of GPG or SSH' };
  return { kind: 'bad', why: `its signature cannot be checked: ${toShown(stderr.trim())}` };
}

/** A line of allowed signers that ssh-keygen could not use may be the one that was meant. */
function toRefusedLine(stderr: string, key: string): Signature | null {
  const [, why] = SIGNERS_LINE.exec(stderr) ?? [];
  return why === undefined
    ? null
    : {
        kind: 'bad',
        why: `it is signed by ${key}, and a line of ssh_signers does not hold: ${toShown(why)}`,
      };
}

function toStatusLine(line: string): StatusLine {
  const [keyword = '', ...fields] = line.slice(STATUS_MARK.length).trimEnd().split(' ');
  return { keyword, fields };
}

function parseGpg(lines: readonly StatusLine[], endedWell: boolean): Signature {
  const verdicts = lines.filter(({ keyword }) => VERDICTS.includes(keyword));
  const valid = lines.filter(({ keyword }) => keyword === 'VALIDSIG');
  const [verdict] = verdicts;
  if (verdict === undefined || verdicts.length > 1)
    return {
      kind: 'bad',
      why: `it has ${verdicts.length} signatures of GPG that can be read instead of one`,
    };
  const [keyId = '', ...rest] = verdict.fields;
  const fingerprint = valid[0]?.fields.at(-1);
  const who = toShown(rest.join(' '));
  const signer = `${fingerprint ?? keyId} (${who})`;
  switch (verdict.keyword) {
    case 'GOODSIG':
      return endedWell && valid.length === 1 && fingerprint !== undefined
        ? { kind: 'good', by: 'gpg', key: fingerprint, who }
        : { kind: 'bad', why: `its signature by ${signer} is not valid` };
    case 'EXPSIG':
      return { kind: 'bad', why: `its signature by ${signer} has expired` };
    case 'EXPKEYSIG':
      return { kind: 'bad', why: `it is signed by ${signer}, and that key has expired` };
    case 'REVKEYSIG':
      return { kind: 'bad', why: `it is signed by ${signer}, and that key is revoked` };
    case 'BADSIG':
      return { kind: 'bad', why: `it was changed after it was signed: the signature by ${signer} is bad` };
    default:
      return toUnreadable(keyId, rest);
  }
}

/** ERRSIG: algorithms, class, time, reason and the fingerprint when the signature holds it. */
function toUnreadable(keyId: string, fields: readonly string[]): Signature {
  const [, , , , reason, fingerprint = '-'] = fields;
  const key = fingerprint === '-' ? keyId : fingerprint;
  return reason === MISSING_KEY
    ? { kind: 'unknown', key: toShown(key) }
    : { kind: 'bad', why: `its signature by ${toShown(key)} cannot be checked (gpg gives reason ${reason})` };
}

/** What a signer chose must neither steer a terminal nor fill a page. */
function toShown(text: string): string {
  return toPrintable(text.slice(0, MAX_SHOWN));
}
