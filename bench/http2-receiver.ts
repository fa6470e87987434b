import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createCertificate } from './certificate.ts';
import type { Listening } from './messages.ts';

/**
 * A process: a receiver over TLS that offers HTTP/2 and speaks HTTP/1.1 with whoever does not take it. It takes everything
 * at once, and ends with the process that started it.
 */
const server = createSecureServer({ ...createCertificate(), allowHTTP1: true }, (req, res) => {
  req.resume();
  res.writeHead(204).end();
});

process.on('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const message: Listening = { kind: 'listening', url: `https://127.0.0.1:${port}` };
  process.send?.(message);
});
