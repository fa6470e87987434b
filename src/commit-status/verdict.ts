import { toPrintable } from '../definitions/printable.ts';
import type { Incoming } from '../deliver/http-client.ts';
import { toRetryAt } from '../deliver/retry.ts';
import { isJsonObject } from '../event.ts';
import type { CommitStatusSettings } from '../source-settings.ts';
import type { CommitState } from './commit-status.ts';
import { isSameStateAtGitLab, TOKEN_NEEDS } from './hosts.ts';

/** What the answer of a host means. */
export type Verdict =
  | { readonly kind: 'posted' }
  /** It could not be taken now. `at` is when the host wants to hear of it again, ms since the epoch; null: it does not say. */
  | { readonly kind: 'retry'; readonly at: number | null; readonly message: string }
  /** It will not be taken until somebody does something: for any commit, or for this one. The message says what. */
  | { readonly kind: 'refused'; readonly scope: 'source' | 'commit'; readonly message: string };

type Answer = Extract<Incoming, { kind: 'answer' }>;

/** What an answer is judged by. */
interface VerdictFacts {
  readonly settings: CommitStatusSettings;
  /** What was posted. */
  readonly state: CommitState;
  /** ms since the epoch. */
  readonly now: number;
}

/** What a host that is limited for reasons of its own asks for at least, in its documentation. */
const MIN_LIMITED_MS = 60_000;
/** Statuses below 500 that pass: too slow, another update under way (GitLab), too early, too many. */
const PASSING = new Set([408, 409, 425, 429]);
const MAX_QUOTED = 200;

/** Says what an answer means, or that there was none. */
export function judgeAnswer(incoming: Incoming, facts: VerdictFacts): Verdict {
  if (incoming.kind === 'error') return { kind: 'retry', at: null, message: incoming.message };
  const { status } = incoming;
  const quoted = quote(incoming.body);
  if (status >= 200 && status < 300) return { kind: 'posted' };
  const { settings, state, now } = facts;
  if (settings.host === 'gitlab' && status === 400 && isSameStateAtGitLab(state, quoted))
    return { kind: 'posted' };
  const message = `${settings.host} answered ${status}${quoted === '' ? '' : ` (${quoted})`}`;
  if (isLimited(incoming)) return { kind: 'retry', at: toLimitEnd(incoming, now), message };
  if (status >= 500 || PASSING.has(status))
    return { kind: 'retry', at: toRetryAt(incoming.headers['retry-after'], now), message };
  const scope = status === 401 || status === 403 ? 'source' : 'commit';
  return { kind: 'refused', scope, message: `${message}: ${toAdvice(status, settings)}` };
}

/** GitHub answers 403 as well as 429 to whoever asks too often. */
function isLimited({ status, headers, body }: Answer): boolean {
  if (status === 429) return true;
  const says = headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0';
  return status === 403 && (says || /rate limit/i.test(body));
}

function toLimitEnd({ headers }: Answer, now: number): number {
  const asked = toRetryAt(headers['retry-after'], now);
  if (asked !== null) return asked;
  const reset = Number(headers['x-ratelimit-reset']);
  return headers['x-ratelimit-remaining'] === '0' && Number.isFinite(reset)
    ? reset * 1000
    : now + MIN_LIMITED_MS;
}

function toAdvice(status: number, { host, repository }: CommitStatusSettings): string {
  switch (status) {
    case 401:
      return `the token is not valid (any more): set another, ${TOKEN_NEEDS[host]}`;
    case 403:
      return `the token may not set statuses of "${repository}": ${TOKEN_NEEDS[host]}`;
    case 404:
      return `it knows no such commit of "${repository}", or the token may not see it: check "repository" and "api", and what the token may do; ${TOKEN_NEEDS[host]}`;
    default:
      return `it does not take this status: check "api", "repository" and "context" of commit_status`;
  }
}

/** What a host says of a failure, in one line. */
function quote(body: string): string {
  const said = parseMessage(body);
  const text = typeof said === 'string' ? said : said === undefined ? body : JSON.stringify(said);
  return toPrintable(text.trim()).slice(0, MAX_QUOTED);
}

/** Undefined when the body is no JSON object with one. */
function parseMessage(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body);
    return isJsonObject(parsed) ? (parsed.message ?? parsed.error) : undefined;
  } catch {
    return undefined;
  }
}
