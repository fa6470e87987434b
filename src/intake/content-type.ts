/** How the body of a request is to be read. */
export type IntakeFormat = 'json' | 'ndjson' | 'cloudevent' | 'cloudevents';

const FORMATS: ReadonlyMap<string, IntakeFormat> = new Map([
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/cloudevents+json', 'cloudevent'],
  ['application/cloudevents-batch+json', 'cloudevents'],
]);
/** What every format of CloudEvents begins with, batches too. */
const CLOUD_EVENTS = /^\s*application\/cloudevents/i;
const JSON_TYPE = /^[\w!#$&^.+-]+\/([\w!#$&^.+-]+\+)?json$/;
/** What a header can carry. */
const HEADER_VALUE = /^[\t -~]*$/;

/** The format a content-type header asks for; null when there is none for it. Parameters do not matter but for another charset. */
export function toFormat(contentType: string | undefined): IntakeFormat | null {
  if (contentType === 'application/json') return 'json';
  return FORMATS.get(toUtf8Type(contentType ?? '')) ?? null;
}

/** Whether it is one of CloudEvents in a document, known or not: headers say nothing of the event then. */
export function isCloudEventsType(contentType: string | undefined): boolean {
  return contentType !== undefined && CLOUD_EVENTS.test(contentType);
}

/** Whether it says that something is JSON in UTF-8, whatever the JSON is of: `application/vnd.acme+json`. It fits into a header then. */
export function isJsonType(contentType: string): boolean {
  return (
    contentType === 'application/json' ||
    (HEADER_VALUE.test(contentType) && JSON_TYPE.test(toUtf8Type(contentType)))
  );
}

/** The type in small letters without its parameters; empty when they ask for another charset. */
function toUtf8Type(contentType: string): string {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !['charset=utf-8', 'charset="utf-8"'].includes(charset)) return '';
  return type.trim();
}
