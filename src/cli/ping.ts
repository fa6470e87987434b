import { askServer, type Server, toRefusal } from './client.ts';
import { type CommandContext, type ExitCode, writeJson, writeLine } from './command.ts';
import { toOneLine } from './printable.ts';

/** Has a running server ping a hook's receiver, and prints what was sent. */
export async function ping(
  { hook, server }: { readonly hook: string; readonly server: Server },
  { stdout, stderr }: CommandContext,
): Promise<ExitCode> {
  const answer = await askServer(server, `/event-hooks/${encodeURIComponent(hook)}/ping`);
  if (answer.status === 200) writeJson(stdout, answer.body);
  else writeLine(stderr, `Cannot ping "${toOneLine(hook)}": ${toRefusal(answer)}`);
  return answer.status === 200 ? 0 : 1;
}
