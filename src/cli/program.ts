import { Command } from 'commander';
import { parseAddress } from '../address.ts';
import { HooklineError } from '../errors.ts';
import { VERSION } from '../version.ts';
import type { CommandContext, ExitCode } from './command.ts';
import { type ServeFlags, toSettingsFlags, toStatus, urlOption } from './options.ts';

/** Told how a command ended. */
type OnExit = (code: ExitCode) => void;

const EXAMPLE = `
Example:
  $ hookline serve hooks.d                          in one terminal
  $ hookline emit crud consumers '{"entity":{}}'    in another`;

/**
 * The command line: each command reads its options here and does its work in a file of its own, loaded when it is
 * asked for, so that a short command is quick.
 */
export function createProgram(context: CommandContext, onExit: OnExit): Command {
  const program = new Command('hookline')
    .description('Event hooks declared in git: when this event happens, do that.')
    .version(VERSION)
    .addHelpText('after', EXAMPLE)
    .showHelpAfterError('(hookline COMMAND --help shows an example)')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
    .exitOverride();
  for (const add of [
    addServe,
    addValidate,
    addEmit,
    addListen,
    addStatus,
    addReconcile,
    addConfirm,
    addPing,
    addReplay,
  ])
    add(program, context, onExit);
  return program;
}

type AddCommand = (program: Command, context: CommandContext, onExit: OnExit) => void;

const addServe: AddCommand = (program, context, onExit) => {
  command(
    program,
    'serve [place]',
    'hookline serve hooks.d --listen 127.0.0.1:8440',
    'hookline serve https://github.com/acme/hooks.git#main',
  )
    .description(
      'Serve the hooks of a directory or a git repository (default: hooks.d): validate them, take events in, deliver them',
    )
    .option('--listen <host:port>', 'address of the API and of POST /events (default: 127.0.0.1:8440)')
    .option('--intake-listen <host:port>', 'separate address for POST /events')
    .option('--state <dir>', 'directory that holds the journal (default: .hookline)')
    .option('--settings <file>', 'settings file (default: hookline.yaml if it is there)')
    .option('--insecure', 'allow an address that others can reach')
    .option('--log-level <level>', 'silent, error, warn, info or debug (default: info)')
    .action(async (place: string | undefined, options: ServeFlags) => {
      const { serve } = await import('./serve.ts');
      const flags = toSettingsFlags(place, options);
      onExit(await serve({ flags, settings: options.settings ?? null }, context));
    });
};

const addValidate: AddCommand = (program, context, onExit) => {
  command(program, 'validate [paths...]', 'hookline validate hooks.d')
    .description(
      'Find every problem of definitions without serving them; PATHS are directories and files (default: hooks.d), or - for standard input. Exits 1 when there is an error',
    )
    .option('--json', 'print the problems as JSON')
    .action(async (paths: string[], { json = false }: { json?: boolean }) => {
      const { validate } = await import('./validate.ts');
      onExit(await validate({ paths: paths.length === 0 ? ['hooks.d'] : paths, json }, context));
    });
};

/** The options of `emit`, as the command line has them. */
interface EmitFlags {
  readonly id?: string;
  readonly time?: string;
  readonly url: string;
}

const addEmit: AddCommand = (program, context, onExit) => {
  command(
    program,
    'emit <source> <event> [data]',
    `hookline emit crud consumers '{"entity":{"username":"jane"}}'`,
    'hookline emit crud consumers @consumer.json --id my-1',
  )
    .description(
      'Send an event to a running server; DATA is JSON, @FILE, or - for standard input (default: {})',
    )
    .option('--id <id>', 'id of the event; the same id again is a duplicate')
    .option('--time <time>', 'time of the event, as in 2026-01-31T12:00:00Z')
    .addOption(urlOption())
    .action(async (source: string, event: string, data: string | undefined, options: EmitFlags) => {
      const { emit } = await import('./emit.ts');
      onExit(await emit({ source, event, data: data ?? '{}', ...options }, context));
    });
};

/** The options of `listen`, as the command line has them. */
interface ListenFlags {
  readonly listen: ReturnType<typeof parseAddress>;
  readonly secret?: string;
  readonly status: number;
}

const addListen: AddCommand = (program, context, onExit) => {
  const address = '127.0.0.1:9000';
  command(program, 'listen', `hookline listen --listen ${address} --secret hunter2`)
    .description('Run a local receiver that prints what it gets and verifies signatures')
    .option('--listen <host:port>', `address to listen on (default: ${address})`, parseAddress)
    .option('--secret <secret>', 'verify signatures with this secret')
    .option('--status <code>', 'status to answer with', toStatus, 200)
    .action(async (options: Partial<ListenFlags> & Pick<ListenFlags, 'status'>) => {
      const { listen } = await import('./listen.ts');
      const { listen: asked = parseAddress(address), secret = null, status } = options;
      onExit(await listen({ listen: asked, secret, status }, context));
    });
};

const addStatus: AddCommand = (program, context, onExit) => {
  command(program, 'status', 'hookline status')
    .description(
      'Show what a running server serves and what is wrong; exits 1 unless the newest definitions serve',
    )
    .option('--json', 'print the status as JSON')
    .addOption(urlOption())
    .action(async ({ json = false, url }: { json?: boolean; url: string }) => {
      const { status } = await import('./status.ts');
      onExit(await status({ json, url }, context));
    });
};

const addReconcile: AddCommand = (program, context, onExit) => {
  command(program, 'reconcile', 'hookline reconcile', 'hookline reconcile --source acme')
    .description(
      'Have a running server look for changes of its definitions now, and print what came of it; exits 1 unless the newest definitions serve',
    )
    .option('--source <name>', 'ask the remote of this source only; may be given several times', collect, [])
    .option('--json', 'print the answer as JSON')
    .addOption(urlOption())
    .action(async ({ source, json = false, url }: { source: string[]; json?: boolean; url: string }) => {
      const { reconcile } = await import('./reconcile.ts');
      onExit(await reconcile({ sources: source, json, url }, context));
    });
};

function collect(one: string, before: readonly string[]): readonly string[] {
  return [...before, one];
}

const addConfirm: AddCommand = (program, context, onExit) => {
  command(
    program,
    'confirm <revision>',
    'hookline confirm main@sha1:9fceb02d0ae598e95dc970b74767f19372d61af8',
  )
    .description(
      'Let a change go live that is held because it removes most hooks; REVISION is the one status shows',
    )
    .option('--json', 'print the answer as JSON')
    .addOption(urlOption())
    .action(async (revision: string, { json = false, url }: { json?: boolean; url: string }) => {
      const { confirm } = await import('./reconcile.ts');
      onExit(await confirm({ revision, json, url }, context));
    });
};

const addPing: AddCommand = (program, context, onExit) => {
  command(program, 'ping <hook>', 'hookline ping routes-webhook')
    .description(
      'Have a running server ping the receiver of a hook with handler webhook, and print what was sent; HOOK is an id or a name',
    )
    .addOption(urlOption())
    .action(async (hook: string, { url }: { url: string }) => {
      const { ping } = await import('./ping.ts');
      onExit(await ping({ hook, url }, context));
    });
};

/** The options of `replay`, as the command line has them. */
interface ReplayFlags {
  readonly hook?: string;
  readonly state?: string;
  readonly source?: string;
  readonly event?: string;
  readonly since?: string;
  readonly until?: string;
  readonly json?: boolean;
  readonly url: string;
}

const addReplay: AddCommand = (program, context, onExit) => {
  command(
    program,
    'replay [delivery]',
    'hookline replay --hook slack-admins --since 2026-01-31T12:00:00Z',
    'hookline replay 019c2f6e-8a53-7d10-b0a4-9a5f0a6c2c77',
  )
    .description(
      'Have a running server make deliveries at once: one by its id, or all that were never delivered and match',
    )
    .option('--hook <hook>', 'of this hook, by id or name')
    .option(
      '--state <state>',
      'in this state: undelivered (default), pending, failed, exhausted or succeeded',
    )
    .option('--source <source>', 'of events of this source')
    .option('--event <event>', 'of events of this name')
    .option('--since <time>', 'created at or after, as in 2026-01-31T12:00:00Z')
    .option('--until <time>', 'created before')
    .option('--json', 'print the answer as JSON')
    .addOption(urlOption())
    .action(async (id: string | undefined, { url, json = false, ...filter }: ReplayFlags) => {
      if (id === undefined && Object.keys(filter).length === 0)
        throw new HooklineError(
          'usage',
          'Cannot replay nothing: give the id of a delivery, or --hook, --state, --source, --event, --since or --until',
        );
      if (id !== undefined && Object.keys(filter).length > 0)
        throw new HooklineError(
          'usage',
          'Cannot replay one delivery and a filter: give the id, or what narrows them',
        );
      const { replay } = await import('./replay.ts');
      onExit(await replay({ id: id ?? null, filter, url, json }, context));
    });
};

function command(program: Command, usage: string, ...examples: readonly string[]): Command {
  return program.command(usage).addHelpText('after', ['\nExample:', ...examples].join('\n  $ '));
}
