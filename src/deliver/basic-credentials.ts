import { decodePercent } from '../percent.ts';

/** The user and password of a URL as Basic credentials; null: it has none. */
export function toBasicCredentials({ username, password }: URL): string | null {
  if (username === '') return null;
  const credentials = `${decodePercent(username)}:${decodePercent(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
