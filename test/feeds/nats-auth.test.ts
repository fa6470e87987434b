import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { nkeys } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { EgressRefusedError } from '../../src/deliver/egress.ts';
import { NOTHING_RESERVED } from '../../src/secrets/reserved.ts';
import { createSecrets } from '../../src/secrets/resolver.ts';
import { createNatsKeys } from '../helpers/nats-keys.ts';
import { connectClient, type NatsClient, type NatsServer, startNatsServer } from '../helpers/nats-server.ts';
import { type NatsStage, startNatsStage } from '../helpers/nats-stage.ts';

const SECOND_MS = 1_000;
const FIXTURES = new URL('../fixtures/', import.meta.url).pathname;
const CERT = 'self-signed-cert.pem';
const KEY = 'self-signed-key.pem';
const TLS = `cert_file: "${FIXTURES}${CERT}", key_file: "${FIXTURES}${KEY}"`;

interface Known {
  /** Value of the variable `SECRET`, which may change. */
  readonly env?: { SECRET: string };
  /** What the source says besides servers and subject. */
  readonly more: string;
}

function startWith({ url }: Pick<NatsServer, 'url'>, { env = { SECRET: '' }, more }: Known): NatsStage {
  const allowed = { envAllow: null, fileRoot: FIXTURES, reserved: NOTHING_RESERVED };
  const variables = env as { SECRET: string } & Record<string, string>;
  const { hooks: secrets } = createSecrets({ env: variables, ...allowed });
  return startNatsStage(`{ servers: "${url}", subject: "billing.*", ${more} }`, { secrets });
}

async function fail(stage: NatsStage): Promise<string> {
  await stage.until(
    () => stage.log.length > 0 && stage.feed.state().problem !== null && stage.clock.timers === 1,
  );
  return stage.feed.state().problem ?? '';
}

async function untilAcknowledged({ manager }: NatsClient): Promise<void> {
  while ((await manager.consumers.info('BILLING', 'hookline')).ack_floor.stream_seq === 0);
}

const user = nkeys.createUser();
const keys = createNatsKeys();

describe('a source that says who it is', () => {
  it.each([
    ['a token', 'authorization { token: t0p-s3cret }', 'token: "{vault://env/secret}"', 't0p-s3cret'],
    [
      'a password',
      'authorization { user: hookline, password: t0p-s3cret }',
      'user: hookline, password: "{vault://env/secret}"',
      't0p-s3cret',
    ],
    [
      'an nkey',
      `authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`,
      'nkey: "{vault://env/secret}"',
      Buffer.from(user.getSeed()).toString(),
    ],
    ['credentials', keys.config, 'creds: "{vault://env/secret}"', keys.creds],
  ])('is let in by %s once that is right, and shows none of it', async (what, config, auth, secret) => {
    await using server = await startNatsServer(config, { jetstream: false });
    const wrong = {
      'an nkey': Buffer.from(nkeys.createUser().getSeed()).toString(),
      credentials: createNatsKeys().creds,
    };
    const env = { SECRET: wrong[what as keyof typeof wrong] ?? 'another-s3cret' };
    await using stage = startWith(server, { env, more: `auth: { ${auth} }` });
    expect(await fail(stage)).toBe('The server refused "nats.auth": Authorization Violation');
    env.SECRET = secret;
    stage.clock.advance(SECOND_MS);
    await stage.connected();
    const said = stage.log.join();
    for (const part of secret.split('\n')) expect(said).not.toContain(part.length > 8 ? part : 's3cret');
  });

  it.each([
    ['that is missing', 'nkey: "{vault://env/nothing}"', 'could not get value from external vault'],
    ['that is no key', 'nkey: "{vault://env/secret}"', 'Cannot sign in with "nats.auth"'],
    ['that are no credentials', 'creds: "{vault://env/secret}"', 'Cannot sign in with "nats.auth"'],
  ])('says so of a secret %s, and not what it is', async (_what, auth, text) => {
    await using server = await startNatsServer(keys.config, { jetstream: false });
    await using stage = startWith(server, { env: { SECRET: 'SUAB-no-key' }, more: `auth: { ${auth} }` });
    expect(await fail(stage)).toContain(text);
    expect(stage.log.join()).not.toContain('SUAB-no-key');
  });

  it('says that it is not let in any more, and is again once that is mended', async () => {
    const config = 'authorization { user: hookline, password: t0p-s3cret }';
    await using server = await startNatsServer(config);
    const more = 'auth: { user: "{vault://env/user}", password: "{vault://env/secret}" }';
    const env = { SECRET: 't0p-s3cret', USER: 'hookline' };
    await using stage = startWith(server, { env, more });
    await stage.connected();
    await server.reload(config.replace('t0p-s3cret', 'new-s3cret'));
    expect(await fail(stage)).not.toBe('');
    env.SECRET = 'new-s3cret';
    stage.clock.advance(SECOND_MS);
    await stage.connected();
  });
});

describe('a source that may not do something', () => {
  const config = (permissions: string): string =>
    `authorization { users: [ { user: hookline, password: pw, permissions: { ${permissions} } }, { user: admin, password: pw } ] }`;
  const auth = 'auth: { user: hookline, password: "{vault://env/secret}" }';
  const env = { SECRET: 'pw' };
  const ADMIN = { user: 'admin', password: 'pw' };

  it('says that it may not subscribe, and subscribes once it may', async () => {
    await using server = await startNatsServer(config('subscribe: "other.>"'));
    await using stage = startWith(server, { env, more: auth });
    expect(await fail(stage)).toBe('The server does not permit this user to subscribe to "billing.*"');
    await server.reload(config('subscribe: ">"'));
    stage.clock.advance(SECOND_MS);
    await stage.connected();
  });

  it('needs no more than these permissions', async () => {
    const publish = [
      '$JS.API.STREAM.NAMES',
      '$JS.API.CONSUMER.INFO.BILLING.hookline',
      '$JS.API.CONSUMER.CREATE.BILLING.hookline.>',
      '$JS.API.CONSUMER.MSG.NEXT.BILLING.hookline',
      '$JS.ACK.BILLING.hookline.>',
    ];
    await using server = await startNatsServer(
      config(`publish: ${JSON.stringify(publish)}, subscribe: "_INBOX.>"`),
    );
    await using client = await connectClient(server.url, { auth: ADMIN });
    await client.manager.streams.add({ name: 'BILLING', subjects: ['billing.*'] });
    await client.store({ subject: 'billing.paid' });
    await using stage = startWith(server, { env, more: `durable: hookline, ${auth}` });
    await stage.connected();
    await stage.until(() => stage.emitted.length === 1);
    await untilAcknowledged(client);
    expect(stage.feed.state().problem).toBeNull();
  });

  it.each([
    ['ask for its consumer', 'publish: "other"', '$JS.API.STREAM.NAMES'],
    ['acknowledge', 'publish: "$JS.API.>"', '$JS.ACK.BILLING.hookline'],
  ])('says that it may not %s', async (_what, permissions, subject) => {
    await using server = await startNatsServer(config(permissions));
    await using client = await connectClient(server.url, { auth: ADMIN });
    await client.manager.streams.add({ name: 'BILLING', subjects: ['billing.*'] });
    await client.store({ subject: 'billing.paid' });
    await using stage = startWith(server, { env, more: `durable: hookline, ${auth}` });
    const problem = await fail(stage);
    expect(problem).toMatch(/^The server does not permit this user to publish to "/);
    expect(problem).toContain(subject);
  });
});

describe('a source over TLS', () => {
  const toTls = ({ url }: NatsServer): { url: string } => ({ url: url.replace('nats://', 'tls://') });

  it('is let in with a certificate of its own', async () => {
    await using server = await startNatsServer(`tls { ${TLS}, ca_file: "${FIXTURES}${CERT}", verify: true }`);
    const files = `ca: "{vault://file/${CERT}}", cert: "{vault://file/${CERT}}", key: "{vault://file/${KEY}}"`;
    await using stage = startWith(server, { more: `tls: { ${files} }` });
    await stage.connected();
    await using without = startWith(server, { more: `tls: { ca: "{vault://file/${CERT}}" }` });
    expect(await fail(without)).not.toBe('');
  });

  it.each([
    ['whose certificate nobody vouches for', `tls { ${TLS} }`, '', /self-signed certificate/],
    ['that has none, though it is to be used', '', 'tls://', /server does not support 'tls'/],
  ])('refuses a server %s', async (_what, config, scheme, problem) => {
    await using server = await startNatsServer(config);
    await using stage = startWith(scheme === '' ? server : toTls(server), { more: '' });
    expect(await fail(stage)).toMatch(problem);
  });

  it('refuses a server whose certificate is of another name', async () => {
    await using server = await startNatsServer(`tls { ${TLS} }`);
    const url = server.url.replace('127.0.0.1', '127.0.0.2').replace('nats:', 'tls:');
    await using stage = startWith({ url }, { more: `tls: { ca: "{vault://file/${CERT}}" }` });
    expect(await fail(stage)).not.toBe('');
  });
});

describe('a server that is none', () => {
  it('is not dialled where egress refuses it', async () => {
    await using server = await startNatsServer();
    const asked: unknown[] = [];
    const judge = (destination: unknown): EgressRefusedError => {
      asked.push(destination);
      return new EgressRefusedError('Cannot dial it: egress.deny has "private"');
    };
    const nats = `{ servers: "nats://localhost:${server.port}", subject: a }`;
    await using stage = startNatsStage(nats, { judge });
    expect(await fail(stage)).toContain('Cannot dial it: egress.deny has "private"');
    expect(asked).toContainEqual({ host: 'localhost', port: server.port, addresses: ['127.0.0.1'] });
  });

  it('says nothing at all: a stop does not wait for it, and no socket stays', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket.resume())).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const stage = startNatsStage(`{ servers: "127.0.0.1:${port}", subject: a }`);
    await stage.until(() => sockets.length === 1);
    await stage.feed.stop();
    mute.close();
    await once(mute, 'close');
  });

  it('speaks something else', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await using stage = startNatsStage(`{ servers: "127.0.0.1:${port}", subject: a }`);
    expect(await fail(stage)).toContain('unexpected response from server');
    other.close();
  });
});
