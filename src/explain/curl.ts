import type { MadeRequest } from './made-request.ts';
import { isMarked, type MarkedText, toMasked } from './marks.ts';
import { isPlain, printBytes, quote, quoteMarked } from './shell.ts';

/** Bytes of a body that are one word of the command: an operating system takes no longer ones. */
const MAX_WORD_BYTES = 64 * 1024;
/** Methods whose requests have a length, if it is none. */
const WITH_LENGTH = /^(?:POST|PUT|PATCH)$/;

/**
 * The request as a command of a POSIX shell that sends it with curl, every byte as Hookline would send it. Secrets of its
 * URL and headers are variables, those of a body asterisks: there a value would have to be encoded as its place wants it.
 */
export function toCurl(request: MadeRequest): string {
  const { body, timeoutMs } = request;
  const bytes = body === null ? null : Buffer.from(toMasked(body));
  const isPiped = bytes !== null && (bytes.length > MAX_WORD_BYTES || !isPlain(bytes.toString()));
  const lines = [
    `curl ${toMethod(request)} ${toUrl(request.url)}`,
    `--max-time ${timeoutMs / 1000}`,
    ...toConnection(request),
    ...toHeaders(request, isPiped),
    ...toBody(request.method, bytes, isPiped),
  ];
  const command = lines.join(' \\\n  ');
  return bytes !== null && isPiped ? `${printBytes(bytes)} | ${command}` : command;
}

/** With `--request HEAD` curl would wait for a body. */
function toMethod({ method, body }: MadeRequest): string {
  return method === 'HEAD' && body === null ? '--head' : `--request ${method}`;
}

/** Curl takes brackets and braces of a URL for a pattern unless it is told not to. */
function toUrl(url: MarkedText): string {
  return `${/[[\]{}]/.test(toMasked(url)) || isMarked(url) ? '--globoff ' : ''}${quoteMarked(url)}`;
}

function toConnection({ url, verify, proxy, user }: MadeRequest): readonly string[] {
  const isPlainHttp = toMasked(url).startsWith('http:');
  return [
    ...(verify || isPlainHttp ? [] : ['--insecure']),
    ...(proxy === null ? [] : [`--proxy ${quoteMarked(proxy)}`]),
    ...(user === null || isOfUrl(user, url) ? [] : [`--user ${quoteMarked(user)}`]),
  ];
}

/** Whether the variable that is the URL says who asks as well: curl reads it there. */
function isOfUrl([first]: MarkedText, [begin]: MarkedText): boolean {
  return typeof first === 'object' && typeof begin === 'object' && first.variable === begin.variable;
}

/** Headers that curl would add by itself are taken away by their bare name: `expect` it adds to a large body. */
function toHeaders({ method, headers, body, user }: MadeRequest, isPiped: boolean): readonly string[] {
  const sent = headers.filter(([name]) => user === null || name.toLowerCase() !== 'authorization');
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const sendsBody = body !== null || WITH_LENGTH.test(method);
  const added = ['accept', ...(sendsBody ? ['content-type'] : []), ...(isPiped ? ['expect'] : [])];
  const unwanted = added.filter((name) => !names.has(name));
  return [
    ...sent.map(([name, value]) => `--header ${toHeader(name, value)}`),
    ...unwanted.map((name) => `--header ${quote(`${name}:`)}`),
  ];
}

/** A name with a colon and at most blanks behind it would take the header away: a semicolon sends it empty. */
function toHeader(name: string, value: MarkedText): string {
  const [first = '', ...rest] = value;
  if (/^[ \t]*$/.test(toMasked(value))) return quote(`${name};`);
  const begin = typeof first === 'string' ? [`${name}: ${first}`] : [`${name}: `, first];
  // The headers of HTTP are in Latin-1.
  return quoteMarked([...begin, ...rest], 'latin1');
}

function toBody(method: string, bytes: Buffer | null, isPiped: boolean): readonly string[] {
  if (isPiped) return ['--data-binary @-'];
  if (bytes !== null) return [`--data-raw ${quote(bytes.toString())}`];
  return WITH_LENGTH.test(method) ? ["--data-raw ''"] : [];
}
