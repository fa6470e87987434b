import { statSync } from 'node:fs';
import { systemClock } from '../clock.ts';
import { HooklineError } from '../errors.ts';
import type { JsonObject } from '../event.ts';
import { createExplain } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { askServer, type Server, toRefusal, toView } from './client.ts';
import { type CommandContext, type ExitCode, writeJson, writeLine } from './command.ts';
import { toExplainText } from './explain-text.ts';
import { type DefinitionsPlace, findHook, openDefinitions } from './open-definitions.ts';
import { createPaint } from './print.ts';
import { toOneLine } from './printable.ts';
import { readEvent, STDIN, toSampleEvent } from './read-event.ts';

/** What `explain` is asked for. */
export interface ExplainOptions extends DefinitionsPlace {
  /** A file, - for standard input, or the id of an event that came in; null: a sample for the hook. */
  readonly event: string | null;
  /** The only hook that is asked; null: all are. */
  readonly hook: string | null;
  /** Of an event that came in, where several sources sent one with its id. */
  readonly source: string | null;
  readonly server: Server;
  /** Whether the server is asked, and not files. */
  readonly isServer: boolean;
  readonly json: boolean;
}

/** Explains what every hook makes of an event; 1 when it would be refused. */
export async function explain(options: ExplainOptions, context: CommandContext): Promise<ExitCode> {
  const explanation = await ask(options, context);
  if (explanation === null) return 1;
  const { stdout } = context;
  if (options.json) writeJson(stdout, explanation);
  else writeLine(stdout, toExplainText(explanation, createPaint(stdout)));
  return explanation.refused === null ? 0 : 1;
}

async function ask(options: ExplainOptions, context: CommandContext): Promise<Explanation | null> {
  const { event, isServer, hook } = options;
  if (event === null && hook === null)
    throw new HooklineError(
      'usage',
      'Cannot explain nothing: give a file, - or the id of an event, or --hook for a sample of its event',
    );
  if (event !== null && !isFile(event)) return askRecorded(event, options);
  return isServer ? askGiven(options, context) : askFiles(options, context);
}

function isFile(event: string): boolean {
  if (event === STDIN) return true;
  try {
    return statSync(event, { throwIfNoEntry: false })?.isDirectory() === false;
  } catch (error) {
    // An id may be longer than the name of a file. What else keeps from a file is said when it is read.
    return (error as NodeJS.ErrnoException).code !== 'ENAMETOOLONG';
  }
}

async function askFiles(options: ExplainOptions, context: CommandContext): Promise<Explanation | null> {
  await using open = await openDefinitions(options, context);
  if (open === null) return null;
  const { snapshot, tryOut } = open;
  const hook = options.hook === null ? null : findHook(snapshot, options.hook);
  const definition = hook?.definition ?? null;
  const event =
    options.event === null && definition !== null
      ? toSampleEvent(definition, snapshot.catalogue)
      : await readEvent(options.event ?? STDIN, { hook: definition, stdin: context.stdin });
  const answer = createExplain({
    isGone: () => false,
    gateStates: null,
    lanes: () => [],
    tryOut,
    clock: systemClock,
  });
  return answer({ snapshot, isServed: false, event, recorded: null, hook });
}

async function askGiven(
  { event, hook, server }: ExplainOptions,
  { stdin }: CommandContext,
): Promise<Explanation> {
  if (event === null)
    throw new HooklineError(
      'usage',
      'Cannot ask a server about a sample: give a file, - or the id of an event',
    );
  const { attributes, ...sent } = await readEvent(event, { hook: null, stdin });
  const body: JsonObject = sent;
  const answer = await askServer(server, `/explain?${toQuery({ hook })}`, { method: 'POST', body });
  if (answer.status === 200) return toView<Explanation>(answer);
  throw new HooklineError('unprocessable', `Cannot explain the event: ${toRefusal(answer)}`);
}

async function askRecorded(id: string, { hook, source, server }: ExplainOptions): Promise<Explanation> {
  const what = `Cannot explain "${toOneLine(id)}": no file has this name, and as the id of an event`;
  const answer = await askServer(server, `/explain?${toQuery({ id, source, hook })}`).catch((cause) => {
    if (!(cause instanceof HooklineError)) throw cause;
    throw new HooklineError(cause.code, `${what}: ${cause.message}`, { cause });
  });
  if (answer.status === 200) return toView<Explanation>(answer);
  throw new HooklineError('unprocessable', `${what}: ${server.url} answers ${toRefusal(answer)}`);
}

function toQuery(parameters: Readonly<Record<string, string | null>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== null) query.set(name, value);
  return query;
}
