import { toTextOf } from '../definitions/load-file.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { HookEvent } from '../event.ts';
import type { Prepare, Prepared } from '../reconcile/prepare.ts';
import { toSafeJson } from '../safe-json.ts';
import type { Server } from './client.ts';
import type { CommandContext, ExitCode } from './command.ts';
import { type Comparison, compareSides, isNamed, type PreparedSide } from './diff-comparison.ts';
import { readEventsFile, readHistory } from './diff-events.ts';
import { toDiffMarkdown } from './diff-markdown.ts';
import { diffRoutes } from './diff-routes.ts';
import { type ReadSide, readSide, type Sides, toSides } from './diff-sides.ts';
import { toDiffText } from './diff-text.ts';
import { createPreparing } from './preparing.ts';
import { countProblems, createPaint } from './print.ts';
import { printProblems } from './print-problems.ts';

/** What `diff` is asked for. */
export interface DiffOptions {
  /** At most two: see toSides. */
  readonly sides: readonly string[];
  /** Directory of the definitions in revisions; null: the one they are compared with, else hooks.d. */
  readonly path: string | null;
  /** Names of the hooks that count begin so; null: all count. */
  readonly prefix: string | null;
  /** The one at --url. */
  readonly server: Server;
  readonly format: 'text' | 'json' | 'markdown';
  /** A file of recorded events; true: the history of the server; null: none are replayed. */
  readonly events: string | true | null;
  /** Events that are replayed at most. */
  readonly limit: number;
}

/**
 * Compares two sets of definitions and prints what differs: 0 for nothing, 1 for something. Whatever keeps it from
 * comparing is thrown as `not_comparable`, so that no failure passes for a difference.
 */
export async function diff(options: DiffOptions, context: CommandContext): Promise<ExitCode> {
  try {
    const comparison = await compare(options, context);
    context.stdout.write(format(comparison, options, context));
    return comparison.different ? 1 : 0;
  } catch (cause) {
    if (cause instanceof HooklineError && cause.code === 'not_comparable') throw cause;
    throw new HooklineError('not_comparable', toMessage(cause), { cause });
  }
}

function format(comparison: Comparison, options: DiffOptions, { stdout }: CommandContext): string {
  switch (options.format) {
    case 'json':
      return `${toSafeJson(JSON.stringify(comparison, null, 2))}\n`;
    case 'markdown':
      return toDiffMarkdown(comparison);
    case 'text':
      return toDiffText(comparison, createPaint(stdout));
  }
}

async function compare(options: DiffOptions, context: CommandContext): Promise<Comparison> {
  const { path, server, prefix } = options;
  const sides = await toSides(options.sides, { server, context });
  const from = await readSide(sides.from, { other: sides.to, path, context });
  const to = await readSide(sides.to, { other: sides.from, path, context });
  await using preparing = createPreparing();
  const prepared = await prepareBoth([from, to], { prepare: preparing.prepare, context });
  const events = await readEvents(sides, options);
  const before = narrow(prepared.from.prepared, prefix);
  const after = narrow(prepared.to.prepared, prefix);
  return compareSides({
    ...prepared,
    prefix,
    replay: events === null ? null : (renamed) => diffRoutes(events, { before, after, renamed }),
  });
}

function narrow(prepared: Prepared, prefix: string | null): Prepared {
  return { ...prepared, hooks: prepared.hooks.filter(({ hook }) => isNamed(hook, prefix)) };
}

/** Prepares both sides, so that the problems of both are told at once. Throws `not_comparable` when there is an error. */
async function prepareBoth(
  [from, to]: readonly [ReadSide, ReadSide],
  { prepare, context }: { readonly prepare: Prepare; readonly context: CommandContext },
): Promise<{ readonly from: PreparedSide; readonly to: PreparedSide }> {
  const both = {
    from: { side: from, prepared: await prepare(from.files) },
    to: { side: to, prepared: await prepare(to.files) },
  };
  // Who compares a place with itself is told of it once.
  const byLabel = new Map([both.from, both.to].map((one) => [one.side.label, one]));
  const bad = [...byLabel.values()].filter(({ prepared }) => !prepared.good);
  if (bad.length === 0) return both;
  const { stderr } = context;
  for (const { side, prepared } of bad) {
    const textOf = toTextOf(side.files);
    const errors = prepared.problems.filter(({ severity }) => severity === 'error');
    printProblems(stderr, errors, { textOf, paint: createPaint(stderr) });
  }
  const said = bad.map(({ side, prepared }) => `${side.label} has ${countProblems(prepared.problems)}`);
  throw new HooklineError('not_comparable', `Cannot compare definitions that are wrong: ${said.join(', ')}`);
}

/** The history is that of a server that is compared, the later one first, else of the one at --url. */
async function readEvents(
  { from, to }: Sides,
  { events, limit, server }: DiffOptions,
): Promise<readonly HookEvent[] | null> {
  if (events === null) return null;
  if (events !== true) return readEventsFile(events, limit);
  const [compared = server] = [to, from].flatMap((side) => (side.kind === 'server' ? [side.server] : []));
  return readHistory(compared, limit);
}
