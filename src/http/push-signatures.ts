import { createHmac, hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isSameSecret } from '../same-secret.ts';
import type { ReceiverSettings } from '../source-settings.ts';

/** A request that says that something was pushed, before anything of it is believed. */
export interface Push {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How the pushes of one kind of host are told from anybody else's. */
interface PushKind {
  /** Whether whoever sent it knows the secret. Takes as long for a wrong signature as for a right one. */
  readonly isGenuine: (push: Push, secret: string) => boolean;
  /** Headers with an id that is the same when a push is sent again, the narrowest first. */
  readonly ids: readonly string[];
  /** Headers that name what happened, and what of it may have changed a ref. Null: it is always a push. */
  readonly event: {
    readonly headers: readonly string[];
    readonly changes: RegExp;
    /** What is sent when a person tries the hook out; null: a push like any other. */
    readonly hello: RegExp | null;
  } | null;
}

/**
 * Of each host by its documentation. GitHub, Gitea and Bitbucket sign the body with HMAC-SHA256; GitLab sends the secret
 * itself.
 */
const KINDS: Readonly<Record<ReceiverSettings['type'], PushKind>> = {
  github: {
    isGenuine: signedBy('x-hub-signature-256', 'sha256='),
    ids: ['x-github-delivery'],
    event: { headers: ['x-github-event'], changes: /^(?:push|create|delete)$/, hello: /^ping$/ },
  },
  gitlab: {
    // The platform reads a header as latin1, whatever its bytes are.
    isGenuine: ({ headers }, secret) =>
      isSameSecret(Buffer.from(toText(headers['x-gitlab-token']), 'latin1'), secret),
    // A push that another hook's work led to has the UUID of the event that hook was told of.
    ids: ['idempotency-key', 'x-gitlab-event-uuid'],
    event: { headers: ['x-gitlab-event'], changes: /^(?:Tag )?Push Hook$|^System Hook$/, hello: null },
  },
  gitea: {
    isGenuine: (push, secret) =>
      signedBy('x-forgejo-signature', '')(push, secret) || signedBy('x-gitea-signature', '')(push, secret),
    ids: ['x-forgejo-delivery', 'x-gitea-delivery'],
    event: {
      headers: ['x-forgejo-event', 'x-gitea-event'],
      changes: /^(?:push|create|delete)$/,
      hello: null,
    },
  },
  bitbucket: {
    isGenuine: signedBy('x-hub-signature', 'sha256='),
    ids: ['x-request-uuid', 'x-request-id'],
    event: {
      headers: ['x-event-key'],
      changes: /^repo:(?:push|refs_changed)$/,
      hello: /^diagnostics:ping$/,
    },
  },
  generic: { isGenuine: signedBy('x-signature', 'sha256='), ids: ['x-request-id'], event: null },
};

/** What a push is about, as far as its headers say. */
export type PushSubject = 'change' | 'hello' | 'other';

/** Whether a push comes from who knows the secret; an empty secret is nobody's. */
export function isGenuine(type: ReceiverSettings['type'], push: Push, secret: string): boolean {
  return secret !== '' && KINDS[type].isGenuine(push, secret);
}

/** What a push that is genuine is about. */
export function toSubject(type: ReceiverSettings['type'], { headers }: Push): PushSubject {
  const { event } = KINDS[type];
  if (event === null) return 'change';
  const name = findText(headers, event.headers) ?? '';
  if (event.hello?.test(name) ?? false) return 'hello';
  return event.changes.test(name) ? 'change' : 'other';
}

/**
 * What is the same when a push is sent again: the id its host gave it, else its own content. Null for a generic one
 * without an id: who sends it may well send the same each time.
 */
export function toPushId(type: ReceiverSettings['type'], { headers, body }: Push): string | null {
  const id = findText(headers, KINDS[type].ids);
  if (id !== null) return hash('sha256', `id ${id}`, 'hex');
  return type === 'generic' ? null : hash('sha256', body, 'hex');
}

function signedBy(header: string, prefix: string): PushKind['isGenuine'] {
  return ({ headers, body }, secret) => {
    const given = toText(headers[header]);
    const signature = given.startsWith(prefix) ? given.slice(prefix.length) : given;
    return isSameSecret(signature.toLowerCase(), createHmac('sha256', secret).update(body).digest('hex'));
  };
}

/** The first of some headers that says something. */
function findText(headers: IncomingHttpHeaders, names: readonly string[]): string | null {
  return names.map((name) => toText(headers[name])).find((value) => value !== '') ?? null;
}

/** The text of a header; empty when it is not there, or there more than once. */
export function toText(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
