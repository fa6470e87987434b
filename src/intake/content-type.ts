/** How the body of a request is to be read. */
export type IntakeFormat = 'json' | 'ndjson';

const FORMATS: ReadonlyMap<string, IntakeFormat> = new Map([
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
]);

/** The format a content-type header asks for; null when there is none for it. Parameters do not matter but for another charset. */
export function toFormat(contentType: string | undefined): IntakeFormat | null {
  if (contentType === 'application/json') return 'json';
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !['charset=utf-8', 'charset="utf-8"'].includes(charset)) return null;
  return FORMATS.get(type.trim()) ?? null;
}
