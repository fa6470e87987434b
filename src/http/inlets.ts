import type { IncomingMessage } from 'node:http';
import type { InletDefinition } from '../definitions/event-source.ts';
import { HooklineError, toMessage } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../event.ts';
import { MAX_EVENT_BYTES } from '../intake/limits.ts';
import { toEvent } from '../intake/to-event.ts';
import { readTraceContext } from '../intake/trace-context.ts';
import { decodePercent } from '../percent.ts';
import type { LiveSnapshot } from '../registry/registry.ts';
import type { HookSecrets } from '../secrets/secrets.ts';
import type { EventsParts } from './accept.ts';
import type { Answer } from './answer.ts';
import { answerOne, readJson } from './events-json.ts';
import { findEvent, findId, type InletRequest } from './inlet-event.ts';
import { INLET_KINDS } from './inlet-kinds.ts';
import { type Push, toSubject } from './push-signatures.ts';
import { checkEncoding, readBody, readContent } from './read-body.ts';

/** What inlets work with. */
export interface InletsParts extends EventsParts {
  readonly hookSecrets: Pick<HookSecrets, 'of' | 'resolve'>;
}

const PATH = /^\/in\/([^/?]+)\/?(?:\?|$)/;

/** The source whose inlet a path is that of; null for any other path. */
export function toInletSource(url = ''): string | null {
  const [, source] = PATH.exec(url) ?? [];
  return source === undefined ? null : decodePercent(source);
}

/** A request for an inlet, once it is known which. */
interface Asked {
  readonly source: string;
  readonly inlet: InletDefinition;
  readonly snapshot: LiveSnapshot;
}

/**
 * Answers POST /in/{source}: what somebody else's web hook sends becomes an event with its body as data. Nothing of the
 * body is read before the signature over its bytes, as they were sent, is verified.
 */
export async function answerInlet(parts: InletsParts, req: IncomingMessage, source: string): Promise<Answer> {
  const snapshot = parts.registry.current();
  if (snapshot === null)
    throw new HooklineError('unavailable', 'No definitions are live yet: send it again later (see /readyz)');
  const inlet = snapshot.declared.get(source)?.source.inlet ?? null;
  if (inlet === null) throw new HooklineError('not_found', 'Not found');
  checkEncoding(req);
  const push = { headers: req.headers, body: await readBody(req, MAX_EVENT_BYTES) };
  const asked = { source, inlet, snapshot };
  if (!isGenuine(parts, asked, push)) {
    parts.logger.warn({ source }, 'refused a request to an inlet whose signature is wrong');
    throw new HooklineError('unauthorized', 'The signature is wrong or missing');
  }
  const content = { ...push, body: await readContent(req, push.body, MAX_EVENT_BYTES) };
  return answerGenuine(parts, asked, { ...content, data: readData(content) });
}

/** Throws `unavailable` when the secret cannot be had: whoever sent it sends it again. */
function isGenuine(parts: InletsParts, { source, inlet }: Asked, push: Push): boolean {
  const { isGenuine: judge } = INLET_KINDS[inlet.verify];
  if (inlet.verify === 'none') return true;
  const header = inlet.header ?? DEFAULT_HEADERS[inlet.verify] ?? '';
  try {
    const secrets = [inlet.secret ?? []].flat().map(parts.hookSecrets.resolve);
    if (secrets.includes('')) throw new Error('a secret is empty');
    return secrets.some((secret) =>
      judge(push, { secret, header: header.toLowerCase(), now: parts.clock.now() }),
    );
  } catch (cause) {
    parts.logger.error({ source, err: toMessage(cause) }, 'cannot verify a request to an inlet');
    throw new HooklineError('unavailable', 'Cannot verify the request now', { cause });
  }
}

const DEFAULT_HEADERS: Partial<Record<InletDefinition['verify'], string>> = {
  hmac: 'x-signature',
  token: 'authorization',
};

/**
 * A form may have its JSON under `payload`, as GitHub and Slack send it on request; what only says that it is a form is
 * read as it is. Throws `bad_request` and `unprocessable`.
 */
function readData({ headers, body }: Push): JsonObject {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
  const payload = isForm ? new URLSearchParams(body.toString('utf8')).get('payload') : null;
  const json = payload === null ? body : Buffer.from(payload);
  const data = readJson(json);
  if (isJsonObject(data)) return data;
  throw new HooklineError('unprocessable', 'The body must be a JSON object: it becomes the data of an event');
}

async function answerGenuine(parts: InletsParts, asked: Asked, request: InletRequest): Promise<Answer> {
  const { source, inlet, snapshot } = asked;
  const { verify } = inlet;
  const { data, headers, body } = request;
  if (verify === 'slack' && data.type === 'url_verification')
    return { status: 200, body: JSON.stringify({ challenge: data.challenge ?? null }) };
  const events = snapshot.catalogue.sources.get(source) ?? new Map<string, unknown>();
  const [only] = events.size === 1 ? events.keys() : [];
  const event = findEvent(inlet, request) ?? only;
  if (event === undefined) throw new HooklineError('unprocessable', describeMissing(inlet));
  if (
    (verify === 'github' || verify === 'gitea') &&
    !events.has(event) &&
    toSubject(verify, { headers, body }) === 'hello'
  )
    return { status: 200, body: JSON.stringify({ message: 'Hello' }) };
  return answerOne(
    parts,
    { source, event, data },
    {
      bytes: body,
      snapshot,
      key: findId(inlet, request),
      sender: null,
      trace: readTraceContext(headers),
      take: toEvent,
    },
  );
}

function describeMissing({ verify, event }: InletDefinition): string {
  const places = event === null ? INLET_KINDS[verify].events : [event];
  return places.length === 0
    ? 'Nothing says which event it is: the inlet needs "event", since its source has several'
    : `Nothing says which event it is: looked for at ${places.join(', ')}`;
}
