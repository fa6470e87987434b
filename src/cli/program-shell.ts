import { Argument } from 'commander';
import { type AddCommand, command } from './add-command.ts';
import { SHELLS, type Shell } from './completion.ts';

const addCompletion: AddCommand = (program, context, onExit) => {
  command(program, 'completion', 'source <(hookline completion bash)', 'hookline completion fish | source')
    .description('Print what a shell needs to complete commands and options')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .action(async (shell: Shell) => {
      const { toCompletion } = await import('./completion.ts');
      context.stdout.write(toCompletion(program, shell));
      onExit(0);
    });
};

/** The commands for the shell itself. */
export const SHELL_COMMANDS: readonly AddCommand[] = [addCompletion];
