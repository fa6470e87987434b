import { InvalidArgumentError, Option } from 'commander';
import { type AddCommand, command } from './add-command.ts';

/** The options of `test`, as the command line has them. */
interface TestFlags {
  readonly root?: string;
  readonly run?: RegExp;
  readonly update?: boolean;
  readonly watch?: boolean;
  readonly junit?: string;
  readonly json?: boolean;
}

const EXIT_CODES = '\nExit codes: 0 all passed, 1 some failed or could not be run, 2 there is no such test';

const addTest: AddCommand = (program, context, onExit) => {
  command(
    program,
    'test [paths...]',
    'hookline test',
    'hookline test hooks.d --run slack --watch',
    'hookline test hooks.d --junit report.xml',
  )
    .description(
      'Run the tests of hooks: files named *.test.yaml, PATHS or those below them (default: hooks.d). Events go through what serves them, on a clock of their own; nothing is sent anywhere',
    )
    .addHelpText('after', EXIT_CODES)
    .option(
      '--root <dir>',
      'directory that definitions are named from (default: hooks.d for tests in it, else the directory that is named)',
    )
    .addOption(
      new Option('--run <pattern>', 'run tests whose names match a regular expression').argParser(toPattern),
    )
    .option('--update', 'write snapshots anew')
    .option('--watch', 'run again whenever something changes')
    .option('--junit <file>', 'write a JUnit report')
    .option('--json', 'print what became of each test as JSON')
    .action(async (paths: string[], flags: TestFlags) => {
      const { root = null, run = null, update = false, watch = false, junit = null, json = false } = flags;
      const { test } = await import('./test.ts');
      onExit(await test({ paths, root, pattern: run, update, watch, junit, json }, context));
    });
};

function toPattern(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch {
    throw new InvalidArgumentError('it is a regular expression');
  }
}

/** The commands that run tests. */
export const TEST_COMMANDS: readonly AddCommand[] = [addTest];
