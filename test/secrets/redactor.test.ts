import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, REDACTED } from '../../src/secrets/redactor.ts';

/** What becomes of a text when a secret is known. */
function redact(secret: string, text: string): string {
  const redactor = createRedactor();
  redactor.remember(secret);
  return redactor.redact(text);
}

describe('the redactor', () => {
  it.each([
    ['nothing', 'the text', 'the text'],
    ['the whole text', 'marker', REDACTED],
    ['each time', 'a marker, b marker-marker', `a ${REDACTED}, b ${REDACTED}-${REDACTED}`],
    ['within words', 'amarkerb', `a${REDACTED}b`],
    ['not in another case', 'MARKER', 'MARKER'],
    ['not what only begins like it', 'marke', 'marke'],
  ])('takes out %s', (_what, text, expected) => {
    expect(redact('marker', text)).toBe(expected);
  });

  const odd = `a/b "c" <d> & ü\n+é?\\`;
  const html = 'a/b &quot;c&quot; &lt;d&gt; &amp; ü\n+é?\\';
  const base64 = Buffer.from(odd).toString('base64');
  it.each([
    ['as it is', odd, REDACTED],
    ['in JSON', JSON.stringify({ y: odd }), `{"y":"${REDACTED}"}`],
    ['in JSON of PHP', JSON.stringify({ y: odd }).replaceAll('/', '\\/'), `{"y":"${REDACTED}"}`],
    ['in HTML', `<p>${html}</p>`, `<p>${REDACTED}</p>`],
    ['in a path or query', `/x?y=${encodeURIComponent(odd)}`, `/x?y=${REDACTED}`],
    ['in one of another make', `/x?y=${encodeURIComponent(odd).toLowerCase()}`, `/x?y=${REDACTED}`],
    ['in a form', new URLSearchParams({ y: odd }).toString(), `y=${REDACTED}`],
    ['in base64', `<${base64}>`, `<${REDACTED}>`],
    ['in base64 without its end', base64.replace(/=+$/, ''), REDACTED],
    ['in base64 for URLs', Buffer.from(odd).toString('base64url'), REDACTED],
  ])('finds a secret %s', (_where, text, expected) => {
    expect(redact(odd, text)).toBe(expected);
  });

  it('finds a secret without the white space around it', () => {
    expect(redact('  a marker\n', '<a marker>')).toBe(`<${REDACTED}>`);
  });

  const url =
    'https://jane:pa%40ss-word@hooks.example.com/services/T0/some-long-token?key=another-long-token&a=b';
  it.each([
    ['all of it', url],
    ['its host', 'getaddrinfo ENOTFOUND hooks.example.com'],
    ['its path and query', 'Cannot POST /services/T0/some-long-token?key=another-long-token&a=b'],
    ['its path', 'Cannot POST /services/T0/some-long-token'],
    ['a token in its path', '{"token":"some-long-token"}'],
    ['a token in its query', '{"key":"another-long-token"}'],
    ['its password', '{"password":"pa@ss-word"}'],
    ['its authorization header', `Basic ${Buffer.from('jane:pa@ss-word').toString('base64')}`],
  ])('finds of a URL %s', (_what, text) => {
    const redacted = redact(url, text);
    expect(redacted).toContain(REDACTED);
    expect(redacted).not.toMatch(/token"?$|ss-word|long|hooks|amFuZT|T0/);
  });

  it('finds a token without the scheme it was given with', () => {
    expect(redact('Bearer some-token', '{"token":"some-token"}')).toBe(`{"token":"${REDACTED}"}`);
    expect(redact('Basic c29tZTp0b2tlbg==', 'c29tZTp0b2tlbg==')).toBe(REDACTED);
  });

  it.each([
    ['http://127.0.0.1:8080/abcd', 'connect ECONNREFUSED 127.0.0.1:8080'],
    ['http://localhost/abcd', 'localhost'],
    ['https://example.com/api?format=json', 'application/json of the api'],
    ['https://example.com/', '/'],
  ])('leaves words of %s alone that say nothing', (secret, text) => {
    expect(redact(secret, text)).toBe(text);
  });

  it.each(['http://a:100%@example.com/', 'https://%', 'http://[::1]:1/abcd', 'Bearer ', '\ud800abcd'])(
    'takes %j, whatever is wrong with it',
    (secret) => {
      expect(redact(secret, `<${secret}>`)).toBe(`<${REDACTED}>`);
    },
  );

  it.each(['', 'a', 'abc'])('does not look for %j, which would be found everywhere', (secret) => {
    expect(redact(secret, 'a abc abcd')).toBe('a abc abcd');
  });

  it('takes out the longer of two secrets that begin alike', () => {
    const redactor = createRedactor();
    redactor.keep('marker-and-more');
    redactor.remember('marker');
    expect(redactor.redact('marker-and-more marker-and')).toBe(`${REDACTED} ${REDACTED}-and`);
  });

  it('takes a secret for what it is, not for a pattern', () => {
    expect(redact('a.*b[c', 'axxb a.*b[c')).toBe(`axxb ${REDACTED}`);
    expect(redact('$&$1', 'x$&$1x')).toBe(`x${REDACTED}x`);
  });

  it('knows a secret as long as it is in use, however many others there are', () => {
    const redactor = createRedactor();
    for (let index = 0; index < 45_000; index += 1) {
      if (index % 10_000 === 0) redactor.remember('in-use-marker');
      redactor.remember(`rotated-${index}`);
    }
    expect(redactor.redact('in-use-marker rotated-44999 rotated-1')).toBe(
      `${REDACTED} ${REDACTED} rotated-1`,
    );
  });

  it('knows a secret of a definition for good', () => {
    const redactor = createRedactor();
    redactor.keep('kept-marker');
    for (let index = 0; index < 45_000; index += 1) redactor.remember(`rotated-${index}`);
    expect(redactor.redact('kept-marker')).toBe(REDACTED);
  });

  it('leaves no secret in any text', () => {
    const secrets = fc.string({ minLength: 4, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(secrets, { maxLength: 5 }), fc.array(fc.string()), (known, between) => {
        const redactor = createRedactor();
        for (const secret of known) redactor.remember(secret);
        const text = between.map((part, index) => part + (known[index] ?? '')).join('');
        const left = redactor.redact(text).split(REDACTED);
        for (const secret of known) for (const part of left) expect(part.includes(secret)).toBe(false);
      }),
    );
  });
});
