import { OWN_SOURCE } from '../catalogue/built-in.ts';
import { toSeenEvent } from '../catalogue/change-names.ts';
import { HooklineError } from '../errors.ts';
import type { HookEvent } from '../event.ts';
import { toCurl } from '../explain/curl.ts';
import { type MadeRequest, toRequestView } from '../explain/made-request.ts';
import type { TriedOut } from '../explain/try-out.ts';
import { createGates, findStop } from '../gate/gates.ts';
import { createId } from '../id.ts';
import { createLookUp } from '../intake/look-up.ts';
import { findRefusal } from '../intake/to-event.ts';
import { matchHooks } from '../match/match.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { LiveSnapshot } from '../registry/registry.ts';
import { type CommandContext, type ExitCode, writeJson, writeLine } from './command.ts';
import { type DefinitionsPlace, findHook, openDefinitions } from './open-definitions.ts';
import { toOneLine } from './printable.ts';
import { readEvent, toSampleEvent } from './read-event.ts';
import { toRenderText } from './render-text.ts';

/** What `render` is asked for. */
export interface RenderOptions extends DefinitionsPlace {
  /** Name or id. */
  readonly hook: string;
  /** A file, or - for standard input; null: a sample of the catalogue. */
  readonly event: string | null;
  readonly format: 'text' | 'curl' | 'json';
}

/** What `render` shows. */
export interface Rendering {
  readonly hook: string;
  readonly handler: LiveHook['definition']['handler'];
  readonly event: Pick<HookEvent, 'id' | 'source' | 'event' | 'time'>;
  readonly tried: TriedOut;
  /** Why a server would not get as far, a sentence each. */
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

/** Shows exactly what a hook would do with an event, without doing it; 1 when it could not. */
export async function render(options: RenderOptions, context: CommandContext): Promise<ExitCode> {
  await using open = await openDefinitions(options, context);
  if (open === null) return 1;
  const { snapshot, tryOut } = open;
  const hook = findHook(snapshot, options.hook);
  const { definition } = hook;
  const event =
    options.event === null
      ? toSampleEvent(definition, snapshot.catalogue)
      : await readEvent(options.event, { hook: definition, stdin: context.stdin });
  checkEvent(event, hook, snapshot);
  const seen = toSeenEvent(event, definition.event);
  const tried = await tryOut(hook, { ...seen, deliveryId: createId(), pid: process.pid });
  const { id, source, event: name, time } = event;
  const shown = {
    hook: definition.name,
    handler: definition.handler,
    event: { id, source, event: name, time },
    tried,
    faults: [...toStops(hook, seen), ...(tried.kind === 'request' ? tried.faults : [])],
    notes: tried.kind === 'request' ? tried.notes : [],
  };
  return print(shown, options, context);
}

/** Throws `unprocessable` for an event that would never get to the hook. */
function checkEvent(event: HookEvent, hook: LiveHook, { catalogue, index }: LiveSnapshot): void {
  const { name, source, event: meant } = hook.definition;
  const what = `Cannot render hook "${name}" for ${event.source} ${event.event}`;
  if (!matchHooks(index, event).includes(hook))
    throw new HooklineError('unprocessable', `${what}: it is on ${source} ${meant ?? '(every event)'}`);
  const refused = event.source === OWN_SOURCE ? null : findRefusal(event, createLookUp(catalogue));
  if (refused !== null)
    throw new HooklineError(
      'unprocessable',
      `${what}: ${[refused.message, refused.hint ?? []].flat().join('. ')}`,
    );
}

function toStops(hook: LiveHook, event: HookEvent): readonly string[] {
  const stop = findStop(
    createGates(() => false),
    hook,
    event,
  );
  switch (stop?.reason) {
    case undefined:
      return [];
    case 'disabled':
      return ['The hook is switched off (enabled: false)'];
    case 'filter_error':
      return [`Its filter fails on this event: ${stop?.error}`];
    default:
      return ['Its filter is false for this event'];
  }
}

function print(shown: Rendering, { format }: RenderOptions, { stdout, stderr }: CommandContext): ExitCode {
  const { tried } = shown;
  switch (format) {
    case 'json':
      writeJson(stdout, toJson(shown));
      break;
    case 'text':
      writeLine(stdout, toRenderText(shown));
      break;
    case 'curl':
      for (const sentence of [...shown.faults, ...shown.notes]) writeLine(stderr, `# ${toOneLine(sentence)}`);
      writeLine(stdout, toCurl(requestOf(shown)));
  }
  return tried.kind === 'failed' || (tried.kind === 'lambda' && tried.error !== null) ? 1 : 0;
}

/** Throws `unprocessable` where there is none. */
function requestOf({ hook, handler, tried }: Rendering): MadeRequest {
  if (tried.kind === 'request') return tried.request;
  const why = tried.kind === 'failed' ? tried.error : `a ${handler} sends none`;
  throw new HooklineError('unprocessable', `Cannot write the request of hook "${hook}": ${why}`);
}

function toJson({ tried, ...about }: Rendering): object {
  if (tried.kind !== 'request') return { ...about, ...tried };
  return { ...about, kind: tried.kind, request: toRequestView(tried.request), curl: toCurl(tried.request) };
}
