import { Argument, Option } from 'commander';
import { type AddCommand, command } from './add-command.ts';
import {
  DEFAULT_DIR,
  type ServeFlags,
  type ServerFlags,
  tokenOption,
  toPositive,
  toServer,
  toSettingsFlags,
  urlOption,
} from './options.ts';
import { REPORT_FORMATS } from './problem-report.ts';
import type { ValidateOptions } from './validate.ts';

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

/** The options of `validate`, as the command line has them. */
interface ValidateFlags {
  readonly json?: boolean;
  readonly format: ValidateOptions['format'];
  readonly strict?: boolean;
  readonly rev?: string;
}

const addValidate: AddCommand = (program, context, onExit) => {
  command(
    program,
    'validate [paths...]',
    'hookline validate hooks.d',
    'hookline validate hooks.d README.md --strict    the blocks of YAML in a text too',
    'hookline validate --rev v1.2.0 hooks.d          as it was committed',
  )
    .description(
      'Find every problem of definitions without serving them; PATHS are directories and files (default: hooks.d), or - for standard input. Exits 1 when there is an error',
    )
    .addOption(
      new Option('--format <format>', 'how problems are printed')
        .choices(['pretty', 'json', ...REPORT_FORMATS])
        .default('pretty'),
    )
    .addOption(new Option('--json', 'the same as --format json').conflicts('format'))
    .option('--strict', 'take a warning for an error')
    .option('--rev <revision>', 'read the paths from a revision of git')
    .action(async (paths: string[], { json, format, strict = false, rev }: ValidateFlags) => {
      const { validate } = await import('./validate.ts');
      const asked = {
        paths: paths.length === 0 ? [DEFAULT_DIR] : paths,
        format: json === true ? 'json' : format,
        strict,
        revision: rev ?? null,
      } as const;
      onExit(await validate(asked, context));
    });
};

/** The options of `diff`, as the command line has them. */
interface DiffFlags extends ServerFlags {
  readonly path?: string;
  readonly prefix?: string;
  readonly events?: string | true;
  readonly limit: number;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

const SIDES = `
FROM and TO are each one of
  server                  what the server at --url runs
  http://HOST:PORT        what that server runs
  a directory             as it is now: hooks.d, ./main
  a git revision          as it was committed: main, v1.0.0, HEAD~1
Without any, the server is compared with hooks.d; a directory alone with the server; anything else alone with hooks.d.

Exit codes: 0 no difference, 1 differences, 2 they could not be compared`;

const addDiff: AddCommand = (program, context, onExit) => {
  command(
    program,
    'diff [from] [to]',
    'hookline diff                                 what would change if hooks.d went live',
    'hookline diff main                            what hooks.d changes against main',
    'hookline diff v1.0.0 v1.1.0 --path hooks.d    what a release changed',
    'hookline diff server v1.1.0 --events          and which recorded events would go elsewhere',
  )
    .description('Show what differs between two sets of definitions, secrets masked')
    .addHelpText('after', SIDES)
    .option(
      '--path <dir>',
      'directory of the definitions in revisions (default: the other side, else hooks.d)',
    )
    .option('--prefix <prefix>', 'compare only hooks whose names begin so, and no sources')
    .option(
      '--events [file]',
      'replay recorded events through both sides: of the file, a JSON object a line, else of the server; say --events=FILE or put it last',
    )
    .option('--limit <number>', 'events that are replayed at most', toPositive, 1000)
    .addOption(new Option('--json', 'print JSON').conflicts('markdown'))
    .option('--markdown', 'print markdown for a comment of a pull request')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (from: string | undefined, to: string | undefined, flags: DiffFlags) => {
      const { diff } = await import('./diff.ts');
      const sides = [from, to].filter((side) => side !== undefined);
      onExit(await diff({ sides, ...toDiffOptions(flags) }, context));
    });
};

function toDiffOptions({ path, prefix, events, limit, json = false, markdown = false, ...flags }: DiffFlags) {
  const format = json ? 'json' : markdown ? 'markdown' : 'text';
  return {
    path: path ?? null,
    prefix: prefix ?? null,
    events: events ?? null,
    limit,
    server: toServer(flags),
    format,
  } as const;
}

/** The options of `import`, as the command line has them. */
interface ImportFlags {
  readonly from: string;
  readonly to: string;
  readonly check?: boolean;
}

const addImport: AddCommand = (program, context, onExit) => {
  command(
    program,
    'import',
    'hookline import kong --from http://127.0.0.1:8001 --check    what would differ',
    'hookline import kong --from event-hooks.json --to hooks.d',
  )
    .description(
      'Make files of the event hooks of a gateway (kong): secrets become references, templates are translated, Lua stays as it is. Files that are there are never written over',
    )
    .addArgument(new Argument('<gateway>', 'which gateway').choices(['kong']))
    .requiredOption(
      '--from <url|file>',
      'its Admin API (a token is read from KONG_ADMIN_TOKEN), or a file with what /event-hooks answers',
    )
    .option('--to <dir>', 'directory for the files', DEFAULT_DIR)
    .option('--check', 'write nothing; show what each hook would do otherwise')
    .action(async (_kong: 'kong', { from, to, check = false }: ImportFlags) => {
      const { importKong } = await import('./import-kong.ts');
      onExit(await importKong({ from, to, check }, context));
    });
};

/** The commands about definitions. */
export const DEFINITION_COMMANDS: readonly AddCommand[] = [addServe, addValidate, addDiff, addImport];
