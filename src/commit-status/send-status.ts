import type { Clock } from '../clock.ts';
import { PLAIN } from '../deliver/connections.ts';
import type { HttpClient } from '../deliver/http-client.ts';
import { toMessage } from '../errors.ts';
import type { CommitStatusSettings } from '../source-settings.ts';
import type { CommitStatus } from './commit-status.ts';
import { toStatusRequest } from './hosts.ts';
import { judgeAnswer, type Verdict } from './verdict.ts';

/** What sending works with. */
export interface SendParts {
  readonly send: HttpClient['send'];
  /** The value behind a reference. Throws when there is none. */
  readonly resolve: (text: string) => string;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
}

const REQUEST_TIMEOUT_MS = 30_000;

/** Sends a status to its host, once, by the token there is now. Never rejects; the verdict holds no secret. */
export async function sendStatus(
  status: CommitStatus,
  { settings, send, resolve, redact, clock }: SendParts & { readonly settings: CommitStatusSettings },
): Promise<Verdict> {
  let token: string;
  try {
    token = resolve(settings.token);
  } catch (error) {
    const message = `the token cannot be had: ${redact(toMessage(error))}`;
    return { kind: 'refused', scope: 'source', message };
  }
  const request = toStatusRequest(settings, { status, token });
  const incoming = await send({ ...request, timeoutMs: REQUEST_TIMEOUT_MS, ...PLAIN });
  const verdict = judgeAnswer(incoming, { settings, state: status.state, now: clock.now() });
  return verdict.kind === 'posted' ? verdict : { ...verdict, message: redact(verdict.message) };
}
