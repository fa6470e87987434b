import { describe, expect, it } from 'vitest';
import { loadSettings, type Settings } from '../src/settings.ts';
import type { SettingsFile } from '../src/settings-file.ts';

const FILES = { cert: 'a.crt', key: 'a.key' };
const OPEN = '0.0.0.0:8440';

function load(flags: SettingsFile): Settings {
  return loadSettings({ flags, env: {}, file: '/dev/null' });
}

describe('settings of TLS', () => {
  it('hold for both addresses unless intake has its own', () => {
    const own = { cert: 'b.crt', key: 'b.key', client_ca: 'ca.crt' };
    expect(load({ tls: FILES })).toMatchObject({
      tls: { ...FILES, clientCa: null },
      intakeTls: { ...FILES, clientCa: null },
    });
    expect(load({ tls: FILES, intake: { tls: own } })).toMatchObject({
      tls: { cert: 'a.crt', clientCa: null },
      intakeTls: { cert: 'b.crt', clientCa: 'ca.crt' },
    });
    expect(load({ intake: { tls: own } })).toMatchObject({ tls: null, intakeTls: { cert: 'b.crt' } });
  });

  it.each<[SettingsFile, string]>([
    [{ tls: { cert: 'a' } }, '"tls.cert" needs "tls.key"'],
    [{ tls: { key: 'a' } }, '"tls.key" needs "tls.cert"'],
    [{ tls: { client_ca: 'a' } }, '"tls.client_ca" needs "tls.cert" and "tls.key"'],
    [{ intake: { tls: { cert: 'a' } } }, '"intake.tls.cert" needs "intake.tls.key"'],
    [{ tls: { cert: '' } }, '"tls.cert" must NOT have fewer than 1 characters'],
  ])('%j are refused', (flags, mistake) => {
    expect(() => load(flags)).toThrow(`Cannot use the settings: ${mistake}`);
  });

  it.each<[string, SettingsFile]>([
    ['the API', { listen: OPEN, tls: { ...FILES, client_ca: 'ca' } }],
    ['intake', { intake: { listen: OPEN }, tls: { ...FILES, client_ca: 'ca' } }],
    ['intake by its own', { intake: { listen: OPEN, tls: { ...FILES, client_ca: 'ca' } } }],
  ])('open %s to others where they ask for certificates', (_what, flags) => {
    expect(() => load(flags)).not.toThrow();
  });

  it.each<[string, SettingsFile]>([
    ['without authorities', { listen: OPEN, tls: FILES }],
    ['that ask at the other address', { listen: OPEN, intake: { tls: { ...FILES, client_ca: 'ca' } } }],
    [
      'of intake that do not ask, whatever those of the API do',
      { intake: { listen: OPEN, tls: FILES }, tls: { ...FILES, client_ca: 'ca' } },
    ],
  ])('open nothing %s', (_what, flags) => {
    expect(() => load(flags)).toThrow('must be a loopback address');
  });
});
