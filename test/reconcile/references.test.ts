import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createReserved } from '../../src/secrets/reserved.ts';
import { toBrief } from '../helpers/load-text.ts';
import { briefsOf, createTestPrepare, loadTexts, prepareTexts, problemOf } from '../helpers/prepare-texts.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

/** A webhook-custom whose config goes on from line 6. */
function custom(config: string): string {
  return `source: crud\nhandler: webhook-custom\nconfig:\n  method: POST\n  url: http://a.example\n${config}`;
}

describe('checking references', () => {
  it.each([
    ['url', 'source: crud\nhandler: webhook\nconfig: { url: "{vault://env/url}" }\n'],
    ['secret', custom('  secret: "{vault://file/app/key}"\n')],
    ['a header', custom('  headers: { authorization: "{vault://env/token#2}" }\n')],
    [
      'a payload, at any depth',
      custom('  payload: { token: ["{vault://env/t?prefix=my-}", { a: "{vault://file/b/}" }] }\n'),
    ],
  ])('takes one in %s', async (_what, text) => {
    expect(await briefsOf(text)).toEqual([]);
  });

  it.each([
    [
      'url',
      'source: crud\nhandler: webhook\nconfig: { url: "{vault://aws/url}" }\n',
      '3:16 reference_invalid config.url',
      'could not find vault (aws)',
    ],
    [
      'secret',
      custom('  secret: "{vault://env}"\n'),
      '6:11 reference_invalid config.secret',
      'reference url is missing path [{vault://env}]',
    ],
    [
      'a header',
      custom('  headers: { a: "{vault://env/a#9}" }\n'),
      '6:17 reference_invalid config.headers.a',
      'reference url has invalid version [{vault://env/a#9}]',
    ],
    [
      'a payload',
      custom('  payload: { a: [{ b: "{vault://env/}" }] }\n'),
      '6:23 reference_invalid config.payload.a[0].b',
      'reference url has empty path [{vault://env/}]',
    ],
    [
      'a payload beside a template',
      custom('  payload: { a: "{vault://env/a} {{operation}}" }\n'),
      '6:17 reference_invalid config.payload.a',
      'not a reference [{vault://env/a} {{operation}}]',
    ],
  ])('refuses one in %s that cannot be read', async (_what, text, brief, message) => {
    expect(await briefsOf(text)).toEqual([brief]);
    expect(await problemOf(text)).toMatchObject({
      severity: 'error',
      message,
      hint: 'A reference is {vault://env/NAME} or {vault://file/PATH}, and the whole value',
    });
  });

  it.each([
    [
      'one that is not the whole value',
      custom('  headers: { authorization: "Bearer {vault://env/token}" }\n'),
      'config.headers.authorization',
      'The reference is not the whole value: it is not resolved but sent as it is written',
    ],
    [
      'one in a body',
      custom('  body: "{vault://env/token}"\n'),
      'config.body',
      'The reference stands in a body: it is not resolved but sent as it is written',
    ],
    [
      'one within a body',
      custom('  body: "x {vault://env/token}"\n'),
      'config.body',
      'The reference stands in a body: it is not resolved but sent as it is written',
    ],
  ])('warns of %s', async (_what, text, path, message) => {
    expect(await problemOf(text)).toMatchObject({
      code: 'reference_unresolved',
      severity: 'warning',
      path,
      message,
    });
  });

  it('does not look into functions and descriptions', async () => {
    const functions = 'functions: ["return function() return \'{vault://aws/x}\' end"]';
    const text = `source: crud\nhandler: lambda\ndescription: "{vault://aws/x}"\nconfig: { ${functions} }\n`;
    expect(await briefsOf(text)).toEqual([]);
  });
});

describe('checking for references to what settings refer to', () => {
  const SETTINGS = ['{vault://env/git-token}', '{vault://file/app/key/}'];

  it.each([
    ['url', custom('').replace('http://a.example', '"{vault://env/git-token}"'), '5:8', 'config.url'],
    ['secret', custom('  secret: "{vault://env/GIT_TOKEN#2}"\n'), '6:11', 'config.secret'],
    [
      'one of several secrets',
      custom('  secret: ["{vault://env/mine}", "{vault://env/git-token/key}"]\n'),
      '6:34',
      'config.secret[1]',
    ],
    ['a header', custom('  headers: { a: "{vault://file//app/./key/}" }\n'), '6:17', 'config.headers.a'],
    [
      'a header beside templates',
      custom('  headers_format: true\n  headers: { a: "{vault://env/token?prefix=git-}" }\n'),
      '7:17',
      'config.headers.a',
    ],
    [
      'a payload',
      custom('  payload: { a: [{ b: "{vault://file/app/key/part}" }] }\n'),
      '6:23',
      'config.payload.a[0].b',
    ],
  ])('refuses one in %s', async (_what, text, place, path) => {
    const prepare = createTestPrepare({ reserved: createReserved(SETTINGS, '/nowhere') });
    const { problems, good } = await prepare(loadTexts({ 'hook.yaml': text }));
    expect(good).toBe(false);
    expect(problems.map(toBrief)).toEqual([`${place} reference_reserved ${path}`]);
    expect(problems[0]).toMatchObject({
      message: expect.stringMatching(
        /^Hooks may not refer to (?:variable GIT_TOKEN(?:_PREVIOUS)?|file app\/key): the settings do, so it is theirs alone$/,
      ),
      hint: 'Put what hooks need into another variable or file, and refer to that',
    });
    expect((await prepareTexts({ 'hook.yaml': text })).good, 'without settings').toBe(true);
  });

  it('lets stand what is never resolved', async () => {
    const prepare = createTestPrepare({ reserved: createReserved(SETTINGS, '/nowhere') });
    const text = custom('  body: "{vault://env/git-token}"\n');
    expect((await prepare(loadTexts({ 'hook.yaml': text }))).good).toBe(true);
  });

  it('looks where links lead at every load', async () => {
    using dir = createTempDir();
    const prepare = createTestPrepare({ reserved: createReserved(SETTINGS, dir.path) });
    dir.write('app/key', 'x');
    symlinkSync(dir.write('other', 'x'), join(dir.path, 'link'));
    const files = loadTexts({ 'hook.yaml': custom('  secret: "{vault://file/link}"\n') });
    expect((await prepare(files)).good).toBe(true);
    rmSync(join(dir.path, 'link'));
    symlinkSync('app/key', join(dir.path, 'link'));
    expect((await prepare(files)).problems.map(({ code }) => code)).toEqual(['reference_reserved']);
  });
});

describe('checking for secrets in clear', () => {
  const MARKER = 'marker-value';

  it.each([
    ['the secret', custom(`  secret: ${MARKER}\n`), '6:11 plain_secret config.secret'],
    [
      'a header',
      custom(`  headers: { X-Api-Key: ${MARKER} }\n`),
      '6:25 plain_secret config.headers.X-Api-Key',
    ],
    [
      'a part of a header',
      custom(`  headers: { authorization: "Bearer ${MARKER}" }\n`),
      '6:29 plain_secret config.headers.authorization',
    ],
    [
      'a field of a payload',
      custom(`  payload: { a: [{ password: ${MARKER} }] }\n`),
      '6:30 plain_secret config.payload.a[0].password',
    ],
    [
      'the password of a URL',
      `source: crud\nhandler: webhook\nconfig: { url: "http://jane:${MARKER}@a.example/" }\n`,
      '3:16 plain_secret config.url',
    ],
  ])('warns of one in %s, without a word of it', async (_what, text, brief) => {
    expect(await briefsOf(text)).toEqual([brief]);
    const { problems, good } = await prepareTexts({ 'hook.yaml': text });
    expect(good).toBe(true);
    expect(JSON.stringify(problems)).not.toContain(MARKER);
    expect(problems[0]).toMatchObject({
      severity: 'warning',
      hint: 'Put a reference in its place, such as "{vault://env/MY_SECRET}"',
    });
  });

  const TOKEN = ['gh', 'p_', 'aK7xP9mQ2wE5rT8yU1iO3pA6sD4fG0hJzXcV'].join('');

  it.each([
    [
      'a URL',
      custom('').replace('http://a.example', `http://a.example/?a=${TOKEN}&b=${TOKEN}`),
      '5:8 plain_secret config.url',
      'Put a reference in its place, such as "{vault://env/MY_SECRET}"',
    ],
    [
      'a body',
      custom(`  body: "a ${TOKEN}"\n`),
      '6:9 plain_secret config.body',
      'Send it in a header, or as a payload: references are resolved there, and not in a body',
    ],
    [
      'a function',
      `source: crud\nhandler: lambda\nconfig: { functions: ["(d) => '${TOKEN}'"] }\n`,
      '3:23 plain_secret config.functions[0]',
      'Take it out: a function sends nothing; webhooks do, and take references',
    ],
    [
      'a header of a gateway',
      `kind: EventSource\nname: s\nkong: { admin_url: "http://kong", headers: { x-a: "${TOKEN}" } }\n`,
      '3:51 plain_secret kong.headers.x-a',
      'Put a reference in its place, such as "{vault://env/MY_SECRET}"',
    ],
  ])('warns once of what looks like one in %s, without a word of it', async (_what, text, brief, hint) => {
    expect(await briefsOf(text)).toEqual([brief]);
    const { message, ...rest } = await problemOf(text);
    expect(message).toMatch(
      /^"\S+" holds what looks like a token of GitHub, in clear: anyone who can read the file can use it$/,
    );
    expect(JSON.stringify([message, rest])).not.toContain(TOKEN);
    expect(rest.hint).toBe(hint);
  });

  it.each([
    [
      'what the event fills in',
      custom('  headers: { authorization: "Bearer {{entity.token}}" }\n  headers_format: true\n'),
    ],
    ['empty texts', custom('  secret: ""\n  headers: { cookie: "" }\n')],
    [
      'names that say nothing',
      custom('  headers: { content-type: application/json }\n  payload: { text: hello }\n'),
    ],
    ['a name of an algorithm', custom('  signature: sha256\n  secret: "{vault://env/a}"\n')],
  ])('says nothing of %s', async (_what, text) => {
    expect((await briefsOf(text)).filter((brief) => brief.includes('plain_secret'))).toEqual([]);
  });
});

describe('checking the secret of an inlet', () => {
  const source = (secret: string): string =>
    `kind: EventSource\nname: shop\nevents: { paid: {} }\ninlet: { verify: hmac, secret: ${secret} }\n`;

  it.each([
    ['"{vault://env/a}"', []],
    ['["{vault://env/a}", "{vault://file/b}"]', []],
    ['hunter2', ['4:32 plain_secret inlet.secret']],
    ['["{vault://env/a}", hunter2]', ['4:52 plain_secret inlet.secret[1]']],
    ['"{vault://aws/a}"', ['4:32 reference_invalid inlet.secret']],
  ])('says of %s what there is to say', async (secret, problems) => {
    expect(await briefsOf(source(secret))).toEqual(problems);
  });
});

describe('checking the references of NATS', () => {
  it('says which are none, and nothing of what need not be one', async () => {
    const text = (auth: string): string =>
      `kind: EventSource\nname: shop\nevents: { paid: {} }\nnats:\n  servers: a\n  subject: b\n  auth: { ${auth} }\n  tls: { ca: text }\n`;
    expect(await briefsOf(text('user: jane, password: "{vault://env/a}"'))).toEqual([]);
    expect(await briefsOf(text('token: "{vault://aws/a}"'))).toEqual([
      '7:18 reference_invalid nats.auth.token',
    ]);
  });
});

describe('checking the secrets of a gateway', () => {
  it.each([
    ['admin_url: "{vault://env/a}", token: "{vault://env/b}", headers: { apikey: "{vault://file/c}" }', []],
    ['admin_url: "http://kong:8001", headers: { accept: text/plain }', []],
    ['admin_url: "http://jane:pw@kong:8001"', ['3:20 plain_secret kong.admin_url']],
    ['admin_url: "http://kong", token: hunter2', ['3:42 plain_secret kong.token']],
    ['admin_url: "http://kong", headers: { apikey: hunter2 }', ['3:54 plain_secret kong.headers.apikey']],
    ['admin_url: "http://kong", token: "{vault://aws/a}"', ['3:42 reference_invalid kong.token']],
    ['admin_url: "http://kong", token: "Bearer {vault://env/a}"', ['3:42 reference_unresolved kong.token']],
  ])('says of { %s } what there is to say', async (kong, problems) => {
    expect(await briefsOf(`kind: EventSource\nname: gateway\nkong: { ${kong} }\n`)).toEqual(problems);
  });
});
