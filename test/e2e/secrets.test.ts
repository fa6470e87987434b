import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runApp } from '../helpers/running-app.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

/** Values no log line, answer or byte on disk may hold. */
const MARKERS = {
  url: 'marker-in-url',
  header: 'marker-in-header',
  secret: 'marker-in-secret',
  payload: 'marker-in-payload',
  file: 'marker-in-file',
  plainSecret: 'marker-plain-secret',
  plainHeader: 'marker-plain-header',
  plainPassword: 'marker-plain-password',
};

/** A receiver that gives back all it got: in a header, the body, and for some paths as an error. */
async function startEcho(): Promise<{ readonly port: number; readonly seen: string[]; close(): void }> {
  const seen: string[] = [];
  const server = createServer(async (req, res) => {
    const chunks = await req.toArray();
    const text = `${req.url} ${JSON.stringify(req.headers)} ${Buffer.concat(chunks as Buffer[]).toString()}`;
    seen.push(text);
    res.writeHead(req.url?.includes('fail') ? 500 : 200, { 'x-echo': encodeURIComponent(text) }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    close: () => server.close().closeAllConnections(),
  };
}

describe('secrets', () => {
  it('reach the receiver and are in no answer, no log line and no byte on disk', async () => {
    const echo = await startEcho();
    using files = createTempDir();
    files.write('token', `${MARKERS.file}\n`);
    const base = `http://127.0.0.1:${echo.port}`;
    const custom = (path: string): string => `
source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: "{vault://env/${path}}"
  headers: { x-one: "{vault://env/header-ref}", x-two: "{vault://file/token}", Authorization: "${MARKERS.plainHeader}" }
  secret: "{vault://env/secret-ref}"
  payload: { nested: [{ key: "{vault://env/payload-ref}" }], text: "{{ entity.username }}" }
`;
    await using app = await runApp(
      {
        'custom.yaml': custom('url-ref'),
        'failing.yaml': custom('fail-ref'),
        'plain.yaml': `source: crud\nevent: consumers\nhandler: webhook\nconfig:\n  url: "http://u:${MARKERS.plainPassword}@127.0.0.1:${echo.port}/plain"\n  secret: ${MARKERS.plainSecret}\n`,
        'unreachable.yaml':
          'source: crud\nevent: consumers\nhandler: webhook\nconfig:\n  url: "{vault://env/bad-ref}"\n',
      },
      {
        env: {
          URL_REF: `${base}/${MARKERS.url}`,
          FAIL_REF: `${base}/fail/${MARKERS.url}`,
          BAD_REF: `http://${MARKERS.url}.invalid:1/`,
          HEADER_REF: MARKERS.header,
          SECRET_REF: MARKERS.secret,
          PAYLOAD_REF: MARKERS.payload,
        },
        settings: { secrets: { file_root: files.path } },
      },
    );
    await app.emit('crud', 'consumers', { entity: { username: '{vault://env/secret-ref}' } });

    const sent = echo.seen.join('\n');
    for (const marker of [MARKERS.url, MARKERS.header, MARKERS.payload, MARKERS.file])
      expect(sent).toContain(marker);
    expect(sent, 'a reference in an event is text like any other').not.toContain(MARKERS.secret);

    const answers: string[] = [];
    const deliveries = (await app.get('/deliveries')).body as { data: { id: string; hook: string }[] };
    const paths = [
      '/event-hooks',
      '/status',
      '/readyz',
      '/deliveries',
      ...deliveries.data.map(({ id }) => `/deliveries/${id}`),
    ];
    for (const path of [...paths, '/event-hooks/plain/ping', '/event-hooks/unreachable/ping'])
      answers.push(await rawText(`${app.app.url}${path}`));
    for (const hook of ['custom', 'failing', 'plain', 'unreachable']) {
      const { headers, body } = await app.post(`/event-hooks/${hook}/test`, { entity: { username: 'jane' } });
      answers.push(JSON.stringify([[...headers], body]));
    }
    const logged = app.log.join('\n');
    await app.app.stop();
    // The copies of the definitions are what was committed, plain secrets and all; they are for their owner alone.
    const copies = readFiles(join(app.stateDir, 'last-good'));
    for (const { text, mode } of copies) {
      for (const marker of [MARKERS.url, MARKERS.header, MARKERS.secret, MARKERS.payload, MARKERS.file])
        expect(text.includes(marker), `${marker} in a copy`).toBe(false);
      expect(mode).toBe(0o600);
    }
    expect(copies).not.toEqual([]);
    const stored = readFiles(app.stateDir)
      .map(({ text }) => text)
      .join('\n');
    echo.close();
    for (const [place, text] of Object.entries({
      answers: answers.join('\n'),
      logged,
      stored,
      reports: JSON.stringify(app.reports.map((report) => ('problems' in report ? report.problems : report))),
    })) {
      for (const marker of Object.values(MARKERS))
        expect(text.includes(marker), `${marker} in ${place}`).toBe(false);
    }
    expect(answers.join('\n')).toContain('[redacted]');
  });
});

function readFiles(dir: string): readonly { readonly text: string; readonly mode: number }[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(dir, name))
    .map((path) => ({ text: readFileSync(path, 'latin1'), mode: statSync(path).mode & 0o777 }));
}

async function rawText(url: string): Promise<string> {
  const response = await fetch(url);
  return `${JSON.stringify([...response.headers])} ${await response.text()}`;
}
