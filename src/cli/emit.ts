import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { HooklineError, toMessage } from '../errors.ts';
import type { Json } from '../event.ts';
import { askServer, toRefusal } from './client.ts';
import { type CommandContext, type ExitCode, writeLine } from './command.ts';

/** What `emit` is asked for. */
export interface EmitOptions {
  readonly source: string;
  readonly event: string;
  /** JSON, @FILE, or - for standard input. */
  readonly data: string;
  readonly id?: string;
  readonly time?: string;
  readonly url: string;
}

/** Sends one event to a running server and prints its answer. */
export async function emit(
  options: EmitOptions,
  { stdin, stdout, stderr }: CommandContext,
): Promise<ExitCode> {
  const { source, event, id, time, url } = options;
  const data = parseData(await readData(options.data, stdin));
  const body = {
    source,
    event,
    data,
    ...(id === undefined ? {} : { id }),
    ...(time === undefined ? {} : { time }),
  };
  const answer = await askServer(`${url}/events`, { method: 'POST', body });
  if (answer.status === 202) writeLine(stdout, JSON.stringify(answer.body));
  else writeLine(stderr, `Refused: ${toRefusal(answer)}`);
  return answer.status === 202 ? 0 : 1;
}

async function readData(data: string, stdin: NodeJS.ReadStream): Promise<string> {
  if (data === '-') return text(stdin);
  if (!data.startsWith('@')) return data;
  try {
    return readFileSync(data.slice(1), 'utf8');
  } catch (cause) {
    throw new HooklineError('usage', `Cannot read "${data.slice(1)}": ${toMessage(cause)}`, { cause });
  }
}

function parseData(json: string): Json {
  try {
    return JSON.parse(json) as Json;
  } catch (cause) {
    throw new HooklineError('usage', `Cannot parse the data as JSON: ${toMessage(cause)}`, { cause });
  }
}
