import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { verifyKongSignature } from '../src/deliver/signature.ts';

/** What came in, and whether its signatures were right. */
export interface Received {
  readonly path: string;
  readonly deliveryId: string;
  readonly body: string;
  /** `x-kong-signature`. */
  readonly kong: boolean;
  /** `webhook-signature`, judged by the official library. */
  readonly standard: boolean;
}

/** A receiver on this machine that verifies what it gets. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
}

/** Starts a receiver that knows the secret. */
export async function startReceiver(secret: string): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (req, res) => {
    const body = (await buffer(req)).toString('utf8');
    const header = (name: string): string => String(req.headers[name] ?? '');
    const kong = verifyKongSignature(header('x-kong-signature'), { secret, body: Buffer.from(body) });
    const standard = isStandard(secret, {
      body,
      id: header('webhook-id'),
      timestamp: header('webhook-timestamp'),
      signature: header('webhook-signature'),
    });
    received.push({ path: req.url ?? '', deliveryId: header('webhook-id'), body, kong, standard });
    res.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function isStandard(
  secret: string,
  sent: {
    readonly body: string;
    readonly id: string;
    readonly timestamp: string;
    readonly signature: string;
  },
): boolean {
  try {
    const headers = {
      'webhook-id': sent.id,
      'webhook-timestamp': sent.timestamp,
      'webhook-signature': sent.signature,
    };
    new Webhook(Buffer.from(secret).toString('base64')).verify(sent.body, headers);
    return true;
  } catch {
    return false;
  }
}
