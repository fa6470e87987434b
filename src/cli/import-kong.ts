import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { count } from '../count.ts';
import { HooklineError } from '../errors.ts';
import type { JsonObject } from '../event.ts';
import type { ConvertedHook } from '../import/convert-hook.ts';
import { type Converted, convertHooks } from '../import/convert-hooks.ts';
import { toPlainName } from '../plain-name.ts';
import { type CommandContext, type ExitCode, writeLine } from './command.ts';
import { readGateway } from './import-read.ts';
import { writeNew } from './new-output.ts';
import { toColumns } from './print.ts';
import { toPrintable } from './printable.ts';
import { toSchemaLine } from './schema-line.ts';

/** What `import kong` is asked for. */
export interface ImportOptions {
  /** The Admin API of a gateway, or a file with what its /event-hooks answers. */
  readonly from: string;
  /** Directory that the files go to. */
  readonly to: string;
  /** Whether to write nothing, and say what would differ. */
  readonly check: boolean;
}

/** A file to write. */
interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Makes a file of every event hook of a gateway; 1 when something is left to do by hand. */
export async function importKong(options: ImportOptions, context: CommandContext): Promise<ExitCode> {
  const converted = convertHooks(await readGateway(options.from, context.env));
  const { hooks, refused } = converted;
  const say = (line = ''): void => writeLine(context.stdout, toPrintable(line));
  if (options.check) for (const hook of hooks) sayDifferences(hook, say);
  else {
    writeFiles(toFiles(converted, options.to));
    say(`Wrote ${count(hooks.length, 'hook')} to ${options.to}`);
  }
  sayVariables(hooks, say);
  const left = [...refused, ...hooks.flatMap(({ name, todo }) => todo.map((one) => `${name}: ${one}`))];
  if (left.length === 0) return 0;
  say();
  say('Left to do by hand; until then these hooks say enabled: false:');
  for (const one of left) say(`  ${one}`);
  return 1;
}

type Say = (line?: string) => void;

function sayDifferences({ name, definition, differences, todo }: ConvertedHook, say: Say): void {
  say(name);
  const { handler } = definition;
  const isSent = handler === 'webhook' || handler === 'webhook-custom';
  const all = [
    ...(isSent ? ['what is not answered 2xx is tried again; the gateway takes any answer for success'] : []),
    ...differences,
    ...todo.map((one) => `needs a hand: ${one}`),
  ];
  for (const one of all.length === 0 ? ['the same'] : all) say(`  ${one}`);
}

function sayVariables(hooks: readonly ConvertedHook[], say: Say): void {
  const variables = hooks.flatMap((hook) => [...hook.variables]);
  if (variables.length === 0) return;
  say();
  say('Set these variables where Hookline runs; the gateway has their values:');
  for (const line of toColumns(variables)) say(`  ${line}`);
}

function toFiles({ hooks, sources }: Converted, to: string): readonly NewFile[] {
  return [
    ...sources.map((source) =>
      toFile(join(to, `source-${toPlainName(String(source.name))}.yaml`), source, []),
    ),
    ...hooks.map(({ name, definition, todo }) => {
      // The name of a file is that of its hook.
      const { name: _, ...unnamed } = definition;
      return toFile(join(to, `${name}.yaml`), unnamed, todo);
    }),
  ];
}

function toFile(path: string, definition: JsonObject, todo: readonly string[]): NewFile {
  const comments = todo.map((one) => `# TODO: ${one.replaceAll(/\s+/g, ' ')}\n`).join('');
  return { path, text: toSchemaLine(dirname(path)) + comments + stringify(definition, { lineWidth: 0 }) };
}

/** All of them or none: what is there is never written over. Throws `conflict`. */
function writeFiles(files: readonly NewFile[]): void {
  const there = files.filter(({ path }) => existsSync(path)).map(({ path }) => path);
  if (there.length > 0)
    throw new HooklineError(
      'conflict',
      `Nothing was written: ${there.join(', ')} would be written over; see --to`,
    );
  for (const { path, text } of files) writeNew(path, text);
}
