import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { HooklineError, toMessage } from '../errors.ts';
import type { Json } from '../event.ts';
import { parseJson } from '../intake/parse-json.ts';
import { askServer, type Server, toRefusal } from './client.ts';
import { type CommandContext, type ExitCode, writeJson, writeLine } from './command.ts';

/** What `emit` is asked for. */
export interface EmitOptions {
  readonly source: string;
  readonly event: string;
  /** JSON, @FILE, or - for standard input. */
  readonly data: string;
  readonly id?: string;
  readonly time?: string;
  readonly server: Server;
}

/** Sends one event to a running server and prints its answer as JSON. */
export async function emit(
  { server, data, source, event, id, time }: EmitOptions,
  { stdin, stdout, stderr }: CommandContext,
): Promise<ExitCode> {
  const body = {
    source,
    event,
    ...(id === undefined ? {} : { id }),
    ...(time === undefined ? {} : { time }),
    data: parseData(data, await readData(data, stdin)),
  };
  const answer = await askServer(server, '/events', { method: 'POST', body });
  if (answer.status === 202) writeJson(stdout, answer.body, 0);
  else writeLine(stderr, `Refused: ${toRefusal(answer)}`);
  return answer.status === 202 ? 0 : 1;
}

async function readData(data: string, stdin: NodeJS.ReadStream): Promise<Buffer> {
  if (data === '-') return buffer(stdin);
  if (!data.startsWith('@')) return Buffer.from(data);
  try {
    return readFileSync(data.slice(1));
  } catch (cause) {
    throw new HooklineError('usage', `Cannot read "${data.slice(1)}": ${toMessage(cause)}`, { cause });
  }
}

function parseData(data: string, bytes: Buffer): Json {
  const parsed = parseJson(bytes);
  if (parsed.kind === 'parsed') return parsed.value;
  const where = data === '-' ? 'standard input' : data.startsWith('@') ? `"${data.slice(1)}"` : 'DATA';
  throw new HooklineError('usage', `Cannot use ${where} as the data of an event: ${parsed.message}`);
}
