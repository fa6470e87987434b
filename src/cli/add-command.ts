import type { Command } from 'commander';
import type { CommandContext, ExitCode } from './command.ts';

/** Told how a command ended. */
export type OnExit = (code: ExitCode) => void;

/** Adds one command to the command line. */
export type AddCommand = (program: Command, context: CommandContext, onExit: OnExit) => void;

/** A command with examples in its help. */
export function command(program: Command, usage: string, ...examples: readonly string[]): Command {
  return program.command(usage).addHelpText('after', ['\nExample:', ...examples].join('\n  $ '));
}

/** What is said before the first full stop, colon or bracket: one line of a menu. */
export function toShort(description: string): string {
  return (/^.*?(?=[.;(]|:(?!\d)|$)/.exec(description)?.[0] ?? '').trim();
}
