import { askServer, type Server, toRefusal, toView } from './client.ts';
import { type CommandContext, type ExitCode, writeJson, writeLine } from './command.ts';
import { createPaint } from './print.ts';
import { describeStatus, isReady, type StatusView } from './status-lines.ts';

/** Prints where a running server stands; 1 when it is not ready. */
export async function status(
  { server, json }: { readonly server: Server; readonly json: boolean },
  { stdout, stderr }: CommandContext,
): Promise<ExitCode> {
  const answer = await askServer(server, '/status');
  if (answer.status !== 200) {
    writeLine(stderr, `Cannot read the status: ${toRefusal(answer)}`);
    return 1;
  }
  const view = toView<StatusView>(answer);
  if (json) writeJson(stdout, view);
  else writeLine(stdout, describeStatus(view, createPaint(stdout)));
  return isReady(view) ? 0 : 1;
}
