import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRandom } from '../../src/secrets/entropy.ts';
import { findShapedSecrets, replaceShapedSecrets } from '../../src/secrets/secret-shapes.ts';

/** Made here, so that nothing in this file looks like a secret to others who look for them. */
const LETTERS = 'aK7xP9mQ2wE5rT8yU1iO3pA6sD4fG0hJzXcVbNmLkJhGfDsApOiUyTrEwQ';
const R = (length: number): string => LETTERS.slice(0, length);
const DIGITS = '1234567890123';
const join = (...parts: readonly string[]): string => parts.join('');

const TOKENS: readonly (readonly [what: string, token: string])[] = [
  ['a token of GitHub', join('gh', 'p_', R(36))],
  ['a token of GitHub', join('github', '_pat_', R(50), '_', R(31))],
  ['a token of GitLab', join('glp', 'at-', R(20))],
  ['a token of Slack', join('xox', 'b-', DIGITS, '-', DIGITS, '-', R(24))],
  ['a key of Stripe', join('sk_', 'live_', R(24))],
  ['a signing secret', join('whs', 'ec_', R(32))],
  ['an access key of AWS', join('AK', 'IA', 'Q3EXJ7WB5OZ2NDL4')],
  ['a key of Google', join('AI', 'za', R(35))],
  ['a key of OpenAI or Anthropic', join('sk-', 'proj-', R(48))],
  ['a key of SendGrid', join('S', 'G.', R(22), '.', R(43))],
  ['a token of npm', join('np', 'm_', R(36))],
  ['a JSON Web Token', join('ey', R(20), '.ey', R(30), '.', R(40))],
  ['a random token', R(32)],
];

/** What is found in a text, in short. */
function whatIn(text: string, isUrl = false): readonly string[] {
  return findShapedSecrets(text, { isUrl }).map(({ what }) => what);
}

describe('findShapedSecrets()', () => {
  it.each(TOKENS)('finds %s wherever it stands, and where exactly', (what, token) => {
    for (const [before, after] of [
      ['', ''],
      ['Bearer ', ''],
      ['{"text":"see ', '"}'],
      ['local key = "', '"\nreturn'],
      ['https://example.com/?a=b&c=', '#d'],
      ["(data) => send('", "')"],
    ] as const) {
      const text = `${before}${token}${after}`;
      expect(findShapedSecrets(text, { isUrl: false })).toEqual([
        { what, value: token, start: before.length, end: before.length + token.length },
      ]);
    }
  });

  it.each([
    [
      'the address of a webhook of Slack',
      join('https://hooks.slack.com/services/T0', R(9), '/B0', R(9), '/', R(24)),
    ],
    [
      'the address of a webhook of Discord',
      join('https://discord.com/api/webhooks/123456789012345678/', R(50), '-', R(17)),
    ],
    ['a token of Telegram', join('https://api.telegram.org/bot123456789:A', R(34), '/sendMessage')],
  ])('finds %s in a URL', (what, url) => {
    for (const isUrl of [true, false]) expect(whatIn(url, isUrl)).toEqual([what]);
  });

  it('finds the password of a URL in a text, but leaves that of a URL to others', () => {
    const url = 'postgres://jane:hunter2@db/x';
    expect(findShapedSecrets(`connect to ${url}`, { isUrl: false })).toEqual([
      { what: 'a password in a URL', value: 'hunter2', start: 27, end: 34 },
    ]);
    expect(whatIn(url, true)).toEqual([]);
  });

  it('finds a private key, up to its end or that of the text', () => {
    const begin = join('-----BEGIN RSA ', 'PRIVATE KEY-----');
    const body = `\n${R(58)}\n${R(40)}\n`;
    for (const end of ['-----END RSA PRIVATE KEY-----', ''])
      expect(findShapedSecrets(`${begin}${body}${end}`, { isUrl: false })).toMatchObject([
        { what: 'a private key', value: body },
      ]);
  });

  it.each([
    ['local api_key = "k3y-0f-the-house-42"', 'api_key'],
    ["headers['x-auth-token'] = 'ab12cd34ef56'", 'x-auth-token'],
    ['{"password": "tr0ub4dor&3xyz"}', 'password'],
  ])('finds what a name in the text tells: %j', (text, name) => {
    expect(whatIn(text)).toEqual([`the value of "${name}"`]);
  });

  it('finds a random part of the path of a URL something is sent to, and nowhere else', () => {
    const url = `https://hooks.example.com/catch/${R(30)}/in`;
    expect(whatIn(url, true)).toEqual(['a random token']);
    expect(whatIn(`see ${url}`)).toEqual([]);
  });

  it.each([
    ['a UUID', 'C57340AB-9fed-40fd-bb7e-1cef8d37c2df'],
    ['ids in hex', '937df175-3db2-4e6d-8aa1-d95c94a76089 5f1d7e84f3a29c0b1e6d8a7c5b4f3e2d1c0b9a88'],
    ['digests', `sha256:${R(40)} sha256-${R(43)}= SHA256:${R(43)} sha1=${R(30)}`],
    ['templates', `{{json @event.data.${R(40)}}} {{ ${R(30)} }}`],
    ['references', `{vault://env/${R(40)}}`],
    [
      'places to be filled in',
      `ghp_${'x'.repeat(36)} sk_live_${'X'.repeat(24)}1 T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX`,
    ],
    ['examples of documentation', join('AK', 'IA', 'IOSFODNN7EXAMPLE')],
    ['an example address', 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX'],
    ['the address of the reference', 'https://hooks.slack.com/services/foo/bar/baz'],
    ['a public key', `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${R(43)} whpk_${R(43)}= pk_live_${R(24)}`],
    ['a certificate', `-----BEGIN CERTIFICATE-----\n${R(58)}\n${R(58)}\n-----END CERTIFICATE-----`],
    ['a certificate in one line', `MIID${R(58)}`],
    ['an image', `data:image/png;base64,iVBORw0K${R(58)}`],
    ['text in base64', Buffer.from('{"text": "This is a plain text, 42 times over"}').toString('base64')],
    ['long words', 'Donaudampfschifffahrtsgesellschaft2 SomeVeryLongCamelCaseIdentifierName2WithDigits3'],
    [
      'slugs',
      'content-security-policy-report-only X-Request-Id-2-Of-The-Gateway-3 snake_case_name_2_Of_3_Things',
    ],
    ['times', '2026-11-25T16:04:21.123456789Z 20261125T160421Z'],
    ['an ULID', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['a path', 'https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit'],
    [
      'names of secrets',
      'token_name = "x-auth-token-2"; secret = "the secret of the house"; token = data.token',
    ],
    ['a mask', 'https://jane:******@example.com/ token: "****************"'],
    ['code', 'const normalizedRequestV2Headers = Object.fromEntries(Object.entries(data.headers2Lower))'],
    ['a long text of data', R(58).repeat(5)],
  ])('does not take %s for one', (_what, text) => {
    expect(whatIn(text)).toEqual([]);
    expect(replaceShapedSecrets(text, { isUrl: false }, () => '!')).toBe(text);
  });

  it('finds several, in their order, each once', () => {
    const [github = '', , , slack = ''] = TOKENS.map(([, token]) => token);
    const text = `${slack} token="${github}" ${github}`;
    expect(whatIn(text)).toEqual(['a token of Slack', 'a token of GitHub', 'a token of GitHub']);
    expect(replaceShapedSecrets(text, { isUrl: false }, (value) => '*'.repeat(value.length))).toBe(
      `${'*'.repeat(slack.length)} token="${'*'.repeat(github.length)}" ${'*'.repeat(github.length)}`,
    );
  });

  it('never loses a character of any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...TOKENS), fc.string(), (before, [, token], after) => {
        const text = `${before}${token}${after}`;
        expect(replaceShapedSecrets(text, { isUrl: false }, (value) => value)).toBe(text);
      }),
    );
  });
});

describe('isRandom()', () => {
  it('knows nearly every random token', () => {
    const tokens = Array.from({ length: 1_000 }, () => randomBytes(24).toString('base64url'));
    // 97 in 100 are expected; that fewer than 90 are has a chance of less than one in 10^25.
    expect(tokens.filter(isRandom).length).toBeGreaterThan(900);
  });

  it('takes words joined in camelCase for none, however short and numbered', () => {
    expect(isRandom('gatewayRoutesV2ForTenantsInRegionEu1')).toBe(false);
  });
});
