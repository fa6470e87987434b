import { statSync } from 'node:fs';
import { Option } from 'commander';
import { HooklineError } from '../errors.ts';
import { type AddCommand, command } from './add-command.ts';
import { DEFAULT_DIR, type ServerFlags, tokenOption, toServer, urlOption } from './options.ts';
import type { RenderOptions } from './render.ts';

function settingsOption(): Option {
  return new Option('--settings <file>', 'settings file, for what references reach (default: hookline.yaml)');
}

/** The options of `render`, as the command line has them. */
interface RenderFlags {
  readonly event?: string;
  readonly settings?: string;
  readonly format: RenderOptions['format'];
}

const addRender: AddCommand = (program, context, onExit) => {
  command(
    program,
    'render <hook> [path]',
    'hookline render slack-admins                         for a sample of its event',
    'hookline render slack-admins hooks.d --event e.json  for the event of a file',
    'hookline render slack-admins --format curl | sh      send it',
  )
    .description(
      'Show exactly what a hook would send for an event, and the same as a curl command, secrets masked; of a log the line, of a lambda what its functions return. PATH is a directory or a file (default: hooks.d)',
    )
    .option(
      '--event <file>',
      'an event {source, event, data}, or its data alone, in JSON or YAML; - for standard input (default: a sample)',
    )
    .addOption(
      new Option('--format <format>', 'how it is printed').choices(['text', 'curl', 'json']).default('text'),
    )
    .addOption(settingsOption())
    .action(async (hook: string, path: string | undefined, { event, settings, format }: RenderFlags) => {
      const { render } = await import('./render.ts');
      const place = { path: path ?? DEFAULT_DIR, settings: settings ?? null };
      onExit(await render({ hook, event: event ?? null, format, ...place }, context));
    });
};

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** The options of `explain`, as the command line has them. */
interface ExplainFlags extends ServerFlags {
  readonly hook?: string;
  readonly source?: string;
  readonly settings?: string;
  readonly format: 'text' | 'json';
}

const addExplain: AddCommand = (program, context, onExit) => {
  const added = command(
    program,
    'explain [event] [path]',
    'hookline explain event.json                           by the files of hooks.d',
    'hookline explain event.json --url http://HOST:PORT    by what a server knows',
    'hookline explain hooks.d --hook slack-admins          one hook, for a sample of its event',
    'hookline explain 019c2f6e-8a53-7d10-b0a4-9a5f0a6c2c77   what became of one that came in',
  )
    .description(
      'Explain what every hook makes of an event: whether it matches, what each gate says, what would be sent and when. EVENT is a file, - for standard input, or the id of an event a running server took in; PATH is a directory or a file of definitions (default: hooks.d). Exits 1 when the event would be refused',
    )
    .option('--hook <hook>', 'ask only this hook, by name or id; without EVENT it is asked about a sample')
    .option('--source <source>', 'source of an event that came in, where several have its id')
    .addOption(new Option('--format <format>', 'how it is printed').choices(['text', 'json']).default('text'))
    .addOption(settingsOption())
    .addOption(urlOption())
    .addOption(tokenOption());
  added.action(async (event: string | undefined, path: string | undefined, flags: ExplainFlags) => {
    const { explain } = await import('./explain.ts');
    const { hook = null, source = null, settings = null, format } = flags;
    // The address that the environment has is where ids are looked up: that server is not asked about files.
    const isServer = added.getOptionValueSource('url') === 'cli';
    if (isServer && path !== undefined)
      throw new HooklineError('usage', 'Cannot ask both a server and files: give --url or PATH');
    // A sample is asked about, so that what there is says where the definitions are.
    const isPlace = event !== undefined && path === undefined && flags.hook !== undefined && !isServer;
    const [given, place] = isPlace && isDirectory(event) ? [undefined, event] : [event, path];
    const asked = {
      event: given ?? null,
      path: place ?? DEFAULT_DIR,
      hook,
      source,
      settings,
      server: toServer(flags),
      isServer,
      json: format === 'json',
    };
    onExit(await explain(asked, context));
  });
};

/** The commands that show what hooks would do. */
export const EXPLAIN_COMMANDS: readonly AddCommand[] = [addRender, addExplain];
