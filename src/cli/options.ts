import { InvalidArgumentError, Option } from 'commander';
import { toSourceShorthand } from '../settings-sources.ts';
import type { Server } from './client.ts';

/** Where definitions are unless something else is said. */
export const DEFAULT_DIR = 'hooks.d';

/** Where a running server is looked for unless --url or HOOKLINE_URL says otherwise. */
const DEFAULT_URL = 'http://127.0.0.1:8440';

/** --url: the address of a running server, without a slash at its end. */
export function urlOption(): Option {
  return new Option('--url <url>', 'address of the server')
    .default(DEFAULT_URL)
    .env('HOOKLINE_URL')
    .argParser(toServerUrl);
}

/** --token: who asks. Nothing reads it as it comes in, so that no message about an option repeats it. */
export function tokenOption(): Option {
  return new Option(
    '--token <token>',
    'token to ask with; better set the variable: whoever sees the list of processes sees an option',
  ).env('HOOKLINE_TOKEN');
}

/** The options of every command that asks a server. */
export interface ServerFlags {
  readonly url: string;
  readonly token?: string | undefined;
}

/** The server a command asks. A variable that is set to nothing is no token. */
export function toServer({ url, token = '' }: ServerFlags): Server {
  return { url, token: token.trim() || null };
}

function toServerUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError('the address of a server is http://HOST:PORT');
  return text.replace(/\/+$/, '');
}

/** Reads an option that may be given several times. */
export function collect(one: string, before: readonly string[]): readonly string[] {
  return [...before, one];
}

/** Reads an HTTP status a receiver can answer with. */
export function toStatus(text: string): number {
  const code = Number(text);
  if (!Number.isInteger(code) || code < 200 || code > 599)
    throw new InvalidArgumentError('a status is a number from 200 to 599');
  return code;
}

/** Reads a number of things, at least one. */
export function toPositive(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('it is a whole number, 1 or more');
  return number;
}

/** The options of `serve`, as the command line has them. */
export interface ServeFlags {
  readonly listen?: string;
  readonly intakeListen?: string;
  readonly state?: string;
  readonly settings?: string;
  readonly insecure?: boolean;
  readonly logLevel?: string;
}

/** What the options of `serve` set, in the shape of the settings file. */
export function toSettingsFlags(
  dir: string | undefined,
  { listen: address, intakeListen, state, insecure, logLevel }: ServeFlags,
): Record<string, unknown> {
  const flags = {
    sources: dir === undefined ? undefined : [toSourceShorthand(dir)],
    listen: address,
    intake: intakeListen === undefined ? undefined : { listen: intakeListen },
    state,
    insecure,
    log: logLevel === undefined ? undefined : { level: logLevel },
  };
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}
