import { Command, InvalidArgumentError, Option } from 'commander';
import { parseAddress } from '../address.ts';
import { VERSION } from '../version.ts';
import { DEFAULT_URL } from './client.ts';
import type { CommandContext, ExitCode } from './command.ts';
import { emit } from './emit.ts';
import { listen } from './listen.ts';
import { ping } from './ping.ts';
import { serve } from './serve.ts';
import { status } from './status.ts';
import { validate } from './validate.ts';

/** Told how a command ended. */
type OnExit = (code: ExitCode) => void;

/** The command line: each command reads its options here and does its work in a file of its own. */
export function createProgram(context: CommandContext, onExit: OnExit): Command {
  const program = new Command('hookline')
    .description('Event hooks declared in git: when this event happens, do that.')
    .version(VERSION)
    .showHelpAfterError('(hookline COMMAND --help shows an example)')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
    .exitOverride();
  for (const add of [addServe, addValidate, addEmit, addListen, addStatus, addPing])
    add(program, context, onExit);
  return program;
}

type AddCommand = (program: Command, context: CommandContext, onExit: OnExit) => void;

const addServe: AddCommand = (program, context, onExit) => {
  command(program, 'serve [dir]', 'hookline serve hooks.d --listen 127.0.0.1:8440')
    .description('Serve the hooks of a directory: validate them, take events in, deliver them')
    .option('--listen <host:port>', 'address of the API and of POST /events')
    .option('--intake-listen <host:port>', 'separate address for POST /events')
    .option('--state <dir>', 'directory that holds the journal')
    .option('--settings <file>', 'settings file (default: hookline.yaml if it is there)')
    .option('--insecure', 'allow an address that others can reach')
    .option('--log-level <level>', 'silent, error, warn, info or debug')
    .action(async (dir: string | undefined, options: ServeFlags) => {
      onExit(await serve({ flags: toFlags(dir, options), settings: options.settings ?? null }, context));
    });
};

const addValidate: AddCommand = (program, context, onExit) => {
  command(program, 'validate [paths...]', 'hookline validate hooks.d')
    .description('Find every problem of definitions without serving them; exits 1 when there is an error')
    .option('--json', 'print the problems as JSON')
    .action(async (paths: string[], { json = false }: { json?: boolean }) => {
      onExit(await validate({ paths: paths.length === 0 ? ['hooks.d'] : paths, json }, context));
    });
};

const addEmit: AddCommand = (program, context, onExit) => {
  command(
    program,
    'emit <source> <event> [data]',
    `hookline emit crud consumers '{"entity":{"username":"jane"}}'`,
  )
    .description('Send an event to a running server; data is JSON, @FILE, or - for standard input')
    .option('--id <id>', 'id of the event; the same id again is a duplicate')
    .option('--time <time>', 'time of the event, as in 2026-01-31T12:00:00Z')
    .addOption(urlOption())
    .action(
      async (
        source: string,
        event: string,
        data: string | undefined,
        options: { id?: string; time?: string; url: string },
      ) => {
        onExit(
          await emit(
            { source, event, data: data ?? '{}', ...options, url: withoutSlash(options.url) },
            context,
          ),
        );
      },
    );
};

const addListen: AddCommand = (program, context, onExit) => {
  command(program, 'listen', 'hookline listen --listen 127.0.0.1:9000 --secret hunter2')
    .description('Run a local receiver that prints what it gets and verifies signatures')
    .option('--listen <host:port>', 'address to listen on', parseAddress, parseAddress('127.0.0.1:9000'))
    .option('--secret <secret>', 'verify signatures with this secret')
    .option('--status <code>', 'status to answer with', toStatus, 200)
    .action(async (options: { listen: ReturnType<typeof parseAddress>; secret?: string; status: number }) => {
      onExit(await listen({ ...options, secret: options.secret ?? null }, context));
    });
};

const addStatus: AddCommand = (program, context, onExit) => {
  command(program, 'status', 'hookline status')
    .description('Show what a running server serves and what is wrong; exits 1 when it is not ready')
    .option('--json', 'print the status as JSON')
    .addOption(urlOption())
    .action(async ({ json = false, url }: { json?: boolean; url: string }) => {
      onExit(await status({ json, url: withoutSlash(url) }, context));
    });
};

const addPing: AddCommand = (program, context, onExit) => {
  command(program, 'ping <hook>', 'hookline ping slack-admins')
    .description("Have a running server ping a webhook's receiver; HOOK is an id or a name")
    .addOption(urlOption())
    .action(async (hook: string, { url }: { url: string }) => {
      onExit(await ping({ hook, url: withoutSlash(url) }, context));
    });
};

function command(program: Command, usage: string, example: string): Command {
  return program.command(usage).addHelpText('after', `\nExample:\n  $ ${example}`);
}

function urlOption(): Option {
  return new Option('--url <url>', 'address of the server').default(DEFAULT_URL).env('HOOKLINE_URL');
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function toStatus(text: string): number {
  const code = Number(text);
  if (!Number.isInteger(code) || code < 200 || code > 599)
    throw new InvalidArgumentError('a status is a number from 200 to 599');
  return code;
}

/** The flags of `serve`. */
interface ServeFlags {
  readonly listen?: string;
  readonly intakeListen?: string;
  readonly state?: string;
  readonly settings?: string;
  readonly insecure?: boolean;
  readonly logLevel?: string;
}

function toFlags(
  dir: string | undefined,
  { listen: address, intakeListen, state, insecure, logLevel }: ServeFlags,
): Record<string, unknown> {
  const flags = {
    sources: dir === undefined ? undefined : [{ dir }],
    listen: address,
    intake: intakeListen === undefined ? undefined : { listen: intakeListen },
    state,
    insecure,
    log: logLevel === undefined ? undefined : { level: logLevel },
  };
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}
