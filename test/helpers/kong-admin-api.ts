import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Json, JsonObject } from '../../src/event.ts';
import { CERTIFICATE } from './fault-receiver.ts';

/** An entity of the fake gateway. */
type Entity = JsonObject & { readonly id: string };

/** A request as the gateway saw it. */
export interface AdminRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/** Answers a request in place of the gateway: true when it did. */
export type AdminFault = (request: AdminRequest, res: ServerResponse) => boolean;

/**
 * An Admin API with what Kong Gateway 3 documents of it: lists by page, tags, entities by id, targets and health below their
 * upstream, workspaces as the first part of a path, and the token of a role.
 */
export interface KongAdminApi extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly AdminRequest[];
  /** Puts an entity, at a list path such as `services` or `team/services`; answers its id. */
  put(list: string, entity: JsonObject): string;
  remove(list: string, id: string): void;
  /** Removes all there is. */
  empty(): void;
  /** Sets what /upstreams/{id}/health answers as its data. */
  setHealth(upstream: string, targets: readonly JsonObject[]): void;
  /** Asked before every answer; null: nothing fails. */
  fault: AdminFault | null;
}

/** What a fake gateway is started with. */
interface KongAdminApiOptions {
  /** Entities of a page at most, whatever is asked for. */
  readonly maxPage?: number;
  /** Needed in kong-admin-token; null: none. */
  readonly token?: string | null;
  readonly port?: number;
  /** Whether it has a certificate, which nobody vouches for. */
  readonly tls?: boolean;
}

/** A target as /upstreams/{id}/health shows it. */
export function toTargetHealth(
  target: string,
  health: string,
  addresses: readonly (readonly [string, string])[],
): JsonObject {
  const port = Number(target.split(':').at(-1));
  return {
    id: `id-of-${target}`,
    created_at: 1_485_524_883.98,
    updated_at: 1_485_524_883.98,
    target,
    weight: 100,
    tags: null,
    upstream: { id: 'an-upstream' },
    health,
    data: {
      host: target.split(':')[0] ?? '',
      port,
      dns: 'A',
      nodeWeight: 100,
      weight: { total: 100, available: 100, unavailable: 0 },
      addresses: addresses.map(([ip, state]) => ({ ip, port, weight: 100, health: state })),
    },
  };
}

/** Lists that are there when they are empty, in a workspace too. */
const LIST =
  /^(?:[^/]+\/)?(?:services|routes|consumers|plugins|upstreams|certificates|ca_certificates|snis|key-auths|upstreams\/[^/]+\/targets)$/;

const NOT_FOUND = { message: 'Not found' };

/** Starts a fake gateway on loopback. */
export async function startKongAdminApi({
  maxPage = 1_000,
  token = null,
  port = 0,
  tls = false,
}: KongAdminApiOptions = {}): Promise<KongAdminApi> {
  const lists = new Map<string, Map<string, Entity>>();
  const health = new Map<string, readonly JsonObject[]>();
  const requests: AdminRequest[] = [];
  const listOf = (path: string): Map<string, Entity> => {
    const list = lists.get(path) ?? new Map<string, Entity>();
    lists.set(path, list);
    return list;
  };

  function put(path: string, { id = randomUUID(), ...fields }: JsonObject): string {
    const before = listOf(path).get(String(id));
    const now = 1_700_000_000;
    const entity = { tags: null, ...before, created_at: now, updated_at: now, ...fields, id: String(id) };
    listOf(path).set(entity.id, entity);
    return entity.id;
  }

  /** A page of a list: by the order of ids, after the id in the offset, as the gateway's database has it. */
  function toPage(path: string, query: URLSearchParams): JsonObject {
    const tags = query.get('tags')?.split(',') ?? [];
    const after = Buffer.from(query.get('offset') ?? '', 'base64').toString();
    const size = Math.min(Number(query.get('size') ?? 100), maxPage);
    const rest = [...listOf(path).values()]
      .filter((entity) => tags.every((tag) => (entity.tags as readonly Json[] | null)?.includes(tag)))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .filter(({ id }) => id > after);
    const data = rest.slice(0, size);
    if (rest.length <= size) return { data, next: null };
    const offset = Buffer.from(data.at(-1)?.id ?? '').toString('base64');
    return { data, next: `/${path}?offset=${encodeURIComponent(offset)}`, offset };
  }

  function find({ path, query }: AdminRequest): JsonObject | null {
    const checked = /^(?:.+\/)?upstreams\/([^/]+)\/health$/.exec(path)?.[1];
    if (checked !== undefined) {
      const data = health.get(checked);
      return data === undefined
        ? null
        : { node_id: 'a-node', total: data.length, data: [...data], next: null };
    }
    if (lists.has(path)) return toPage(path, query);
    const cut = path.lastIndexOf('/');
    const entity = lists.get(path.slice(0, cut))?.get(path.slice(cut + 1));
    if (entity !== undefined) return entity;
    return LIST.test(path) ? toPage(path, query) : null;
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '', 'http://gateway');
    const path = url.pathname.slice(1);
    const request = {
      method: req.method ?? '',
      url: req.url ?? '',
      path,
      query: url.searchParams,
      headers: req.headers,
    };
    requests.push(request);
    const body = new URLSearchParams(await text(req));
    if (api.fault?.(request, res) === true) return;
    if (token !== null && req.headers['kong-admin-token'] !== token)
      return send(res, 401, { message: 'Invalid credentials. Token or User credentials required' });
    if (request.method === 'POST')
      return send(res, 201, listOf(path).get(put(path, Object.fromEntries(body))) ?? NOT_FOUND);
    const found = find(request);
    if (found === null) return send(res, 404, NOT_FOUND);
    if (request.method !== 'DELETE') return send(res, 200, found);
    api.remove(path.slice(0, path.lastIndexOf('/')), String(found.id));
    return send(res, 204, null);
  }

  const handle = (req: IncomingMessage, res: ServerResponse): void => void answer(req, res);
  const server = tls ? createTlsServer(CERTIFICATE, handle) : createServer(handle);
  const api = {
    url: '',
    requests,
    put,
    remove: (path: string, id: string) => void lists.get(path)?.delete(id),
    empty: () => lists.clear(),
    setHealth: (upstream: string, targets: readonly JsonObject[]) => void health.set(upstream, targets),
    fault: null as AdminFault | null,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: bound } = server.address() as AddressInfo;
  return Object.assign(api, { url: `${tls ? 'https' : 'http'}://127.0.0.1:${bound}` });
}

/** Answers as the Admin API does. */
export function send(res: ServerResponse, status: number, body: Json): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', server: 'kong/3.7.1' };
  res.writeHead(status, headers).end(body === null ? '' : JSON.stringify(body));
}
