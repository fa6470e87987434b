import type { Clock } from '../clock.ts';
import type { FindSource } from '../deliver/content.ts';
import type { Egress } from '../deliver/egress.ts';
import { judgeAddress } from '../deliver/guarded-lookup.ts';
import type { HandlerCall, HandlerResult } from '../deliver/handler.ts';
import { createHandlers } from '../deliver/handlers.ts';
import type { OutgoingRequest } from '../deliver/http-client.ts';
import type { Json } from '../event.ts';
import { createLogger } from '../logger.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { maskConfig } from '../secrets/mask.ts';
import type { HookSecrets } from '../secrets/secrets.ts';
import { type MadeRequest, toMadeRequest } from './made-request.ts';
import { markHook } from './marked-hook.ts';
import { createMarks, isMarked, type Marks } from './marks.ts';

/** What a hook does with an event, without anybody noticing. */
export type TriedOut =
  | {
      readonly kind: 'request';
      readonly request: MadeRequest;
      /** What keeps it from being sent, a sentence each: it is what would be once that is mended. */
      readonly faults: readonly string[];
      /** What is not to be seen in it, a sentence each. */
      readonly notes: readonly string[];
    }
  /** The line as the log has it. */
  | { readonly kind: 'log'; readonly line: string }
  /** Of the functions of a lambda: what they returned, printed, and why they failed. */
  | {
      readonly kind: 'lambda';
      readonly result: Json;
      readonly output: string;
      readonly error: string | null;
    }
  /** There is no request: why, with no secret in it. */
  | { readonly kind: 'failed'; readonly error: string };

/** What a hook is tried out with. */
export interface TryOutParts {
  readonly sandbox: Sandbox;
  readonly secrets: HookSecrets;
  readonly findSource: FindSource;
  readonly egress: Pick<Egress, 'judge'>;
  readonly clock: Clock;
}

/** Runs a hook's handler on an event: nothing is sent, nothing is logged, and no secret is in what comes of it. */
export type TryOut = (hook: LiveHook, call: HandlerCall) => Promise<TriedOut>;

/** Name of the variable that stands for a token that nobody asks for here. */
const TOKEN_VARIABLE = 'OAUTH2_TOKEN';

/** Creates what tries hooks out: the handlers of the server, with nobody to send to. */
export function createTryOut({ sandbox, secrets, findSource, egress, clock }: TryOutParts): TryOut {
  return async (hook, call) => {
    const marks = createMarks();
    const marked = markHook(hook, { marks, secrets });
    const requests: OutgoingRequest[] = [];
    const lines: string[] = [];
    const handlers = createHandlers({
      httpClient: {
        async send(request) {
          requests.push(request);
          return { kind: 'answer', status: 200, headers: {}, body: '', cutOff: false };
        },
        close: async () => undefined,
      },
      secrets: toMarkedSecrets(marks),
      tokens: { get: async () => marks.add(TOKEN_VARIABLE), drop() {} },
      findSource,
      sandbox,
      clock,
      logger: createLogger('info', { write: (line) => lines.push(line) }),
    });
    const result = await handlers[hook.definition.handler].run(marked.hook, call);
    if (hook.definition.handler === 'log') return { kind: 'log', line: lines.join('').trimEnd() };
    if (hook.definition.handler === 'lambda') return toLambda(result);
    const [outgoing] = requests;
    const request = outgoing === undefined ? null : toMadeRequest(outgoing, { ...marked, marks });
    if (outgoing === undefined || request === null)
      return { kind: 'failed', error: result.error ?? 'it cannot be made' };
    const faults = [...marked.faults, ...findRefusal(outgoing, egress)];
    return { kind: 'request', request, faults, notes: [...marked.notes, ...toNotes(hook, request)] };
  };
}

/** Marks stand in the hook already: there is nothing left to look up. */
function toMarkedSecrets({ mask }: Marks): HookSecrets {
  return { of: 'hooks', resolve: (text) => text, remember() {}, conceal() {}, redact: mask };
}

/** Where a name leads is not looked up, and a host that is a secret is none that is judged. */
function findRefusal({ url }: OutgoingRequest, egress: TryOutParts['egress']): readonly string[] {
  const { hostname, port, protocol } = new URL(url);
  const refusal = judgeAddress({ hostname: hostname.replace(/^\[|\]$/g, ''), port, protocol }, egress);
  return refusal === null ? [] : [refusal.message];
}

function toLambda({ result, output, error }: HandlerResult): TriedOut {
  return { kind: 'lambda', result: result ?? null, output: output ?? '', error: error ?? null };
}

function toNotes({ definition }: LiveHook, { unsigned, body }: MadeRequest): readonly string[] {
  const notes: string[] = [];
  if (unsigned.length > 0 && body !== null && isMarked(body))
    notes.push('The signature is over a body with secrets, so it is not shown');
  const { config } = definition;
  if ('tls' in config && config.tls !== null)
    notes.push('Certificates of config.tls are not in the command: see --cacert, --cert and --key of curl');
  if ('auth' in config && config.auth !== null && 'oauth2' in config.auth) {
    const { token_url } = maskConfig({ token_url: config.auth.oauth2.token_url });
    notes.push(`${TOKEN_VARIABLE} stands for a token that is asked for at ${token_url}`);
  }
  return notes;
}
