import { createHash } from 'node:crypto';

const VALIDITY = /(?<=^|[\s,])valid-(before|after)="(\d{8}(?:\d{4}(?:\d{2})?)?)(Z?)/gi;
const SSH_KEY = /(?:^|\s)(?:ssh|ecdsa|sk)-[\w.@-]+\s+([A-Za-z0-9+/]+=*)/;

/** The lines of a text in the format of allowed signers (ssh-keygen(1)), without those that are blank. */
export function toSignerLines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/**
 * Whether a line of allowed signers holds at this time. git itself goes by the date in the commit, which whoever signs
 * chooses: a key that is over could sign what is dated back.
 */
export function isInForce(line: string, now: number): boolean {
  return [...line.matchAll(VALIDITY)].every(([, side = '', digits = '', zone = '']) => {
    const at = toMs(digits, zone !== '');
    return side.toLowerCase() === 'before' ? now <= at : now >= at;
  });
}

/** YYYYMMDD[HHMM[SS]], in local time or with a Z in UTC, as ssh-keygen reads it. */
function toMs(digits: string, isUtc: boolean): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = [
    digits.slice(0, 4),
    ...(digits.slice(4).match(/../g) ?? []),
  ].map(Number);
  return isUtc
    ? Date.UTC(year, month - 1, day, hour, minute, second)
    : new Date(year, month - 1, day, hour, minute, second).getTime();
}

/** The fingerprint of a line's key, as ssh-keygen shows it; empty for a line without one. */
export function toFingerprint(line: string): string {
  const [, blob] = SSH_KEY.exec(line) ?? [];
  if (blob === undefined) return '';
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}
