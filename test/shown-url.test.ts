import { describe, expect, it } from 'vitest';
import { hideUsers, toShownUrl } from '../src/shown-url.ts';

const TOKEN = 'ghp_0123456789abcdef';

describe('a URL as it may be shown', () => {
  it.each([
    [`https://${TOKEN}@example.com/hooks.git`, 'https://example.com/hooks.git'],
    [`https://jane:${TOKEN}@example.com/hooks.git`, 'https://example.com/hooks.git'],
    [`https://${TOKEN}@@example.com/hooks.git`, 'https://example.com/hooks.git'],
    [`ssh://${TOKEN}@example.com:2222/hooks.git`, 'ssh://example.com:2222/hooks.git'],
    [`${TOKEN}@example.com:acme/hooks.git`, 'example.com:acme/hooks.git'],
    [`https://${TOKEN}@[bad/hooks.git`, 'https://[bad/hooks.git'],
    ['https://example.com/@scope/a@b', 'https://example.com/@scope/a@b'],
    ['file:///srv/a@b.git', 'file:///srv/a@b.git'],
    ['example.com:a@b', 'example.com:a@b'],
  ])('of %s is %s', (url, shown) => {
    expect(toShownUrl(url)).toBe(shown);
  });
});

describe('a text as it may be shown', () => {
  it.each([
    [`fatal: unable to access 'https://${TOKEN}@h/x/': no`, "fatal: unable to access 'https://h/x/': no"],
    [`could not read Password for 'https://${TOKEN}@h'`, "could not read Password for 'https://h'"],
    [`HTTPS://a:${TOKEN}@h and ftp://${TOKEN}@@h/`, 'HTTPS://h and ftp://h/'],
    ['https://h/a@b, jane@example.com', 'https://h/a@b, jane@example.com'],
  ])('says no user of a URL: %s', (text, shown) => {
    expect(hideUsers(text)).toBe(shown);
  });
});
