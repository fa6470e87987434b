import { type Problem, toProblemLine } from '../definitions/problem.ts';
import type { Json } from '../event.ts';
import { askServer, type Server, toRefusal, toView } from './client.ts';
import { type CommandContext, type ExitCode, writeJson, writeLine } from './command.ts';
import { countProblems, createPaint } from './print.ts';
import { toPrintable } from './printable.ts';
import { isReady, type StatusView } from './status-lines.ts';

/** The answer of POST /reconcile?wait=true and POST /reconcile/confirm. */
interface ReconciledView extends Pick<StatusView, 'conditions' | 'revision' | 'serving'> {
  readonly problems: readonly Problem[];
}

/** What is asked of a server. */
interface Asked {
  readonly path: string;
  readonly body: Json;
  readonly server: Server;
  readonly json: boolean;
}

/** Has a running server look for changes now, and prints what came of it; 1 unless the newest definitions serve. */
export function reconcile(
  {
    sources,
    ...asked
  }: { readonly sources: readonly string[]; readonly server: Server; readonly json: boolean },
  context: CommandContext,
): Promise<ExitCode> {
  const body = sources.length === 0 ? {} : { sources: [...sources] };
  return ask({ path: '/reconcile?wait=true', body, ...asked }, context);
}

/** Lets a held revision go live, and prints what came of it; 1 unless it is what serves. */
export function confirm(
  { revision, ...asked }: { readonly revision: string; readonly server: Server; readonly json: boolean },
  context: CommandContext,
): Promise<ExitCode> {
  return ask({ path: '/reconcile/confirm', body: { revision }, ...asked }, context);
}

async function ask(
  { path, body, server, json }: Asked,
  { stdout, stderr }: CommandContext,
): Promise<ExitCode> {
  const answer = await askServer(server, path, { method: 'POST', body });
  if (answer.status !== 200) {
    writeLine(stderr, toRefusal(answer));
    return 1;
  }
  const view = toView<ReconciledView>(answer);
  if (json) writeJson(stdout, view);
  else for (const problem of view.problems) writeLine(stdout, toPrintable(toProblemLine(problem)));
  if (!json) writeLine(stdout, createPaint(stdout)(isReady(view) ? 'green' : 'red', describeVerdict(view)));
  return isReady(view) ? 0 : 1;
}

function describeVerdict({ conditions, problems, revision, serving }: ReconciledView): string {
  const ready = conditions.find(({ type }) => type === 'Ready');
  const found = problems.length === 0 ? '' : ` (${countProblems(problems)})`;
  return toPrintable(`${ready?.message ?? 'Not ready'}${found}; serving ${serving} ${revision ?? 'nothing'}`);
}
