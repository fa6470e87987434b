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
import { toOneLine, toPrintable } from './printable.ts';

/** Characters a comment on GitHub may have. */
const MAX_LENGTH = 65_536;
/** Kept for the line that says how much is left out. */
const RESERVED = 200;
/** Characters of a value that are shown. */
const MAX_VALUE = 300;
/** Lines of a text that are shown. */
const MAX_LINES = 60;
/** Characters that mean nothing to markdown, HTML or GitHub in the middle of a line. */
const SPECIAL = /[^A-Za-z0-9 ,/=-]/gu;

/**
 * A comparison as a comment of a pull request. Whatever comes from a definition or an event stands in `<code>` with every
 * character that could act encoded, or in a fence that is longer than any in it: it can leave neither, and mentions nobody.
 */
export function toDiffMarkdown(comparison: Comparison): string {
  const { from, to, hooks, sources, events, notes } = comparison;
  const head = [
    `### Hookline: ${comparison.different ? toVerdict(comparison) : 'no difference'}\n`,
    `\n${code(from)} → ${code(to)}\n\n`,
  ].join('');
  const pieces = [
    ...hooks.added.map((hook) => `- added ${code(hook.name)}: ${code(toSummary(hook))}\n`),
    ...hooks.removed.map((hook) => `- removed ${code(hook.name)}: ${code(toSummary(hook))}\n`),
    ...hooks.renamed.map(({ before, after }) => `- renamed ${code(before.name)} to ${code(after.name)}\n`),
    ...sources.added.map((name) => `- added source ${code(name)}\n`),
    ...sources.removed.map((name) => `- removed source ${code(name)}\n`),
    ...hooks.changed.map((hook) => toDetails(code(hook.name), hook)),
    ...sources.changed.map((source) => toDetails(`source ${code(source.name)}`, source)),
    ...(events === null ? [] : toEventPieces(events)),
    ...notes.map((note) => `\n> ${code(note)}\n`),
  ];
  return fitIn(head, pieces);
}

/** As many pieces as a comment can have, and how many it cannot. */
function fitIn(head: string, pieces: readonly string[]): string {
  let text = head;
  let leftOut = 0;
  for (const piece of pieces) {
    if (text.length + piece.length <= MAX_LENGTH - RESERVED) text += piece;
    else leftOut += 1;
  }
  if (leftOut === 0) return text;
  return `${text}\n**${count(leftOut, 'item')} left out: a comment has no room for more; \`hookline diff\` shows all.**\n`;
}

function toDetails(title: string, { changes }: Changed): string {
  const rows = changes.filter((change) => toTextLines(change) === null).map(toRow);
  const table = rows.length === 0 ? '' : `| field | before | after |\n|---|---|---|\n${rows.join('')}\n`;
  const texts = changes.map(toFence).join('');
  const summary = `changed ${title}: ${count(changes.length, 'field')}`;
  return `\n<details><summary>${summary}</summary>\n\n${table}${texts}</details>\n`;
}

function toRow({ path, before, after, secret }: FieldChange): string {
  const [old, fresh] = [before, after].map((value) => code(toValueText(value, MAX_VALUE)));
  return `| ${code(path)}${secret ? ' (secret masked)' : ''} | ${old} | ${fresh} |\n`;
}

/** A text of several lines, as GitHub colours a diff. */
function toFence(change: FieldChange): string {
  const lines = toTextLines(change);
  if (lines === null) return '';
  const shown = lines
    .slice(0, MAX_LINES)
    .map(({ kind, text }) => `${kind} ${toPrintable(text).slice(0, MAX_VALUE)}`.replaceAll(/[\n\r]/g, '·'));
  const more = lines.length > MAX_LINES ? [`… ${lines.length - MAX_LINES} more lines`] : [];
  const body = [...shown, ...more].join('\n');
  const ticks = body.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(3, ...ticks.map((run) => run.length + 1)));
  return `${code(change.path)}\n\n${fence}diff\n${body}\n${fence}\n\n`;
}

function toEventPieces(events: EventDiff): readonly string[] {
  return [`\n**${toEventVerdict(events)}**\n\n`, ...groupMoved(events.moved).map(toGroupPiece)];
}

function toGroupPiece({ source, event, moves, ids }: MovedGroup): string {
  return `- ${count(ids.length, 'event')} ${code(`${source} ${event}`)}: ${moves.map(code).join(' ')} (${toIdList(ids, code)})\n`;
}

function code(text: string): string {
  return `<code>${encode(text)}</code>`;
}

function encode(text: string): string {
  return toOneLine(text).replaceAll(SPECIAL, (character) => `&#${character.codePointAt(0)};`);
}
