import type { JsonObject } from '../event.ts';
import { toMs } from './duration.ts';
import type { AnswerFields, NoAnswer, TestAnswer, TestCase } from './hook-test.ts';

/** What comes of a request, written out. */
export interface Answer {
  /** How long the receiver takes, ms. */
  readonly afterMs: number;
  readonly outcome: Outcome;
}

type Outcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: 'none'; readonly reason: NoAnswer };

const DEFAULT_STATUS = 200;

/** Hands out the answers of a test: asked for each request of a hook in turn. */
export function createAnswers(answers: TestCase['answers']): (hook: string) => Answer {
  const asked = new Map<string, number>();
  return (hook) => {
    const number = asked.get(hook) ?? 0;
    asked.set(hook, number + 1);
    const given = Object.hasOwn(answers, hook) ? answers[hook] : undefined;
    const one = Array.isArray(given) ? (given as readonly TestAnswer[])[number] : (given as TestAnswer);
    return toAnswer(one ?? DEFAULT_STATUS);
  };
}

function toAnswer(given: TestAnswer): Answer {
  if (typeof given === 'number') return toAnswer({ status: given });
  if (typeof given === 'string') return toAnswer({ fail: given });
  const afterMs = toMs(given.after ?? 0);
  if (given.fail !== undefined) return { afterMs, outcome: { kind: 'none', reason: given.fail } };
  return {
    afterMs,
    outcome: { kind: 'answer', status: given.status ?? DEFAULT_STATUS, ...toContent(given) },
  };
}

function toContent({ headers = {}, body = '' }: AnswerFields): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  if (typeof body === 'string') return { headers, body };
  return {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body satisfies JsonObject),
  };
}

/** In a word, for people: 503, timeout. */
export function describeAnswer({ outcome }: Answer): string {
  return outcome.kind === 'none' ? outcome.reason : String(outcome.status);
}

/** What Node says when there is no connection for this reason; null when there is one. */
export function toConnectFailure({ outcome }: Answer, host: string): Error | null {
  if (outcome.kind === 'answer') return null;
  const failure = CONNECT_FAILURES[outcome.reason];
  return failure === undefined
    ? null
    : Object.assign(new Error(failure.toMessage(host)), { code: failure.code });
}

interface ConnectFailure {
  readonly code: string;
  readonly toMessage: (host: string) => string;
}

const CONNECT_FAILURES: Readonly<Partial<Record<NoAnswer, ConnectFailure>>> = {
  refused: { code: 'ECONNREFUSED', toMessage: (host) => `connect ECONNREFUSED ${host}` },
  dns: { code: 'ENOTFOUND', toMessage: (host) => `getaddrinfo ENOTFOUND ${host}` },
  tls: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', toMessage: () => 'self-signed certificate' },
};
