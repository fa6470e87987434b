import type { KongDefinition } from '../definitions/event-source.ts';
import type { HttpClient, Incoming } from '../deliver/http-client.ts';
import { toMessage } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import { parseJson } from '../intake/parse-json.ts';
import type { HookSecrets } from '../secrets/secrets.ts';

/** Entities of one page: what is done with a page holds up everything else for some milliseconds. Kong takes up to 1,000. */
const PAGE_SIZE = 250;
/** Pages of one list, and bytes of all of them: 10,000 entities are 40 pages and some 10 MiB. */
const MAX_PAGES = 1_000;
const MAX_LIST_BYTES = 128 * 1024 * 1024;
/** Bytes of one answer. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** How long one request may take in all. */
const TIMEOUT_MS = 30_000;
/** Characters of what the gateway says about a request that it did not answer with 200. */
const MAX_SAID = 200;

/** Requests that are under way at once where one is made for each of many things. */
const AT_ONCE = 8;

/** A row of the gateway, as it shows it. */
export type Entity = JsonObject & { readonly id: string };

/** Why something could not be read. The text holds no secret. */
export class AdminApiError extends Error {
  override readonly name = 'AdminApiError';
  /** Of the answer; null: there was none. */
  readonly status: number | null;

  constructor(message: string, status: number | null) {
    super(message);
    this.status = status;
  }
}

/** What a gateway can be asked. Both throw AdminApiError. */
export interface AdminApi {
  /** Every entity of a list, all pages of it. */
  list(path: string, query?: Readonly<Record<string, string>>): Promise<readonly Entity[]>;
  /** One entity; null: the gateway says that it is not there. */
  find(path: string): Promise<JsonObject | null>;
}

/** What a gateway is asked with. */
export interface AdminApiParts {
  readonly send: HttpClient['send'];
  readonly secrets: HookSecrets;
}

/** A JSON object, and how long it was. */
interface Answer {
  readonly value: JsonObject;
  readonly bytes: number;
}

/** Creates a client of a gateway's Admin API. References are resolved for every request, so that a token may be renewed. */
export function createAdminApi(
  { admin_url, token, headers, ssl_verify }: KongDefinition,
  { send, secrets }: AdminApiParts,
): AdminApi {
  async function ask(path: string, query: Readonly<Record<string, string>>): Promise<Incoming> {
    try {
      return await send({
        method: 'GET',
        url: toUrl(secrets.resolve(admin_url), path, query),
        headers: toHeaders(),
        body: null,
        timeoutMs: TIMEOUT_MS,
        verify: ssl_verify,
        tls: null,
        proxy: null,
        maxBytes: MAX_ANSWER_BYTES,
      });
    } catch (error) {
      throw new AdminApiError(secrets.redact(toMessage(error)), null);
    }
  }

  function toHeaders(): Record<string, string> {
    const said = token === null ? headers : { ...headers, 'kong-admin-token': token };
    // Names are the same in any case: one that is there twice would be sent twice.
    const resolved = Object.entries(said).map(([name, value]) => [
      name.toLowerCase(),
      secrets.resolve(value),
    ]);
    return { accept: 'application/json', ...Object.fromEntries(resolved) };
  }

  async function get(path: string, query: Readonly<Record<string, string>>): Promise<Answer | null> {
    const incoming = await ask(path, query);
    const fail = (what: string, status: number | null): never => {
      throw new AdminApiError(secrets.redact(`GET /${path} ${what}`), status);
    };
    if (incoming.kind === 'error') return fail(`failed: ${incoming.message}`, null);
    const { status, body, cutOff } = incoming;
    if (cutOff) return fail(`answered more than ${MAX_ANSWER_BYTES} bytes`, status);
    const parsed = parseJson(Buffer.from(body));
    const value = parsed.kind === 'parsed' && isJsonObject(parsed.value) ? parsed.value : null;
    if (status === 404 && value !== null) return null;
    if (status !== 200) return fail(`answered ${status}${toSaid(value)}`, status);
    if (value === null) return fail('answered no JSON object: is this the Admin API?', status);
    return { value, bytes: body.length };
  }

  return {
    async list(path, query = {}) {
      const listed: Entity[] = [];
      const offsets = new Set<string>();
      let bytes = 0;
      for (let offset: string | null = ''; offset !== null; ) {
        if (offsets.has(offset)) throw new AdminApiError(`GET /${path} goes round in a circle of pages`, 200);
        offsets.add(offset);
        const page = await get(path, {
          size: String(PAGE_SIZE),
          ...query,
          ...(offset === '' ? {} : { offset }),
        });
        if (page === null) throw new AdminApiError(`GET /${path} answered 404: there is no such list`, 404);
        for (const entity of toEntities(page.value, path)) listed.push(entity);
        bytes += page.bytes;
        if (offsets.size > MAX_PAGES || bytes > MAX_LIST_BYTES)
          throw new AdminApiError(`GET /${path} lists more than can be held`, 200);
        offset = toOffset(page.value, path);
      }
      return listed;
    },
    async find(path) {
      const answer = await get(path, {});
      return answer?.value ?? null;
    },
  };
}

/** Asks something of each, some of them at once; answers in their order. */
export async function askOfEach<T, R>(all: readonly T[], ask: (one: T) => Promise<R>): Promise<readonly R[]> {
  const answers: R[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE)
    answers.push(...(await Promise.all(all.slice(from, from + AT_ONCE).map(ask))));
  return answers;
}

function toUrl(base: string, path: string, query: Readonly<Record<string, string>>): string {
  if (!URL.canParse(base)) throw new Error('"kong.admin_url" is no URL');
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  url.search = new URLSearchParams(query).toString();
  return url.href;
}

/** What the gateway says in its own words. */
function toSaid(answer: JsonObject | null): string {
  const said = answer?.message;
  return typeof said === 'string' ? `: ${said.slice(0, MAX_SAID)}` : '';
}

/** Kong's JSON library writes an empty list as {} in places. */
function toEntities({ data }: JsonObject, path: string): readonly Entity[] {
  const list: Json | undefined = isJsonObject(data) && Object.keys(data).length === 0 ? [] : data;
  if (!Array.isArray(list) || !list.every(isEntity))
    throw new AdminApiError(`GET /${path} answered no list of entities: is this the Admin API?`, 200);
  return list;
}

function isEntity(value: unknown): value is Entity {
  return isJsonObject(value) && typeof value.id === 'string' && value.id !== '';
}

/**
 * Where the next page begins; null: there is none. `next` is a path that knows nothing of where the Admin API is mounted, and
 * for targets leaves out the size, so only the offset is taken.
 */
function toOffset({ offset, next }: JsonObject, path: string): string | null {
  if (typeof offset === 'string') return offset;
  if ((next ?? null) === null) return null;
  throw new AdminApiError(`GET /${path} answered a next page without its offset`, 200);
}
