import { Command } from 'commander';
import { hideUsers } from '../shown-url.ts';
import { VERSION } from '../version.ts';
import { type OnExit, toShort } from './add-command.ts';
import type { CommandContext } from './command.ts';
import { toPrintable } from './printable.ts';
import { DEFINITION_COMMANDS } from './program-definitions.ts';
import { EVENT_COMMANDS } from './program-events.ts';
import { EXPLAIN_COMMANDS } from './program-explain.ts';
import { addNew } from './program-new.ts';
import { SERVER_COMMANDS } from './program-server.ts';
import { SHELL_COMMANDS } from './program-shell.ts';
import { TEST_COMMANDS } from './program-tests.ts';
import { TOKEN_COMMANDS } from './program-tokens.ts';
import { addTlsOptions } from './tls-options.ts';

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
    // What each does is said in full by its own help. Of 80 columns the list has 39, by default too few to break a line.
    .configureHelp({ minWidthToWrap: 20, subcommandDescription: (one) => toShort(one.description()) })
    .showHelpAfterError('(hookline COMMAND --help shows an example)')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(toPrintable(hideUsers(text))),
    })
    .exitOverride();
  const commands = [
    ...DEFINITION_COMMANDS,
    addNew,
    ...TEST_COMMANDS,
    ...EXPLAIN_COMMANDS,
    ...EVENT_COMMANDS,
    ...SERVER_COMMANDS,
    ...TOKEN_COMMANDS,
    ...SHELL_COMMANDS,
  ];
  for (const add of commands) add(program, context, onExit);
  for (const added of program.commands) if (isClient(added)) addTlsOptions(added);
  return program;
}

/** Whether a command asks a server. */
function isClient({ options }: Command): boolean {
  return options.some(({ envVar }) => envVar === 'HOOKLINE_URL');
}
