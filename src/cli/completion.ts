import type { Command, Option } from 'commander';
import { toShort } from './add-command.ts';

/** Shells that completion is written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** One of them. */
export type Shell = (typeof SHELLS)[number];

/** What a command offers to complete. */
interface Offer {
  readonly name: string;
  readonly description: string;
  readonly options: readonly Option[];
  /** What its first argument can be; none: a file, or anything. */
  readonly choices: readonly string[];
}

/** Writes the completion of every command, as a script for a shell to read: no program runs while somebody types. */
export function toCompletion(program: Command, shell: Shell): string {
  const offers = program.commands.map(toOffer);
  return { bash: toBash, zsh: toZsh, fish: toFish }[shell](offers);
}

/** A command with those below it: their names are what its first argument can be. */
function toOffer(command: Command): Offer {
  const below = command.commands;
  return {
    name: command.name(),
    description: toShort(command.description()),
    options: [command, ...below]
      .flatMap(({ options }) => options)
      .filter(({ long }) => long !== undefined && long !== null),
    choices: [...below.map((one) => one.name()), ...(command.registeredArguments[0]?.argChoices ?? [])],
  };
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function toBash(offers: readonly Offer[]): string {
  const choices = offers.flatMap(({ name, options }) =>
    options.flatMap(({ long, argChoices }) =>
      argChoices === undefined ? [] : [`    '${name} ${long}') words='${argChoices.join(' ')}' ;;`],
    ),
  );
  const flags = offers.map(
    ({ name, options }) => `      ${name}) words='${options.map(({ long }) => long).join(' ')}' ;;`,
  );
  const words = offers.filter(({ choices }) => choices.length > 0).map(toBashArguments);
  return `# Completion of hookline for bash: source <(hookline completion bash)
_hookline() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words=''
  if ((COMP_CWORD == 1)); then
    words='${offers.map(({ name }) => name).join(' ')}'
  else
    case "\${COMP_WORDS[1]} $before" in
${choices.join('\n')}
    esac
    if [[ -z $words && $current == -* ]]; then
      case "\${COMP_WORDS[1]}" in
${flags.join('\n')}
      esac
    elif [[ -z $words ]]; then
      case "\${COMP_WORDS[1]} $before" in
${words.join('\n')}
      esac
    fi
  fi
  # macOS has a bash without mapfile; names of files may hold spaces.
  local IFS=$'\\n'
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "\${words// /$IFS}" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _hookline hookline
`;
}

/** What follows an option that takes a value is that value. */
function toBashArguments({ name, options, choices }: Offer): string {
  const valued = options.filter(takesValue).map(({ long }) => `'${name} ${long}'`);
  const skip = valued.length === 0 ? '' : `      ${valued.join(' | ')}) ;;\n`;
  return `${skip}      '${name} '*) words='${choices.join(' ')}' ;;`;
}

function toZsh(offers: readonly Offer[]): string {
  const commands = offers.map(({ name, description }) => `    ${quote(`${name}:${description}`)}`);
  const cases = offers.map(({ name, options, choices }) => {
    const first = choices.length === 0 ? [] : [`1:${name}:(${choices.join(' ')})`];
    const specs = [...options.map(toZshSpec), ...first].map((spec) => `        ${quote(spec)} \\\n`);
    return `      ${name})\n      _arguments \\\n${specs.join('')}        '*:file:_files' ;;`;
  });
  return `#compdef hookline
# Completion of hookline for zsh: source <(hookline completion zsh)
_hookline() {
  local -a commands
  commands=(
${commands.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${cases.join('\n')}
  esac
}
compdef _hookline hookline
`;
}

function toZshSpec(option: Option): string {
  const { long, description, argChoices } = option;
  const shown = toShort(description).replaceAll(/[[\]\\:]/g, (character) => `\\${character}`);
  const action = argChoices === undefined ? '_files' : `(${argChoices.join(' ')})`;
  return `${long}[${shown}]${takesValue(option) ? `:${option.attributeName()}:${action}` : ''}`;
}

function toFish(offers: readonly Offer[]): string {
  const lines = offers.flatMap(({ name, description, options, choices }) => [
    `complete -c hookline -n __fish_use_subcommand -f -a ${name} -d ${quoteFish(description)}`,
    ...(choices.length === 0
      ? []
      : [
          `complete -c hookline -n '__fish_seen_subcommand_from ${name}' -f -a ${quoteFish(choices.join(' '))}`,
        ]),
    ...options.map((option) => {
      const { long, description: said, argChoices } = option;
      const value = argChoices === undefined ? ' -r' : ` -x -a ${quoteFish(argChoices.join(' '))}`;
      const shown = quoteFish(toShort(said));
      return `complete -c hookline -n '__fish_seen_subcommand_from ${name}' -l ${long?.slice(2)}${takesValue(option) ? value : ''} -d ${shown}`;
    }),
  ]);
  return `# Completion of hookline for fish: hookline completion fish | source\n${lines.join('\n')}\n`;
}

function quoteFish(text: string): string {
  return `'${text.replaceAll(/['\\]/g, (character) => `\\${character}`)}'`;
}
