import { describe, expect, it } from 'vitest';
import { briefsOf, problemOf } from '../helpers/prepare-texts.ts';

function webhook(url: string, more = ''): string {
  return `source: crud\nhandler: webhook\nconfig:\n  url: "${url}"\n${more}`;
}

function nats(servers: string, auth: string): string {
  return `kind: EventSource\nname: s\nevents: { e: {} }\nnats:\n  subject: a\n  servers: ${servers}\n  auth: ${auth}\n`;
}

const BRIEF = '4:8 url_without_tls config.url';

describe('talking without TLS', () => {
  it('is warned of, with the host', async () => {
    expect(await problemOf(webhook('http://hooks.example.com/a?b=c'))).toMatchObject({
      code: 'url_without_tls',
      severity: 'warning',
      path: 'config.url',
      message:
        '"hooks.example.com" is asked without TLS: what is sent there can be read and changed on the way',
      hint: 'Write https://, if the host takes it',
    });
  });

  it.each([
    'HTTP://Example.com',
    'http://example.com.',
    'http://8.8.8.8:8080/',
    'http://[2606:4700::1111]/',
    'http://local.example.com',
    'http://mylocal.com',
    'http://172.32.0.1/',
    'http://a.xn--p1ai/',
    'http://monitoring.example.com/',
  ])('is warned of for %s', async (url) => {
    expect(await briefsOf(webhook(url))).toEqual([BRIEF]);
  });

  it.each([
    'http://localhost:9000/',
    'http://127.0.0.1:9000/',
    'http://[::1]/',
    'http://receiver:8080/',
    'http://hooks.team.svc:8080/',
    'http://hooks.team.svc.cluster.local/',
    'http://printer.local',
    'http://metadata.google.internal/',
    'http://nas.home.arpa',
    'http://10.1.2.3/',
    'http://172.31.255.255/',
    'http://192.168.0.10/',
    'http://[fd12::1]/',
    'http://100.64.0.1/',
    'http://a.test',
    'http://alertmanager.monitoring:9093/',
    'http://kong-admin.kong-system:8001/',
    'http://a.team-2',
    'http://crm.service.consul:8080/',
    '{vault://env/url}',
  ])('is fine for %s', async (url) => {
    expect(await briefsOf(webhook(url))).toEqual([]);
  });

  it('is fine for what has TLS', async () => {
    expect(await briefsOf(webhook('https://example.com/', '  ssl_verify: true\n'))).toEqual([]);
  });

  it('is warned of for a token server', async () => {
    const auth = (url: string): string =>
      `  auth: { oauth2: { client_id: a, client_secret: "{vault://env/b}", token_url: "${url}" } }\n`;
    const url = 'http://receiver/';
    expect(await briefsOf(webhook(url, auth('http://id.example.com/token')))).toEqual([
      '5:80 url_without_tls config.auth.oauth2.token_url',
    ]);
    expect(await briefsOf(webhook(url, auth('http://id/token')))).toEqual([]);
  });

  it('is warned of for a gateway', async () => {
    const source = (url: string): string => `kind: EventSource\nname: s\nkong: { admin_url: "${url}" }\n`;
    expect(await briefsOf(source('http://kong.example.com:8001'))).toEqual([
      '3:20 url_without_tls kong.admin_url',
    ]);
    expect(await briefsOf(source('http://kong:8001'))).toEqual([]);
  });

  it('is warned of for servers of NATS that are told a password or a token', async () => {
    const password = '{ user: a, password: "{vault://env/b}" }';
    expect(await briefsOf(nats('nats://nats.example.com:4222', password))).toEqual([
      '6:12 url_without_tls nats.servers',
    ]);
    const list = '[tls://a.example.com, "b.example.com:4222", nats]';
    expect(await briefsOf(nats(list, '{ token: "{vault://env/b}" }'))).toEqual([
      '6:34 url_without_tls nats.servers[1]',
    ]);
  });

  it.each([
    ['nats://nats:4222', '{ token: "{vault://env/b}" }'],
    ['tls://nats.example.com', '{ token: "{vault://env/b}" }'],
    // Signs with a key, and sends none.
    ['nats://nats.example.com', '{ nkey: "{vault://env/b}" }'],
    ['nats://nats.example.com', 'null'],
  ])('is fine for NATS at %s with %s', async (servers, auth) => {
    expect(await briefsOf(nats(servers, auth))).toEqual([]);
  });
});
