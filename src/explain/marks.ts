import { randomBytes } from 'node:crypto';
import { MASK } from '../secrets/mask.ts';

/** A secret that is left out of a request. */
export interface HiddenSecret {
  /** Name of the variable of a shell that stands for it. */
  readonly variable: string;
}

/** A text with its secrets left out, in its order. */
export type MarkedText = readonly (string | HiddenSecret)[];

/**
 * What stands in the place of secrets while a request is made: the secrets themselves are never in it, so that none can be
 * shown, however short it is and however it was encoded.
 */
export interface Marks {
  /** A mark for a secret, with the name of a variable that may stand for it. Letters and digits: no encoding changes it. */
  add(variable: string): string;
  /** A mark where a URL has to be. It has a query and a user when the URL does: what is made of those is made of these. */
  addUrl(variable: string, real: URL | null): string;
  /** Takes a text apart. */
  split(text: string): MarkedText;
  /** The text with asterisks in the place of marks. */
  mask(text: string): string;
  /** Whether a text has a mark in it. */
  isIn(text: string): boolean;
  /** Variables that stand for a secret that was marked. */
  variables(): readonly string[];
}

/** Of the address that stands for a URL. No name below it can lead anywhere. */
const HOST_END = '.invalid/';
/** The query that stands for that of the URL. */
const QUERY = '?q';

/** Creates marks that no other text has. */
export function createMarks(): Marks {
  const start = `mark${randomBytes(8).toString('hex')}n`;
  const hidden: HiddenSecret[] = [];
  const pattern = new RegExp(
    `(?:https?://(?:${start}\\d+z@)?)?${start}(\\d+)z(?:\\.invalid/(?:\\?q(?=&|$))?)?`,
    'g',
  );
  const add = (variable: string): string => {
    hidden.push({ variable });
    return `${start}${hidden.length - 1}z`;
  };
  const mask = (text: string): string => text.replaceAll(pattern, MASK);
  return {
    add,
    addUrl(variable, real) {
      const { protocol = 'https:', username = '', password = '', search = '' } = real ?? {};
      const user = username + password === '' ? '' : `${add(variable)}@`;
      return `${protocol}//${user}${add(variable)}${HOST_END}${search === '' ? '' : QUERY}`;
    },
    split: (text) => splitBy(text, pattern, hidden),
    mask,
    isIn: (text) => text.includes(start),
    variables: () => [...new Set(hidden.map(({ variable }) => variable))],
  };
}

function splitBy(text: string, pattern: RegExp, hidden: readonly HiddenSecret[]): MarkedText {
  const parts: (string | HiddenSecret)[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const secret = hidden[Number(match[1])];
    if (match.index > from) parts.push(text.slice(from, match.index));
    if (secret !== undefined) parts.push(secret);
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

/** A text that is marked, as it may be shown. */
export function toMasked(text: MarkedText): string {
  return text.map((part) => (typeof part === 'string' ? part : MASK)).join('');
}

/** Whether something of a text is left out. */
export function isMarked(text: MarkedText): boolean {
  return text.some((part) => typeof part !== 'string');
}
