import { createHmac } from 'node:crypto';
import type { InletDefinition } from '../definitions/event-source.ts';
import { verifyStandardSignature } from '../deliver/signature.ts';
import { isSameSecret } from '../same-secret.ts';
import { isGenuine, type Push, toText } from './push-signatures.ts';

/** How the requests of one kind of sender are told from anybody else's, and where they say what happened. */
export interface InletKind {
  /** Whether whoever sent it knows the secret. */
  readonly isGenuine: (push: Push, asked: InletSecret) => boolean;
  /** Places that name the event, the first that does counts. */
  readonly events: readonly string[];
  /** Places of an id that is the same when the request is sent again. */
  readonly ids: readonly string[];
}

/** What a request is held against. */
export interface InletSecret {
  readonly secret: string;
  /** Header of the signature or the token. */
  readonly header: string;
  /** ms since the epoch. */
  readonly now: number;
}

/** What was signed longer ago, or later, than that may be somebody's copy. */
const TOLERANCE_MS = 5 * 60_000;

/** Of each sender by its documentation. */
export const INLET_KINDS: Readonly<Record<InletDefinition['verify'], InletKind>> = {
  github: {
    isGenuine: (push, { secret }) => isGenuine('github', push, secret),
    events: ['header:x-github-event'],
    ids: ['header:x-github-delivery'],
  },
  gitlab: {
    isGenuine: (push, { secret }) => isGenuine('gitlab', push, secret),
    events: ['object_kind', 'event_name'],
    ids: ['header:idempotency-key', 'header:x-gitlab-event-uuid'],
  },
  gitea: {
    isGenuine: (push, { secret }) => isGenuine('gitea', push, secret),
    events: ['header:x-forgejo-event', 'header:x-gitea-event'],
    ids: ['header:x-forgejo-delivery', 'header:x-gitea-delivery'],
  },
  stripe: { isGenuine: isStripe, events: ['type'], ids: ['id'] },
  slack: { isGenuine: isSlack, events: ['event.type', 'type'], ids: ['event_id'] },
  'standard-webhooks': { isGenuine: isStandard, events: ['type'], ids: ['header:webhook-id'] },
  hmac: { isGenuine: isSigned, events: [], ids: [] },
  token: { isGenuine: isToken, events: [], ids: [] },
  none: { isGenuine: () => true, events: [], ids: [] },
};

/** `stripe-signature: t=SECONDS,v1=HEX,…`: several while a secret is changed. */
function isStripe({ headers, body }: Push, { secret, now }: InletSecret): boolean {
  const parts = toText(headers['stripe-signature'])
    .split(',')
    .map((part) => part.trim());
  const time = parts.find((part) => part.startsWith('t='))?.slice(2) ?? '';
  const expected = `v1=${sign(secret, `${time}.`, body).toString('hex')}`;
  return isRecent(time, now) && parts.some((part) => isSameSecret(part, expected));
}

function isSlack({ headers, body }: Push, { secret, now }: InletSecret): boolean {
  const time = toText(headers['x-slack-request-timestamp']);
  const expected = `v0=${sign(secret, `v0:${time}:`, body).toString('hex')}`;
  return isRecent(time, now) && isSameSecret(toText(headers['x-slack-signature']), expected);
}

function isStandard({ headers, body }: Push, { secret, now }: InletSecret): boolean {
  const timestamp = toText(headers['webhook-timestamp']);
  const id = toText(headers['webhook-id']);
  const signature = toText(headers['webhook-signature']);
  return isRecent(timestamp, now) && verifyStandardSignature({ id, timestamp, body, signature }, secret);
}

/** HMAC-SHA256 of the body in hex or base64, with what names the algorithm before it or without. */
function isSigned({ headers, body }: Push, { secret, header }: InletSecret): boolean {
  const given = toText(headers[header]).replace(/^sha256=/, '');
  const expected = sign(secret, '', body);
  return (
    isSameSecret(given.toLowerCase(), expected.toString('hex')) ||
    isSameSecret(given, expected.toString('base64'))
  );
}

function isToken({ headers }: Push, { secret, header }: InletSecret): boolean {
  return isSameSecret(toText(headers[header]).replace(/^bearer\s+/i, ''), secret);
}

function sign(secret: string, before: string, body: Buffer): Buffer {
  return createHmac('sha256', secret).update(before).update(body).digest();
}

function isRecent(seconds: string, now: number): boolean {
  return /^\d{1,12}$/.test(seconds) && Math.abs(now - Number(seconds) * 1000) <= TOLERANCE_MS;
}
