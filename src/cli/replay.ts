import { setTimeout as delay } from 'node:timers/promises';
import { askServer, type Server, toRefusal, toView } from './client.ts';
import { type CommandContext, type ExitCode, writeJson, writeLine } from './command.ts';
import { toOneLine } from './printable.ts';

/** What `replay` is asked for. */
export interface ReplayOptions {
  /** Id of one delivery; null: all that `filter` names. */
  readonly id: string | null;
  /** The keys of POST /deliveries/redeliver. */
  readonly filter: Readonly<Record<string, string>>;
  readonly server: Server;
  readonly json: boolean;
}

/** The answer of GET /replays/{id}. */
interface ReplayView {
  readonly id: string;
  readonly finished_at: string | null;
  readonly total: number;
  readonly examined: number;
  readonly redelivered: number;
}

/** How often a replay is looked at, ms. */
const LOOK_MS = 200;
/** Characters of the bar. */
const BAR_WIDTH = 30;

/** Has a running server make deliveries again, and shows how far it is until all of them are due. */
export async function replay(options: ReplayOptions, context: CommandContext): Promise<ExitCode> {
  const { id, filter, server } = options;
  const path = id === null ? '/deliveries/redeliver' : `/deliveries/${encodeURIComponent(id)}/redeliver`;
  const answer = await askServer(server, path, { method: 'POST', body: id === null ? filter : {} });
  if (answer.status !== 202) {
    writeLine(context.stderr, `Cannot redeliver: ${toRefusal(answer)}`);
    return 1;
  }
  if (id === null) return follow(toView<ReplayView>(answer), options, context);
  if (options.json) writeJson(context.stdout, answer.body);
  else writeLine(context.stdout, `Delivery ${toOneLine(id)} is due again`);
  return 0;
}

/** The replay is the server's: it goes on when this is stopped. */
async function follow(
  started: ReplayView,
  { server, json }: ReplayOptions,
  { stdout, stderr, stopped }: CommandContext,
): Promise<ExitCode> {
  let view = started;
  let interrupted = false;
  void stopped.then(() => {
    interrupted = true;
  });
  while (view.finished_at === null && !interrupted) {
    if (stderr.isTTY) stderr.write(`\r${toBar(view)}`);
    await delay(LOOK_MS);
    const answer = await askServer(server, `/replays/${started.id}`);
    if (answer.status !== 200) {
      writeLine(stderr, `Cannot see how far it is: ${toRefusal(answer)}`);
      return 1;
    }
    view = toView<ReplayView>(answer);
  }
  if (stderr.isTTY) writeLine(stderr, `\r${toBar(view)}`);
  if (json) writeJson(stdout, view);
  else writeLine(stdout, describe(view));
  return 0;
}

function describe({ id, finished_at, redelivered }: ReplayView): string {
  const made = `${redelivered} ${redelivered === 1 ? 'delivery' : 'deliveries'}`;
  return finished_at === null
    ? `${made} due again so far; replay ${id} goes on in the server`
    : `${made} due again`;
}

function toBar({ finished_at, total, examined, redelivered }: ReplayView): string {
  const share = finished_at !== null || total === 0 ? 1 : Math.min(1, examined / total);
  const filled = Math.round(share * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  return `${bar} ${String(Math.round(share * 100)).padStart(3)} %  ${redelivered} due again`;
}
