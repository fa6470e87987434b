import { parseAddress } from '../address.ts';
import { type AddCommand, command } from './add-command.ts';
import { type ServerFlags, tokenOption, toServer, toStatus, urlOption } from './options.ts';

/** The options of `emit`, as the command line has them. */
interface EmitFlags extends ServerFlags {
  readonly id?: string;
  readonly time?: string;
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
    .addOption(tokenOption())
    .action(
      async (source: string, event: string, data: string | undefined, { url, token, ...said }: EmitFlags) => {
        const { emit } = await import('./emit.ts');
        onExit(
          await emit(
            { source, event, data: data ?? '{}', ...said, server: toServer({ url, token }) },
            context,
          ),
        );
      },
    );
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

const addEvents: AddCommand = (program, context, onExit) => {
  command(
    program,
    'events [source] [event]',
    'hookline events                  which sources there are',
    'hookline events crud             the events of one',
    'hookline events crud consumers   one event, its fields and a sample of it',
  )
    .description(
      'Show the events that hooks can be declared on: those built in and those your sources declare',
    )
    .option('--dir <dir>', 'directory that declares sources (default: hooks.d, if it is there)')
    .option('--json', 'print JSON')
    .action(async (source: string | undefined, event: string | undefined, options: EventsFlags) => {
      const { showEvents } = await import('./events.ts');
      const { dir, json = false } = options;
      onExit(
        await showEvents({ source: source ?? null, event: event ?? null, dir: dir ?? null, json }, context),
      );
    });
};

/** The options of `events`, as the command line has them. */
interface EventsFlags {
  readonly dir?: string;
  readonly json?: boolean;
}

/** The commands that send and receive. */
export const EVENT_COMMANDS: readonly AddCommand[] = [addEmit, addListen, addEvents];
