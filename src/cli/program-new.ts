import { InvalidArgumentError, Option } from 'commander';
import { HANDLERS, type HandlerName } from '../definitions/definition.ts';
import { toHint } from '../definitions/suggest.ts';
import { HooklineError } from '../errors.ts';
import { PRESET_NAMES, type PresetName } from '../presets/presets.ts';
import { type AddCommand, command } from './add-command.ts';
import type { Act } from './new-config.ts';
import { DEFAULT_DIR } from './options.ts';

/** The options of `new`, as the command line has them. */
interface NewFlags {
  readonly preset?: PresetName;
  readonly handler?: HandlerName;
  readonly source?: string;
  readonly event?: string;
  readonly name?: string;
  readonly url?: string;
  readonly output?: string;
}

/** The command that writes the file of a hook. */
export const addNew: AddCommand = (program, context, onExit) => {
  command(
    program,
    'new [dir]',
    'hookline new                         asks, and writes a file into hooks.d',
    'hookline new --preset slack          prints the message to Slack, to be edited',
    'hookline new --handler webhook --source crud --event consumers --output hooks.d/first.yaml',
  )
    .description(
      'Write the file of a new hook. DIR holds the definitions (default: hooks.d), whose sources are known. Without --preset and --handler it asks',
    )
    .addOption(
      new Option('--preset <preset>', 'the receiver').choices(PRESET_NAMES).argParser(toKnown(PRESET_NAMES)),
    )
    .addOption(
      new Option('--handler <handler>', 'the handler').choices(HANDLERS).argParser(toKnown(HANDLERS)),
    )
    .option('--source <source>', 'source of the events (default: crud, with the event consumers)')
    .option('--event <event>', 'the event (default: every event of the source)')
    .option('--name <name>', 'name of the hook (default: that of the file)')
    .option('--url <url>', 'where requests go (default: a reference to a variable)')
    .option(
      '--output <file>',
      'file to write, which must not be there; - prints (the default with --preset and --handler)',
    )
    .action(async (dir: string | undefined, flags: NewFlags) => {
      const { newHook } = await import('./new.ts');
      const { source = null, event = null, name = null, url = null, output = null } = flags;
      const act = toAct(flags);
      onExit(await newHook({ act, source, event, name, url, output, dir: dir ?? DEFAULT_DIR }, context));
    });
};

/** Reads one of the names that are known. */
function toKnown<Name extends string>(known: readonly Name[]): (text: string) => Name {
  return (text) => {
    const name = known.find((one) => one === text);
    if (name === undefined) throw new InvalidArgumentError(toHint(text, known) ?? '');
    return name;
  };
}

function toAct({ preset, handler, source, event }: NewFlags): Act | null {
  if (event !== undefined && source === undefined)
    throw new HooklineError('usage', `Cannot find event "${event}" without its source: say --source too`);
  if (preset !== undefined && handler !== undefined && handler !== 'webhook-custom')
    throw new HooklineError(
      'usage',
      `Cannot use preset "${preset}" with handler "${handler}": presets are for webhook-custom`,
    );
  if (preset !== undefined) return { kind: 'preset', preset };
  return handler === undefined ? null : { kind: 'handler', handler };
}
