import { count } from '../count.ts';
import type { Changed } from '../reconcile/diff.ts';
import type { FieldChange } from '../reconcile/diff-fields.ts';
import type { Comparison } from './diff-comparison.ts';
import type { EventDiff } from './diff-routes.ts';
import {
  groupMoved,
  type MovedGroup,
  toEventVerdict,
  toIdList,
  toSummary,
  toTextLines,
  toValueText,
  toVerdict,
} from './diff-words.ts';
import type { Paint } from './print.ts';
import { toOneLine } from './printable.ts';

/** Characters of a value that are shown. */
const MAX_VALUE = 200;

/** A comparison for a person at a terminal. No character of a definition or of an event acts on it. */
export function toDiffText(comparison: Comparison, paint: Paint): string {
  const { from, to, hooks, sources, events, notes } = comparison;
  const added = [
    ...hooks.added.map((hook) => `+ ${hook.name}  ${toSummary(hook)}`),
    ...sources.added.map((name) => `+ source ${name}`),
  ];
  const removed = [
    ...hooks.removed.map((hook) => `- ${hook.name}  ${toSummary(hook)}`),
    ...sources.removed.map((name) => `- source ${name}`),
  ];
  const renamed = hooks.renamed.map(({ before, after }) => `~ ${before.name} → ${after.name}  renamed`);
  return [
    line(paint('bold', `From  ${toOneLine(from)}`)),
    line(paint('bold', `To    ${toOneLine(to)}`)),
    '\n',
    ...added.map((text) => line(paint('green', toOneLine(text)))),
    ...removed.map((text) => line(paint('red', toOneLine(text)))),
    ...renamed.map((text) => line(paint('yellow', toOneLine(text)))),
    ...hooks.changed.map((hook) => describeChanged(hook.name, hook, paint)),
    ...sources.changed.map((source) => describeChanged(`source ${source.name}`, source, paint)),
    ...(comparison.different ? ['\n'] : []),
    line(`${comparison.different ? 'Different' : 'No difference'}: ${toVerdict(comparison)}`),
    ...(events === null ? [] : describeEvents(events, paint)),
    ...notes.map((note) => line(paint('dim', toOneLine(`Note: ${note}`)))),
  ].join('');
}

function describeChanged(title: string, { changes }: Changed, paint: Paint): string {
  const fields = changes.map((change) => describeField(change, paint));
  return [line(paint('yellow', toOneLine(`~ ${title}`))), ...fields].join('');
}

function describeField(change: FieldChange, paint: Paint): string {
  const { path, before, after, secret } = change;
  const lines = toTextLines(change);
  if (lines === null) {
    const values = [before, after].map((value) => toOneLine(toValueText(value, MAX_VALUE)));
    return line(`    ${toOneLine(path)}: ${values.join(' → ')}${secret ? '  (secret masked)' : ''}`);
  }
  const shown = lines.map(({ kind, text }) =>
    line(paint(kind === '+' ? 'green' : 'red', `      ${kind} ${toOneLine(text)}`)),
  );
  return [line(`    ${toOneLine(path)}:`), ...shown].join('');
}

function describeEvents(events: EventDiff, paint: Paint): readonly string[] {
  return [
    line(paint(events.moved.length === 0 ? 'green' : 'yellow', toEventVerdict(events))),
    ...groupMoved(events.moved).map(describeGroup),
  ];
}

function describeGroup({ source, event, moves, ids }: MovedGroup): string {
  return [
    line(toOneLine(`  ${count(ids.length, 'event')} ${source} ${event} (${toIdList(ids, toOneLine)})`)),
    ...moves.map((move) => line(toOneLine(`    ${move}`))),
  ].join('');
}

function line(text: string): string {
  return `${text}\n`;
}
