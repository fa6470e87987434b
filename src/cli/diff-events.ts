import { readFileSync } from 'node:fs';
import { systemClock, toTime } from '../clock.ts';
import { HooklineError, toMessage } from '../errors.ts';
import { type HookEvent, isJsonObject, type Json, type JsonObject } from '../event.ts';
import { parseJson } from '../intake/parse-json.ts';
import { askServer, type Server, toRefusal, toView } from './client.ts';

/** A page of GET /deliveries, as far as it is read. */
interface DeliveryPage {
  readonly data: readonly { readonly event_id: string; readonly source: string }[];
  readonly next: string | null;
}

type EventKey = DeliveryPage['data'][number];

const PAGE_SIZE = 1000;
/** Events asked for at once. */
const AT_ONCE = 8;
const NEWLINE = 0x0a;

/**
 * Reads recorded events from a file: a JSON object a line, as POST /events takes it or as GET /events/{id} answers it.
 * The first `limit` of them count. Throws `not_comparable` with the line.
 */
export function readEventsFile(file: string, limit: number): readonly HookEvent[] {
  const lines = splitLines(readBytes(file));
  return lines
    .filter(({ bytes }) => bytes.toString('utf8').trim() !== '')
    .slice(0, limit)
    .map(({ bytes, number }) => toSent(bytes, { file, number }));
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const hint = 'events are read from a file, as in --events=events.ndjson';
    throw notComparable(`Cannot read "${file}": ${toMessage(cause)}; ${hint}`, cause);
  }
}

function splitLines(bytes: Buffer): readonly { readonly bytes: Buffer; readonly number: number }[] {
  const lines: { bytes: Buffer; number: number }[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, from);
    const to = end === -1 ? bytes.length : end;
    lines.push({ bytes: bytes.subarray(from, to), number: lines.length + 1 });
    from = to + 1;
  }
  return lines;
}

function toSent(
  bytes: Buffer,
  { file, number }: { readonly file: string; readonly number: number },
): HookEvent {
  const parsed = parseJson(bytes);
  const sent = parsed.kind === 'parsed' ? toSentEvent(parsed.value, `line ${number}`) : null;
  if (sent !== null) return sent;
  const reason = parsed.kind === 'parsed' ? 'it is no {source, event, data}' : parsed.message;
  throw notComparable(`Cannot read an event from "${file}", line ${number}: ${reason}`);
}

/** What was sent, without what a history adds to it; null when it is no event. */
function toSentEvent(value: Json, defaultId: string): HookEvent | null {
  if (!isJsonObject(value)) return null;
  const { source, event, data, id = defaultId, time = toTime(systemClock.now()) } = value;
  const texts = { source, event, id, time };
  if (!areTexts(texts) || !isJsonObject(data)) return null;
  return { ...texts, data, attributes: null };
}

function areTexts<K extends string>(
  values: Readonly<Record<K, Json | undefined>>,
): values is Readonly<Record<K, string>> {
  return Object.values(values).every((value) => typeof value === 'string');
}

/**
 * Reads the latest events of a server's history, newest first. It lists events by their deliveries, so that an event no
 * hook took is not among them. Throws `not_comparable`.
 */
export async function readHistory(server: Server, limit: number): Promise<readonly HookEvent[]> {
  const keys = await readKeys(server, limit);
  const events: (HookEvent | null)[] = [];
  const pending = keys.entries();
  const work = async (): Promise<void> => {
    for (const [index, key] of pending) events[index] = await readEvent(server, key);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return events.filter((event) => event !== null);
}

async function readKeys(server: Server, limit: number): Promise<readonly EventKey[]> {
  const keys = new Map<string, EventKey>();
  let path: string | null = `/deliveries?size=${PAGE_SIZE}`;
  while (path !== null && keys.size < limit) {
    const answer = await askServer(server, path);
    if (answer.status !== 200)
      throw notComparable(`Cannot read the history of ${server.url}: ${toRefusal(answer)}`);
    const page: DeliveryPage = toView<DeliveryPage>(answer);
    for (const { event_id, source } of page.data)
      keys.set(JSON.stringify([source, event_id]), { event_id, source });
    path = page.next;
  }
  return [...keys.values()].slice(0, limit);
}

/** Null for one that was pruned in between. */
async function readEvent(server: Server, { event_id, source }: EventKey): Promise<HookEvent | null> {
  const query = new URLSearchParams({ source });
  const answer = await askServer(server, `/events/${encodeURIComponent(event_id)}?${query}`);
  if (answer.status === 404) return null;
  if (answer.status === 200) return toSentEvent(answer.body as JsonObject, event_id);
  throw notComparable(`Cannot read event "${event_id}" of ${server.url}: ${toRefusal(answer)}`);
}

function notComparable(message: string, cause?: unknown): HooklineError {
  return new HooklineError('not_comparable', message, cause === undefined ? {} : { cause });
}
