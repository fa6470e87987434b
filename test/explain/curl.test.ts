import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createHttpClient, type OutgoingRequest } from '../../src/deliver/http-client.ts';
import { toCurl } from '../../src/explain/curl.ts';
import { toMadeRequest } from '../../src/explain/made-request.ts';
import { createMarks, type Marks } from '../../src/explain/marks.ts';
import { type RecordedRequest, startRecordingServer } from '../helpers/recording-server.ts';
import { runShell } from '../helpers/run-shell.ts';

type Sent = Partial<Pick<OutgoingRequest, 'method' | 'headers' | 'body' | 'verify' | 'proxy'>> & {
  /** Behind the address of the server. */
  readonly path?: string;
  /** Before it. */
  readonly user?: string;
};

const PLAIN: Omit<OutgoingRequest, 'url'> = {
  method: 'POST',
  headers: { 'user-agent': 'hookline/test' },
  body: null,
  timeoutMs: 30_000,
  verify: true,
  tls: null,
  proxy: null,
};

function toRequest(url: string, { path = '/', user = '', ...sent }: Sent): OutgoingRequest {
  const headers = { ...PLAIN.headers, ...sent.headers };
  return { ...PLAIN, ...sent, headers, url: `${url.replace('//', `//${user}`)}${path}` };
}

function commandOf(request: OutgoingRequest, marks: Marks = createMarks()): string {
  const made = toMadeRequest(request, { signs: 'no', marks });
  if (made === null) throw new Error('Cannot write a command without a request');
  return toCurl(made);
}

/** What of a request is the hook's, and not the connection's. */
function toEssence({ method, url, headers, body }: RecordedRequest): object {
  const { host: _host, connection: _connection, ...others } = headers;
  return { method, url, headers: others, body };
}

const CASES: readonly (readonly [string, Sent])[] = [
  ['a GET', { method: 'GET', path: '/a?b=c%20d&e=f' }],
  ['a HEAD', { method: 'HEAD' }],
  ['a DELETE', { method: 'DELETE' }],
  ['a POST of nothing', { method: 'POST' }],
  ['a PATCH of nothing', { method: 'PATCH' }],
  ['a PUT of an empty body', { method: 'PUT', body: '' }],
  ['a GET with a body', { method: 'GET', body: '{}' }],
  ['a body without a type', { body: 'a=b' }],
  ['a body with a type', { body: '{"a":1}', headers: { 'Content-Type': 'application/json' } }],
  ['every quote', { body: `it's "quoted" \`id\` $HOME $(id) \\ \\n !! # ~ * ? [a] {b}` }],
  ['a name of a file', { body: '@/etc/hostname' }],
  ['lines', { body: 'a\nb\n\nc\n' }],
  ['lines as Windows ends them', { body: 'a\r\nb\r\n' }],
  ['a tab', { body: 'a\tb' }],
  ['a NUL', { body: 'a\u0000b' }],
  ['signs of printf', { body: '\u0001 100% \\ %s %d \\n \\101 \\c' }],
  ['a digit after a byte', { body: '\u00011\u00012' }],
  ['letters of any script', { body: 'Grüße, 世界 👩‍👩‍👧 \u202egnihtyna' }],
  ['half a letter', { body: 'a\ud800b' }],
  ['a long body', { body: `"${'x'.repeat(300_000)}"` }],
  ['a long body with quotes', { body: `'${"it's \n".repeat(30_000)}` }],
  ['a dash', { body: '-o /tmp/x' }],
  ['a dash before bytes', { body: '--boundary\r\n' }],
  ['more than a receiver is asked about first', { body: 'x'.repeat(1_200_000) }],
  ['quotes in a header', { headers: { 'x-text': `it's "$HOME" \\ %s \`id\`` } }],
  ['an empty header', { headers: { 'x-empty': '' } }],
  ['a blank header', { headers: { 'x-blank': ' ' } }],
  ['a dash before Latin-1 in a header', { headers: { '-x': 'é' } }],
  ['Latin-1 in a header', { headers: { 'x-name': 'Grüße 100% \\ é' } }],
  ['a tab in a header', { headers: { 'x-name': 'a\tb' } }],
  ['a name of a file in a header', { headers: { 'x-name': '@/etc/hostname' } }],
  ['its own accept', { headers: { Accept: 'text/plain' } }],
  ['brackets in a URL', { method: 'GET', path: "/[a-c]/{x,y}?q[]=1&it's=$HOME" }],
  ['dots in a URL', { method: 'GET', path: '/a/%2e%2e/b/../c' }],
  ['a password in a URL', { user: 'jane:p%40ss%3Aword@' }],
];

describe('toCurl()', () => {
  it.each(CASES)('has curl send %s byte for byte as Hookline does', async (_what, sent) => {
    await using server = await startRecordingServer();
    const client = createHttpClient({ clock: systemClock, egress: null });
    const request = toRequest(server.url, sent);
    await client.send(request);
    await client.close();
    for (const shell of ['sh', 'bash', 'zsh']) await runShell(shell, `${commandOf(request)} --silent`);
    const [own, ...curls] = server.requests.map(toEssence);
    expect(curls).toEqual([own, own, own]);
  });

  it('is of visible characters, whatever the request holds', () => {
    const command = commandOf(toRequest('https://example.com', { body: '\u001b[2J\u202e\t\r"\u0000' }));
    expect(command).toMatch(/^[\n -~]*$/);
  });

  it('takes secrets from variables, and does not run without one', async () => {
    await using server = await startRecordingServer();
    const marks = createMarks();
    const headers = { authorization: `Bearer ${marks.add('TOKEN')}` };
    const url = marks.addUrl('RECEIVER', new URL(`${server.url}/in?a=b`));
    const command = commandOf({ ...toRequest('', { headers, body: 'x' }), url: `${url}&c=d` }, marks);
    const env = { PATH: process.env.PATH, TOKEN: `it's "x" $HOME`, RECEIVER: `${server.url}/in?a=b` };
    await runShell('sh', `${command} --silent`, env);
    await expect(runShell('sh', command, { ...env, TOKEN: '' })).rejects.toThrow('TOKEN');
    expect(server.requests.map((one) => ({ url: one.url, sent: one.headers.authorization }))).toEqual([
      { url: '/in?a=b&c=d', sent: `Bearer it's "x" $HOME` },
    ]);
  });

  it('has curl make Basic credentials of a secret', async () => {
    await using server = await startRecordingServer();
    const marks = createMarks();
    const user = `jane:${marks.add('PASSWORD')}@`;
    const command = commandOf(toRequest(server.url, { user, body: '' }), marks);
    const env = { PATH: process.env.PATH, PASSWORD: 'p@ss:word' };
    await runShell('sh', `${command} --silent`, env);
    expect(server.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('jane:p@ss:word').toString('base64')}`,
    );
  });

  it.each<readonly [string, boolean, boolean]>([
    ['https://example.com', false, true],
    ['https://example.com', true, false],
    ['http://example.com', false, false],
  ])('asks %s for a certificate as the hook does (ssl_verify: %s)', (url, verify, isInsecure) => {
    expect(commandOf(toRequest(url, { verify })).includes('--insecure')).toBe(isInsecure);
  });

  it("goes through the hook's proxy and waits as long as the hook", () => {
    const command = commandOf(toRequest('https://example.com', { proxy: 'http://proxy.example:3128/' }));
    expect(command).toContain("--proxy 'http://proxy.example:3128/'");
    expect(command).toContain('--max-time 30');
  });
});
