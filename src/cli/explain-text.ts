import { count } from '../count.ts';
import type { Explanation, HookExplanation } from '../explain/explanation.ts';
import { joinSentences, toHookBlock, toMoment, toOtherBlock } from './explain-block.ts';
import type { Paint } from './print.ts';
import { toOneLine } from './printable.ts';
import { wrapAfter } from './wrap.ts';

/** Names that are listed of hooks an event is not for. */
const MAX_NAMES = 20;

/** An explanation for people: hooks that the event is for first, the others summed up. */
export function toExplainText(explanation: Explanation, paint: Paint): string {
  const { hooks, recorded } = explanation;
  const [told, rest] = split(hooks);
  const blocks = [
    toHead(explanation, paint),
    ...told.map((hook) => toHookBlock(hook, paint)),
    ...(recorded?.others ?? []).map((end) => toOtherBlock(end, paint)),
    ...(rest.length === 0 ? [] : [toRest(rest)]),
  ];
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

/** Of hooks an event is not for, those are told that may have been meant, that took it once, or that were asked for. */
function split(
  hooks: readonly HookExplanation[],
): readonly [told: readonly HookExplanation[], rest: readonly HookExplanation[]] {
  const isTold = ({ outcome, recorded, unmatched }: HookExplanation): boolean =>
    outcome !== 'unmatched' || recorded !== null || unmatched?.hint != null || hooks.length === 1;
  return [hooks.filter(isTold), hooks.filter((hook) => !isTold(hook))];
}

function toHead(explanation: Explanation, paint: Paint): readonly string[] {
  const { event, revision, at, refused, recorded } = explanation;
  const asked = revision === null ? 'of the files' : `of ${toShort(revision)}`;
  const earlier =
    recorded === null || recorded.revision === revision ? '' : ` under ${toShort(recorded.revision)}`;
  return [
    paint('bold', toOneLine(`Event ${event.id}: ${event.source} ${event.event}`)),
    ...(recorded === null
      ? []
      : wrapAfter('', toOneLine(`Came in ${toMoment(recorded.accepted_at)} UTC${earlier}`))),
    ...wrapAfter('', toOneLine(`Asked ${toMoment(at)} UTC ${asked}`)),
    ...(refused === null
      ? []
      : wrapAfter('', toOneLine(`It would be refused: ${joinSentences(refused.message, refused.hint)}`))),
  ];
}

/** Twelve digits tell a revision from any other. */
function toShort(revision: string): string {
  return revision.replace(/(sha(?:1|256):[0-9a-f]{12})[0-9a-f]+/, '$1');
}

function toRest(hooks: readonly HookExplanation[]): readonly string[] {
  const of = (reason: HookExplanation['reason'], label: string): readonly string[] => {
    const names = hooks.filter((one) => one.reason === reason).map(({ hook }) => hook);
    const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
    const listed = names.slice(0, MAX_NAMES).join(', ');
    return names.length === 0 ? [] : wrapAfter(label, toOneLine(`${listed}${more}`));
  };
  return [
    `Not for this event: ${count(hooks.length, 'hook')}`,
    ...of('other_event', '  other event   '),
    ...of('other_source', '  other source  '),
  ];
}
