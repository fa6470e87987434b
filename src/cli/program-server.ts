import { Option } from 'commander';
import { HooklineError } from '../errors.ts';
import { type AddCommand, command } from './add-command.ts';
import { collect, type ServerFlags, tokenOption, toServer, urlOption } from './options.ts';

const addStatus: AddCommand = (program, context, onExit) => {
  command(program, 'status', 'hookline status')
    .description(
      'Show what a running server serves and what is wrong; exits 1 unless the newest definitions serve',
    )
    .option('--json', 'print the status as JSON')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async ({ json = false, ...flags }: ServerFlags & { json?: boolean }) => {
      const { status } = await import('./status.ts');
      onExit(await status({ json, server: toServer(flags) }, context));
    });
};

const addReconcile: AddCommand = (program, context, onExit) => {
  command(program, 'reconcile', 'hookline reconcile', 'hookline reconcile --source acme')
    .description(
      'Have a running server look for changes of its definitions now, and print what came of it; exits 1 unless the newest definitions serve',
    )
    .addOption(
      new Option('--source <name>', 'ask the remote of this source only; may be given several times')
        .argParser(collect)
        .default([], 'all of them'),
    )
    .option('--json', 'print the answer as JSON')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(
      async ({ source, json = false, ...flags }: ServerFlags & { source: string[]; json?: boolean }) => {
        const { reconcile } = await import('./reconcile.ts');
        onExit(await reconcile({ sources: source, json, server: toServer(flags) }, context));
      },
    );
};

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
    .addOption(tokenOption())
    .action(async (revision: string, { json = false, ...flags }: ServerFlags & { json?: boolean }) => {
      const { confirm } = await import('./reconcile.ts');
      onExit(await confirm({ revision, json, server: toServer(flags) }, context));
    });
};

const addPing: AddCommand = (program, context, onExit) => {
  command(program, 'ping <hook>', 'hookline ping routes-webhook')
    .description(
      'Have a running server ping the receiver of a hook with handler webhook, and print what was sent; HOOK is an id or a name',
    )
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (hook: string, flags: ServerFlags) => {
      const { ping } = await import('./ping.ts');
      onExit(await ping({ hook, server: toServer(flags) }, context));
    });
};

/** The options of `replay`, as the command line has them. */
interface ReplayFlags extends ServerFlags {
  readonly hook?: string;
  readonly state?: string;
  readonly source?: string;
  readonly event?: string;
  readonly since?: string;
  readonly until?: string;
  readonly json?: boolean;
}

/** What narrows a replay, without the options that every command has that asks a server. */
function toFilter({
  hook,
  state,
  source,
  event,
  since,
  until,
}: ReplayFlags): Readonly<Record<string, string>> {
  const entries = Object.entries({ hook, state, source, event, since, until });
  return Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
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
    .addOption(tokenOption())
    .action(async (id: string | undefined, flags: ReplayFlags) => {
      const { json = false } = flags;
      const filter = toFilter(flags);
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
      const server = toServer(flags);
      onExit(await replay({ id: id ?? null, filter, server, json }, context));
    });
};

/** The commands about a running server. */
export const SERVER_COMMANDS: readonly AddCommand[] = [
  addStatus,
  addReconcile,
  addConfirm,
  addPing,
  addReplay,
];
