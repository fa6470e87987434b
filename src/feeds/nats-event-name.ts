import type { NatsDefinition } from '../definitions/event-source.ts';
import { type Placed, readPlace } from '../intake/place.ts';

/** A message, as far as its name may be found in it. */
export interface NamedMessage extends Placed {
  readonly subject: string;
}

/** Finds which event a message is; null when nothing says so. */
export type NameMessage = (message: NamedMessage) => string | null;

/** Begins a place in the subject: a token, counted from 1. */
const SUBJECT = 'subject:';

/** Makes what names the messages of a source. `events` are those it declares. */
export function createMessageNames(
  { event: place, subject }: Pick<NatsDefinition, 'event' | 'subject'>,
  events: readonly string[],
): NameMessage {
  if (place !== null)
    return (message) => (place.startsWith(SUBJECT) ? readToken(place, message) : readPlace(place, message));
  const patterns = [subject].flat().map(toTokens);
  const [only] = events.length === 1 ? events : [];
  return (message) => {
    const tokens = toTokens(message.subject);
    const pattern = patterns.find((one) => isMatch(one, tokens)) ?? [];
    return findCapture(pattern, tokens) ?? only ?? tokens.at(-1) ?? null;
  };
}

function toTokens(subject: string): readonly string[] {
  return subject.split('.');
}

function readToken(place: string, { subject }: NamedMessage): string | null {
  return toTokens(subject)[Number(place.slice(SUBJECT.length)) - 1] ?? null;
}

function isMatch(pattern: readonly string[], tokens: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === '>';
  if (isOpen ? tokens.length < pattern.length : tokens.length !== pattern.length) return false;
  return pattern.every((token, index) => token === '>' || token === '*' || token === tokens[index]);
}

/** What the last wildcard stands for. */
function findCapture(pattern: readonly string[], tokens: readonly string[]): string | null {
  if (pattern.at(-1) === '>') return tokens.slice(pattern.length - 1).join('.');
  return tokens[pattern.lastIndexOf('*')] ?? null;
}
