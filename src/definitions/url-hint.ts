import { toMeantReference } from '../secrets/reference.ts';
import { suggest } from './suggest.ts';

const SCHEME = /^(?<scheme>[a-z]+):\/\//i;

/** The number after a host. */
const PORT = /^[a-z]+:\/\/[^/?#]*:(?<port>\d+)(?:[/?#]|$)/i;
const MAX_PORT = 65_535;

/** What to write in the place of a text that is no URL of a receiver; null when the demand says it all. */
export function toUrlHint(text: string): string | null {
  if (text.includes('{{')) return 'A URL is no template: what differs goes into payload, body or headers';
  const meant = toMeantReference(text);
  if (meant !== null) return `Did you mean "${meant}"?`;
  if (text.includes('{')) return 'A reference is the whole value: put the whole URL into what it names';
  const { scheme } = SCHEME.exec(text)?.groups ?? {};
  if (scheme === undefined) return 'Begin it with https:// or http://';
  const near = suggest(scheme.toLowerCase(), ['https', 'http']);
  if (near !== scheme.toLowerCase()) return near === null ? null : `Did you mean ${near}://?`;
  return Number(PORT.exec(text)?.groups?.port ?? 0) > MAX_PORT ? `A port is ${MAX_PORT} at most` : null;
}
