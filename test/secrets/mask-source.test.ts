import { describe, expect, it } from 'vitest';
import { maskSource } from '../../src/secrets/mask-source.ts';

describe('maskSource()', () => {
  it.each([
    ['secret: hunter2', 'secret: *******'],
    ['  secret: "hunter2" # for now', '  secret: ******************'],
    ["  authorization: 'Bearer abc'", '  authorization: ************'],
    ['{"secret":"hunter2","url":"http://a/"}', '{"secret":*********,"url":"http://a/"}'],
    ['headers: { x-api-key: abc, x-b: c }', 'headers: { x-api-key: ***, x-b: c }'],
    ['auth: { bearer: hunter2 }', 'auth: { bearer: *******'],
    ['url: https://jane:hunter2@example.com/', 'url: https://jane:*******@example.com/'],
    [
      'url: "https://example.com/?a=b&token=hunter2&c=d#e"',
      'url: "https://example.com/?a=b&token=*******&c=d#e"',
    ],
    ['url: ftp://:hunter2@h/', 'url: ftp://:*******@h/'],
    ['servers: nats://hunter2@h:4222', 'servers: nats://*******@h:4222'],
    ['auth: { nkey: SUhunter2 }', 'auth: { nkey: ********* }'],
    ['-----BEGIN EC PRIVATE KEY-----\n hunter2', '-----BEGIN EC PRIVATE KEY-----\n *******'],
  ])('hides what %s tells, and keeps every place', (text, shown) => {
    const masked = maskSource(text);
    expect(masked).not.toContain('hunter2');
    expect(masked).toHaveLength(text.length);
    expect(masked.startsWith(shown.slice(0, shown.indexOf('*')))).toBe(true);
  });

  it.each([
    'secret: "{vault://env/my-secret}"',
    'secret: null',
    'secret:',
    'token_type: bearer',
    'event: consumers # secret: none',
    'url: https://example.com/a:b@c',
    'handler: webhook',
    'url: https://example.com/?token_type=bearer&a=b',
  ])('shows %s', (text) => {
    expect(maskSource(text).replaceAll(/# .*/g, '')).toBe(text.replaceAll(/# .*/g, ''));
  });
});

describe('maskSource() of what looks like a secret', () => {
  it.each([
    'url: https://example.com/in/%s/x',
    '# see %s',
    'functions: ["(d) => send(\'%s\')"]',
    '  text: a %s b',
  ])('hides it in %j, and keeps every place', (text) => {
    const token = 'aK7xP9mQ2wE5rT8yU1iO3pA6sD4fG0hJ';
    const masked = maskSource(text.replace('%s', token));
    expect(masked).toBe(text.replace('%s', '*'.repeat(token.length)));
  });
});

describe('maskSource() of blocks', () => {
  it.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'NATS USER JWT', 'USER NKEY SEED'])(
    'hides what a %s is',
    (what) => {
      const block = `-----BEGIN ${what}-----\n  hunter2\n  hunter2==\n  -----END ${what}-----`;
      const shown = block.replaceAll(/hunter2=*/g, (text) => '*'.repeat(text.length));
      const text = (body: string): string => `key: |\n  ${body}\nname: a\nkey: |\n  ${body}\nname: b`;
      expect(maskSource(text(block))).toBe(text(shown));
    },
  );
});

describe('maskSource() of a private key', () => {
  it.each([
    'key: |\n  -----BEGIN PRIVATE KEY-----\n  hunter2\n  hunter2\n  -----END PRIVATE KEY-----\nurl: http://a/',
    'key: "-----BEGIN EC PRIVATE KEY-----\\nhunter2\\n-----END EC PRIVATE KEY-----\\n"\nurl: http://a/',
    'key: |\r\n  -----BEGIN RSA PRIVATE KEY-----\r\n  hunter2\r\n',
  ])('hides it and keeps every place: %j', (text) => {
    const masked = maskSource(text);
    expect(masked).not.toContain('hunter2');
    expect(masked).toHaveLength(text.length);
    expect(masked.split('\n')).toHaveLength(text.split('\n').length);
    expect(masked.endsWith('url: http://a/')).toBe(text.endsWith('url: http://a/'));
  });

  it('shows a certificate', () => {
    const text = 'cert: |\n  -----BEGIN CERTIFICATE-----\n  abc\n  -----END CERTIFICATE-----\n';
    expect(maskSource(text)).toBe(text);
  });
});

describe('maskSource() of several secrets', () => {
  it.each([
    [`secret: ["hunter2", 'hunter2', hunter2]`, 'secret: [*********, *********, *******]'],
    ['{"secret":["hunter2"],"url":"http://a/"}', '{"secret":[*********],"url":"http://a/"}'],
    ['secret: ["hunter2]", \'[hunter2\']', 'secret: [**********, **********]'],
    ['secret: [\n  "hunter2",\n  hunter2\n]', 'secret: [\n  *********,\n  *******\n]'],
    ['secret: ["{vault://env/new}", hunter2]', 'secret: ["{vault://env/new}", *******]'],
    ['name: [hunter, seven]', 'name: [hunter, seven]'],
  ])('of %s shows %s', (text, shown) => {
    expect(maskSource(text)).toBe(shown);
  });

  it.each([
    'secret:\n  - hunter2\n  - "hunter2"\nurl: http://a/',
    'secret: # two\r\n- hunter2\r\n- hunter2\r\nurl: http://a/',
    'config:\n  secret:\n    # the new one\n    - hunter2\n\n    - hunter2\n  url: http://a/',
  ])('hides those of lines: %j', (text) => {
    const masked = maskSource(text);
    expect(masked).not.toContain('hunter2');
    expect(masked).toHaveLength(text.length);
    expect(masked).toMatch(/url: http:\/\/a\/$/);
  });

  it.each([
    ['brackets that do not end', 'secret: ['],
    ['quotes that do not end', 'secret: ["'],
    ['lines of nothing', 'secret:\n'],
    ['lists of nothing', 'secret:\n  - \n'],
  ])('takes time in proportion to %s', (_what, part) => {
    expect(maskSource(part.repeat(100_000))).toHaveLength(part.length * 100_000);
  });
});

describe('maskSource() of a long text', () => {
  it.each([
    ['x'],
    ['secret'],
    ['a:'],
    ['"'],
    ["'"],
    ['a://'],
    ['a://b:'],
    ['-.'],
    ['secret: '],
    ['secret: "'],
    ['?a'],
    ['&token='],
  ])('reads %j, again and again, once', (piece) => {
    const text = piece.repeat(Math.ceil(400_000 / piece.length));
    expect(maskSource(text)).toHaveLength(text.length);
  });

  it('takes a time that grows with the text: a line of dashes is no trap', () => {
    const text = `a: ${'-'.repeat(1_000_000)}`;
    expect(maskSource(text)).toBe(text);
  });
});

describe('maskSource() of what stands on other lines, or is wrong', () => {
  it.each([
    ['the first key below another', 'config:\n  secret: hunter2\n'],
    ['the first header', 'headers:\n  Authorization: Bearer hunter2\n  x-a: b\n'],
    ['a list of maps', 'headers:\n  - Authorization: Bearer hunter2\n'],
    ['a list in a list', 'a:\n- token:\n  - hunter2\n'],
    ['a block of text', 'secret: |\n  hunter2\n\n  hunter2\nb: c\n'],
    ['a folded text with a header', 'secret: >-2 # folded\n  hunter2: x\nb: c\n'],
    ['a text of two lines', 'secret: hunter2\n  hunter2\nb: c\n'],
    ['a text in quotes of two lines', "secret: 'hunter2\n  hunter2'\nb: c\n"],
    ['a comment before the value', 'secret:\n  # why\n  hunter2\n'],
    ['no space after the colon', 'secret:hunter2\n'],
    ['no space after the colon, in braces', '{ a: b, secret:hunter2 }'],
    ['a quote that does not end', 'secret: "hunter2\nb: c\n'],
    ['a quote that does not end, in braces', '{ secret: "hunter2, b: c }\n'],
    ['a quote that ends too early', "secret: 'it's hunter2'\n"],
    ['a quote in quotes', "secret: 'it''s hunter2'\n"],
    ['a comma', 'secret: a,hunter2\n'],
    ['what to YAML is a comment', 'secret: #hunter2\n'],
    ['what to YAML is an alias', 'secret: *hunter2\n'],
    ['an anchor', 'secret: &a hunter2\n'],
    ['an equals sign for a colon', 'a: b\n  secret=hunter2\n'],
    ['credentials in one text', 'auth: { basic: jane:hunter2 }\n'],
    ['two colons', 'a: secret: hunter2\n'],
  ])('masks %s', (_what, text) => {
    const masked = maskSource(text);
    expect(masked).not.toContain('hunter2');
    expect(masked.split('\n').map(({ length }) => length)).toEqual(
      text.split('\n').map(({ length }) => length),
    );
  });

  it.each([
    'auth:\n  basic:\n    username: jane\n',
    'secret: "{vault://env/a}" # why\nurl: http://a/\n',
    'secret:\n  - "{vault://env/a}"\n  - "{vault://env/b}"\nb: c\n',
    'secret:\nurl: http://a/\n',
    '{ secret: , url: a }\n',
    'a: { token: null, b: c }\n',
    'text: "Token: {{ entity.token }}"\n',
  ])('leaves %j', (text) => {
    expect(maskSource(text)).toBe(text);
  });

  it('takes time in proportion to lists that do not end, with quotes that are within others', () => {
    const text = `a: [${'"a: [\\"" '.repeat(60_000)}`;
    expect(maskSource(text)).toBe(text);
  });
});
