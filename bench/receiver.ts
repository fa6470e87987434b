import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monotonicMs } from './machine.ts';
import {
  type Listening,
  type ReceiverManner,
  type ReceiverRequest,
  type Tally,
  TIMED_PATH,
} from './messages.ts';

/**
 * A process: the cheapest receiver there can be. It answers as its argument says (at once, in most cases) and counts, so
 * that what is measured is what stands before it. It ends with the process that started it.
 */
const SENT_AT = /"sentAtMs":([\d.]+)/;

const { status, delayMs }: ReceiverManner = JSON.parse(process.argv[2] ?? '');
let count = 0;
let firstAtMs = 0;
let lastAtMs = 0;
let latenciesMs: number[] = [];

const server = createServer((req, res) => {
  lastAtMs = monotonicMs();
  if (count === 0) firstAtMs = lastAtMs;
  count += 1;
  if (req.url === TIMED_PATH) readTime(req);
  else req.resume();
  if (delayMs === 0) answer(res);
  else setTimeout(answer, delayMs, res);
});

function answer(res: ServerResponse): void {
  res.writeHead(status).end();
}

function readTime(req: IncomingMessage): void {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const sentAtMs = SENT_AT.exec(Buffer.concat(chunks).toString())?.[1];
    if (sentAtMs !== undefined) latenciesMs.push(monotonicMs() - Number(sentAtMs));
  });
}

function say(message: Listening | Tally): void {
  process.send?.(message);
}

process.on('message', (request: ReceiverRequest) => {
  if (request === 'reset') {
    count = 0;
    firstAtMs = 0;
    latenciesMs = [];
  }
  say({ kind: 'tally', count, firstAtMs, lastAtMs, latenciesMs });
});
process.on('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  say({ kind: 'listening', url: `http://127.0.0.1:${port}` });
});
