import { Option } from 'commander';
import { SCOPES, type Scope } from '../token-settings.ts';
import { type AddCommand, command } from './add-command.ts';
import { collect } from './options.ts';

/** The options of `token new`, as the command line has them. */
interface NewTokenFlags {
  readonly name?: string;
  readonly scope: readonly Scope[];
  readonly source: readonly string[];
  readonly json?: boolean;
}

const addToken: AddCommand = (program, context, onExit) => {
  const token = command(
    program,
    'token',
    'hookline token new --name billing --scope emit --source billing',
  ).description('Make tokens for callers of the API');
  command(
    token,
    'new',
    'hookline token new --name billing --scope emit --source billing',
    'hookline token new --name oncall --scope read --scope operate',
  )
    .description('Print a new token, once, with the lines for the settings; those have its hash only')
    .option('--name <name>', 'what the log and the counters call it (default: made of its hash)')
    .addOption(
      new Option('--scope <scope...>', 'what it may be used for; may be given several times')
        .choices(SCOPES)
        .default(['emit']),
    )
    .addOption(
      new Option(
        '--source <pattern>',
        'source whose events it may send, * for any characters; may be given several times',
      )
        .argParser(collect)
        .default([], 'every source'),
    )
    .option('--json', 'print the token and its settings as JSON')
    .action(async ({ name, scope, source, json = false }: NewTokenFlags) => {
      const { newToken } = await import('./token-new.ts');
      const scopes = SCOPES.filter((one) => scope.includes(one));
      onExit(await newToken({ name: name ?? null, scopes, sources: source, json }, context));
    });
};

/** The commands about who may call. */
export const TOKEN_COMMANDS: readonly AddCommand[] = [addToken];
