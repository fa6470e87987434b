import { readFileSync } from 'node:fs';
import { HooklineError, toMessage } from '../errors.ts';
import { isJsonObject, type Json } from '../event.ts';
import { describeFailure } from './client.ts';
import type { CommandContext } from './command.ts';

/** Where the token of the Admin API is: a command line is for all to see. */
const TOKEN_VARIABLE = 'KONG_ADMIN_TOKEN';
const TIMEOUT_MS = 30_000;
const PAGE_SIZE = 1000;

/** Reads all event hooks of a gateway, from its Admin API or a file. Throws `server_unreachable`, `unprocessable`, `usage`. */
export async function readGateway(from: string, env: CommandContext['env']): Promise<readonly Json[]> {
  return /^https?:\/\//i.test(from) ? await readPages(from, env[TOKEN_VARIABLE]) : readDump(from);
}

async function readPages(from: string, token: string | undefined): Promise<readonly Json[]> {
  const base = URL.parse(from.endsWith('/') ? from : `${from}/`);
  if (base === null)
    throw new HooklineError('usage', `Cannot read from "${from}": an Admin API is at http://HOST:PORT`);
  const hooks: Json[] = [];
  const seen = new Set<string>();
  for (let next: string | null = `event-hooks?size=${PAGE_SIZE}`; next !== null; ) {
    const url: URL | null = URL.parse(next.replace(/^\/+/, ''), base.href);
    if (url?.origin !== base.origin || seen.has(url.href))
      throw new HooklineError(
        'unprocessable',
        `Cannot read the event hooks of ${base.origin}: its pages lead astray`,
      );
    seen.add(url.href);
    const answer = await readPage(url, token);
    hooks.push(...toData(answer, url.href));
    next = toNext(answer);
  }
  return hooks;
}

async function readPage(url: URL, token: string | undefined): Promise<Json> {
  const headers = token === undefined ? {} : { 'kong-admin-token': token };
  try {
    const response = await fetch(url, {
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return (await response.json()) as Json;
    await response.body?.cancel();
    const hint =
      response.status === 401 || response.status === 403
        ? `; set ${TOKEN_VARIABLE} to a token that may read`
        : '';
    throw new Error(`it answers ${response.status}${hint}`);
  } catch (cause) {
    throw new HooklineError(
      'server_unreachable',
      `Cannot read the event hooks of ${url.origin}: ${describeFailure(cause)}`,
      { cause },
    );
  }
}

function toNext(answer: Json): string | null {
  return isJsonObject(answer) && typeof answer.next === 'string' ? answer.next : null;
}

function readDump(path: string): readonly Json[] {
  try {
    return toData(JSON.parse(readFileSync(path, 'utf8')) as Json, path);
  } catch (cause) {
    if (cause instanceof HooklineError) throw cause;
    throw new HooklineError('unprocessable', `Cannot read "${path}": ${toMessage(cause)}`, { cause });
  }
}

/** A list, or what a page is: an object with a list under `data`. */
function toData(answer: Json, where: string): readonly Json[] {
  const data = isJsonObject(answer) ? answer.data : answer;
  if (Array.isArray(data)) return data as readonly Json[];
  throw new HooklineError(
    'unprocessable',
    `Cannot read "${where}": it is neither a list of event hooks nor what /event-hooks answers`,
  );
}
