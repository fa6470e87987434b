import { decodePercent } from '../percent.ts';
import { hideUsers, toShownUrl } from '../shown-url.ts';
import type { GitError } from './git-runner.ts';
import { toPrintable } from './printable.ts';
import { SourceError, type SourceFailure } from './source.ts';

/** What git said to a command that reached for a remote. */
export interface RemoteFailure {
  /** As it is used, and may name a user. */
  readonly url: string;
  readonly timeoutMs: number;
  /** Takes secrets out of text. */
  readonly redact: (text: string) => string;
}

/** By what git and ssh say in the C locale; the first that fits. */
const SIGNS: readonly (readonly [SourceFailure, RegExp])[] = [
  ['HostKeyRefused', /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/],
  [
    'AuthenticationFailed',
    /Authentication failed for|could not read (?:Username|Password)|returned error: 40[13]\b|Permission denied \(|Load key .*:/,
  ],
  ['RefNotFound', /not our ref|find remote ref|request for unadvertised object/],
];
/** What ssh prints to say how it went, which is asked for because it names the key a host offered. */
const CHATTER =
  /^(?:debug\d:|OpenSSH_|Authenticated to |Transferred: |Bytes per second: |@{10}|Warning: Permanently added)/;
const SAID_BY_SSH = /^(?:ssh:|kex_exchange|Load key|Connection |[^ ]+: Permission denied)/;
const OFFERED_KEY = /^debug1: Server host key: (.+)$/m;
const MAX_REASON = 300;

/** Says why a remote could not be asked. The message holds no secret, no user and no control character. */
export function toSourceError(error: GitError, { url, timeoutMs, redact }: RemoteFailure): SourceError {
  const shown = toShownUrl(url);
  const reason = error.timedOut
    ? 'Timeout'
    : (SIGNS.find(([, sign]) => sign.test(error.stderr))?.[0] ?? 'FetchFailed');
  const why = reason === 'Timeout' ? `it took longer than ${timeoutMs / 1000} s` : toWhy(error, reason);
  const clean = toPrintable(hideWho(redact(why), url)).slice(0, MAX_REASON);
  return new SourceError(reason, `Cannot fetch "${shown}": ${clean}`);
}

/** Who asks is in URLs, as git writes them, and before the host, as ssh does. */
function hideWho(text: string, url: string): string {
  const [user = ''] = /^[^\s:/@]+(?=@)/.exec(url) ?? [];
  const users = [user, URL.parse(url)?.username ?? ''].flatMap((name) => [name, decodePercent(name)]);
  return users
    .filter((name) => name !== '')
    .reduce((rest, name) => rest.replaceAll(`${name}@`, ''), hideUsers(text));
}

function toWhy({ stderr, message }: GitError, reason: SourceFailure): string {
  if (reason === 'HostKeyRefused') return toHostKeyText(stderr);
  const lines = stderr
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !CHATTER.test(line));
  const bySsh = lines.filter((line) => SAID_BY_SSH.test(line));
  const byGit = lines.filter((line) => /^(?:fatal|error|remote|ERR)\b/.test(line));
  return [...bySsh, ...byGit].slice(0, 3).join('; ') || message;
}

function toHostKeyText(stderr: string): string {
  const offered = OFFERED_KEY.exec(stderr)?.[1] ?? 'a key without a name';
  const isOther = stderr.includes('REMOTE HOST IDENTIFICATION HAS CHANGED');
  const known = isOther ? 'known_hosts has another key of the host' : 'known_hosts does not have it';
  return `the host key was refused: it offered ${offered}, and ${known}`;
}
