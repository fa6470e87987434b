import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LoadedFile } from '../definitions/definition.ts';
import { HooklineError } from '../errors.ts';
import { type CommandContext, type ExitCode, writeLine } from './command.ts';
import { checkText } from './new-check.ts';
import { type Act, findUrl, toConfigText } from './new-config.ts';
import { toHookText } from './new-hook.ts';
import { checkOutput, STDOUT, writeNew } from './new-output.ts';
import type { PlacedHook, Said } from './new-questions.ts';
import { createPaint } from './print.ts';
import { printProblems } from './print-problems.ts';
import { readDefinitions } from './read-definitions.ts';

/** What `new` is asked for; what is null was not said. */
export interface NewOptions extends Said {
  readonly act: Act | null;
}

/** The reference's own example. */
const EXAMPLE = { source: 'crud', event: 'consumers' };

/**
 * Writes the file of a new hook, or prints it. What is not said is asked on a terminal, unless it was said what the hook is to
 * do. Nothing is made that would not load, and no file is overwritten.
 */
export async function newHook(options: NewOptions, context: CommandContext): Promise<ExitCode> {
  const { stdin, stdout, stderr } = context;
  const { dir } = options;
  const files = existsSync(dir) ? await readDefinitions(dir, stdin) : [];
  const placed = toSaidHook(options) ?? (await ask(options, files, context));
  if (placed === null) {
    writeLine(stderr, 'Nothing was written');
    return 1;
  }
  const { hook, output } = placed;
  checkOutput(output);
  if (hook.url !== null && findUrl(toConfigText(hook.act)) === null)
    throw new HooklineError('usage', 'Cannot give the hook a url: its handler sends no request');
  const text = toHookText(hook, output === STDOUT ? dir : dirname(output));
  const { warnings, variables } = await checkText(text, { hook, output, files, dir });
  if (output === STDOUT) stdout.write(text);
  else writeNew(output, text);
  printProblems(stderr, warnings, { textOf: () => text, paint: createPaint(stderr) });
  if (output === STDOUT) return 0;
  writeLine(stdout, `Wrote ${output}`);
  if (variables.length > 0) writeLine(stdout, `Set for the server: ${variables.join(', ')}`);
  return 0;
}

function toSaidHook({ act, source, event, name, url, output }: NewOptions): PlacedHook | null {
  if (act === null) return null;
  const which = source === null ? EXAMPLE : { source, event };
  return { hook: { act, ...which, name, url }, output: output ?? STDOUT };
}

async function ask(
  options: NewOptions,
  files: readonly LoadedFile[],
  context: CommandContext,
): Promise<PlacedHook | null> {
  if (!context.stdin.isTTY || !context.stderr.isTTY)
    throw new HooklineError(
      'usage',
      'Cannot ask what the hook is to do, since this is no terminal: say --preset or --handler',
    );
  const { askForHook } = await import('./new-questions.ts');
  return askForHook(options, { files, context });
}
