import type { Problem } from '../definitions/problem.ts';
import { askServer, toRefusal } from './client.ts';
import { type CommandContext, type ExitCode, writeLine } from './command.ts';
import { count, countProblems, createPaint, type Paint } from './print.ts';

/** The answer of GET /status, as far as it is printed. */
interface StatusView {
  readonly version: string;
  readonly revision: string | null;
  readonly serving: string;
  readonly hooks: number;
  readonly sources: number;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
  readonly lastApplied: { readonly at: string } | null;
  readonly problems: readonly Problem[];
  readonly deliveries: Readonly<Record<string, number>>;
}

/** Prints where a running server stands; 1 when it is not ready. */
export async function status(
  { url, json }: { readonly url: string; readonly json: boolean },
  { stdout, stderr }: CommandContext,
): Promise<ExitCode> {
  const answer = await askServer(`${url}/status`);
  if (answer.status !== 200) {
    writeLine(stderr, `Cannot read the status: ${toRefusal(answer)}`);
    return 1;
  }
  const view = answer.body as unknown as StatusView;
  writeLine(stdout, json ? JSON.stringify(view, null, 2) : describe(view, createPaint(stdout)));
  return isReady(view) ? 0 : 1;
}

function isReady({ conditions }: StatusView): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function describe(view: StatusView, paint: Paint): string {
  const { version, revision, serving, hooks, sources, conditions, lastApplied, problems, deliveries } = view;
  const ready = isReady(view);
  const words = conditions.filter(({ type, status }) => type === 'Ready' || status === 'True');
  return [
    `${paint(ready ? 'green' : 'red', ready ? 'Ready' : 'Not ready')}  hookline ${version}, serving ${serving}`,
    `Revision    ${revision ?? 'none'}${lastApplied === null ? '' : `, applied ${lastApplied.at}`}`,
    `Loaded      ${count(hooks, 'hook')}, ${count(sources, 'source')}`,
    ...words.map(({ type, reason, message }) => `${type.padEnd(12)}${reason}: ${message}`),
    `Deliveries  ${Object.entries(deliveries)
      .map(([state, number]) => `${number} ${state}`)
      .join(', ')}`,
    `Problems    ${problems.length === 0 ? 'none' : countProblems(problems)}`,
    ...problems.map(
      ({ file, line, column, severity, code, message }) =>
        `  ${file}:${line}:${column} ${severity} ${code}: ${message}`,
    ),
  ].join('\n');
}
