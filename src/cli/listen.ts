import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Address, toAuthority } from '../address.ts';
import { verifyKongSignature, verifyStandardSignature } from '../deliver/signature.ts';
import { parsePublicKey, parseSigningKey } from '../deliver/signing-key.ts';
import { ERROR_CODES, HooklineError, toMessage } from '../errors.ts';
import { releaseBody } from '../http/body-room.ts';
import { readBody } from '../http/read-body.ts';
import { toListenError } from '../http/server.ts';
import { MAX_BATCH_BYTES } from '../intake/limits.ts';
import { type CommandContext, type ExitCode, writeLine } from './command.ts';
import { createPaint, type Paint } from './print.ts';
import { toPrintable } from './printable.ts';

/** What `listen` is asked for. */
export interface ListenOptions {
  readonly listen: Address;
  /** Null: signatures are shown, not verified. */
  readonly secret: string | null;
  /** Status every request is answered with. */
  readonly status: number;
}

/** Headers that every request has and that say nothing about the hook. */
const DULL_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

/** Runs a receiver that prints and verifies what it gets, until it is stopped. */
export async function listen(
  { listen: address, secret, status }: ListenOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { stdout, stderr, stopped } = context;
  checkSecret(secret);
  const paint = createPaint(stdout);
  const server = createServer(async (req, res) => {
    try {
      const body = await readBody(req, MAX_BATCH_BYTES);
      writeLine(stdout, describeRequest(req, body, { secret, paint }));
      res.writeHead(status).end();
    } catch (error) {
      writeLine(stderr, toPrintable(`${req.method} ${req.url}: ${refuse(res, error)}`));
    } finally {
      releaseBody(req, res);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(toListenError(cause, toAuthority(address))));
    server.listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  writeLine(
    stderr,
    `Listening on http://${toAuthority({ host: address.host, port })}, answering ${status}; Ctrl-C stops`,
  );
  await stopped;
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return 0;
}

/** A secret that can verify nothing is said before anything is waited for. */
function checkSecret(secret: string | null): void {
  try {
    if (secret !== null && parsePublicKey(secret) === null) parseSigningKey(secret);
  } catch (cause) {
    throw new HooklineError('usage', `Cannot use --secret: ${toMessage(cause)}`, { cause });
  }
}

/** Answers a request whose body was not read, if its sender waits for that still; gives the reason. */
function refuse(res: ServerResponse, error: unknown): string {
  const known =
    error instanceof HooklineError ? error : new HooklineError('bad_request', 'Bad', { cause: error });
  res.writeHead(ERROR_CODES[known.code].status).end();
  return known.code === 'bad_request' ? `the request broke off: ${toMessage(known.cause)}` : known.message;
}

function describeRequest(
  { method = '', url = '', headers }: IncomingMessage,
  body: Buffer,
  { secret, paint }: { secret: string | null; paint: Paint },
): string {
  const shown = Object.entries(headers).filter(([name]) => !DULL_HEADERS.has(name));
  return [
    paint('bold', toPrintable(`${method} ${url}`)),
    ...shown.map(([name, value]) => paint('dim', toPrintable(`  ${name}: ${[value].flat().join(', ')}`))),
    ...(secret === null ? [] : [`  ${describeSignatures(headers, { body, secret, paint })}`]),
    ...(body.length === 0 ? [] : [`  ${toPrintable(body.toString('utf8'))}`]),
    '',
  ].join('\n');
}

function describeSignatures(
  headers: IncomingHttpHeaders,
  { body, secret, paint }: { body: Buffer; secret: string; paint: Paint },
): string {
  const say = (name: string, valid: boolean): string =>
    valid ? paint('green', `${name} verified`) : paint('red', `${name} does NOT verify`);
  const header = (name: string): string => [headers[name] ?? ''].flat().join(' ');
  const standard = {
    id: header('webhook-id'),
    timestamp: header('webhook-timestamp'),
    body,
    signature: header('webhook-signature'),
  };
  const kong = header('x-kong-signature');
  if (kong === '' && standard.signature === '')
    return paint('red', 'not signed: the hook has no secret, or the request no body');
  // A public key says nothing of a signature by a secret that is shared.
  const isChecked = kong !== '' && parsePublicKey(secret) === null;
  return [
    ...(isChecked ? [say('x-kong-signature', verifyKongSignature(kong, { secret, body }))] : []),
    ...(standard.signature === ''
      ? []
      : [say('webhook-signature', verifyStandardSignature(standard, secret))]),
  ].join(', ');
}
