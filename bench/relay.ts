import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import type { Listening } from './messages.ts';

/**
 * A process: the plainest relay that can be written, and so the most that can be asked for. It reads a request, answers
 * 202 at once and passes body and path on; nothing is parsed, matched, signed, stored or tried again. The URL of the
 * receiver is its argument. It ends with the process that started it, and when the receiver does not take something.
 */
const MAX_IN_FLIGHT = 512;

const [receiverUrl = ''] = process.argv.slice(2);
/** What is more than may be in flight waits inside the pool. */
const receiver = new Pool(receiverUrl, { connections: MAX_IN_FLIGHT, pipelining: 1 });

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    res.writeHead(202).end();
    void passOn(req.url ?? '/', Buffer.concat(chunks));
  });
});

async function passOn(path: string, body: Buffer): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await receiver.request({ method: 'POST', path, headers, body });
  await answer.body.dump();
}

process.on('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const message: Listening = { kind: 'listening', url: `http://127.0.0.1:${port}` };
  process.send?.(message);
});
