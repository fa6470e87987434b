import { describe, expect, it } from 'vitest';
import { isLoopback, parseAddress, toAuthority } from '../src/address.ts';

describe('parseAddress()', () => {
  it.each([
    ['127.0.0.1:8440', { host: '127.0.0.1', port: 8440 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['example.com:65535', { host: 'example.com', port: 65535 }],
    ['[::1]:8440', { host: '::1', port: 8440 }],
    ['[::]:80', { host: '::', port: 80 }],
    [':8440', { host: '0.0.0.0', port: 8440 }],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    '',
    '8440',
    '127.0.0.1',
    '127.0.0.1:',
    'localhost:http',
    'localhost:65536',
    'localhost:-1',
    'localhost:123456',
    '::1:8440',
    '[::1]',
    '[]:80',
    '[127.0.0.1]:80',
    '[abc]:80',
    'a b:80',
    'http://localhost:80',
    'localhost:80/path',
  ])('refuses %j', (text) => {
    expect(() => parseAddress(text)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `Cannot listen on "${text}": an address is HOST:PORT, as in 127.0.0.1:8440`,
      }),
    );
  });
});

describe('isLoopback()', () => {
  it.each([
    '127.0.0.1',
    '127.8.9.10',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    'localhost',
    'LocalHost',
  ])('knows that only this machine reaches %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    '::2',
    '::ffff:10.0.0.1',
    'localhost.example.com',
    '127.0.0.1.nip.io',
    '127.1',
    '',
  ])('takes %j for one that others reach', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('toAuthority()', () => {
  it.each([
    [{ host: '127.0.0.1', port: 8440 }, '127.0.0.1:8440'],
    [{ host: '::1', port: 80 }, '[::1]:80'],
    [{ host: 'localhost', port: 0 }, 'localhost:0'],
  ])('writes %j as it stands in a URL', (address, text) => {
    expect(toAuthority(address)).toBe(text);
  });

  it('writes what can be read again', () => {
    for (const text of ['127.0.0.1:8440', '[::1]:80', 'example.com:1'])
      expect(toAuthority(parseAddress(text))).toBe(text);
  });
});
