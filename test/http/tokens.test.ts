import { hash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Caller, createTokens, type Identify } from '../../src/http/tokens.ts';
import { createLogger } from '../../src/logger.ts';
import { createCounters } from '../../src/record/counters.ts';
import { NOTHING_RESERVED } from '../../src/secrets/reserved.ts';
import { createSecrets } from '../../src/secrets/resolver.ts';
import { type TokenFileSettings, toTokenSettings } from '../../src/token-settings.ts';
import { createHeldClock, type HeldClock } from '../helpers/held-clock.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';
import { type DeclaredToken, declareToken } from '../helpers/tokens.ts';

const SECOND = 1_000;
const OLD = 'hkl_the-old-one-0123456789';
const NEW = 'hkl_the-new-one-0123456789';
const BY_FILE = { name: 'file', token: '{vault://file/token}', scopes: ['emit'] } as const;
const BY_VARIABLE = { name: 'env', token: '{vault://env/my-token}', scopes: ['emit'] } as const;

/** What tells callers apart over tokens of settings, with real files behind references. */
interface Setup extends Disposable {
  readonly identify: Identify;
  readonly files: TempDir;
  readonly clock: HeldClock;
  readonly log: readonly { readonly msg: string; readonly token?: string; readonly err?: string }[];
}

function setUp(tokens: readonly DeclaredToken['settings'][], env: Record<string, string> = {}): Setup {
  const files = createTempDir();
  files.write('token', `${OLD}\n`);
  const clock = createHeldClock();
  const log: { msg: string }[] = [];
  const logger = createLogger('debug', { write: (line) => log.push(JSON.parse(line)) });
  const secrets = createSecrets({ env, envAllow: null, fileRoot: files.path, reserved: NOTHING_RESERVED });
  const declared = tokens.map((token) => ({ sources: null, rate: null, ...token }) as TokenFileSettings);
  const identify = createTokens({
    tokens: toTokenSettings(declared),
    resolve: secrets.settings.resolve,
    counters: createCounters(),
    clock,
    logger,
  });
  if (identify === null) throw new Error('Cannot tell anybody apart');
  return { identify, files, clock, log, [Symbol.dispose]: () => files[Symbol.dispose]() };
}

function ask(identify: Identify, authorization?: string): Caller {
  return identify({ headers: authorization === undefined ? {} : { authorization }, socket: {} as never });
}

/** The name of who calls with a token, else the code of the error. */
function nameOf(identify: Identify, token: string): string {
  try {
    return ask(identify, `Bearer ${token}`).name;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('createTokens()', () => {
  const ci = declareToken('ci', { sources: ['billing', 'pay.*'] });
  const ops = declareToken('ops', { scopes: ['read', 'operate'] });

  it('is nothing where there are no tokens', () => {
    const parts = {
      resolve: String,
      counters: createCounters(),
      clock: createHeldClock(),
      logger: createLogger('silent'),
    };
    expect(createTokens({ tokens: [], ...parts })).toBeNull();
  });

  it('tells who calls, and what they may do, the first time and every time', () => {
    using setup = setUp([ci.settings, ops.settings]);
    for (let times = 0; times < 3; times += 1) {
      const caller = ask(setup.identify, ci.headers.authorization);
      expect([caller.name, [...caller.scopes]]).toEqual(['ci', ['emit']]);
      expect(['billing', 'pay.', 'pay.eu'].map(caller.mayEmit)).toEqual([true, true, true]);
      expect(['Billing', 'billing2', 'pay', 'crud', ''].map(caller.mayEmit)).toEqual(Array(5).fill(false));
      const other = ask(setup.identify, ops.headers.authorization);
      expect([other.name, [...other.scopes], other.mayEmit('crud')]).toEqual([
        'ops',
        ['read', 'operate'],
        true,
      ]);
    }
  });

  it.each(['bearer', 'BEARER', 'Bearer  '])('takes "%s" for the scheme', (scheme) => {
    using setup = setUp([ci.settings]);
    expect(ask(setup.identify, `${scheme} ${ci.token}`).name).toBe('ci');
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    ci.token,
    `Basic ${Buffer.from(`ci:${ci.token}`).toString('base64')}`,
    `Bearer ${ci.token} ${ci.token}`,
    `Bearer\t${ci.token}`,
    `Token ${ci.token}`,
  ])('does not take "%s" for a token', (authorization) => {
    using setup = setUp([ci.settings]);
    expect(() => ask(setup.identify, authorization)).toThrow('send a token as Authorization: Bearer TOKEN');
    expect(() => ask(setup.identify)).toThrow('send a token as Authorization: Bearer TOKEN');
  });

  it('knows no other token, however close it is', () => {
    using setup = setUp([ci.settings]);
    const digest = hash('sha256', ci.token, 'hex');
    for (const token of [
      `${ci.token}0`,
      ci.token.slice(0, -1),
      ci.token.toUpperCase(),
      digest,
      `sha256:${digest}`,
    ])
      expect(nameOf(setup.identify, token)).toBe('unauthorized');
  });
});

describe('a token that is referred to', () => {
  it('is good by the value of a variable', () => {
    using setup = setUp([BY_VARIABLE], {
      MY_TOKEN: OLD,
    });
    expect([nameOf(setup.identify, OLD), nameOf(setup.identify, NEW)]).toEqual(['env', 'unauthorized']);
  });

  it('is that of its file within a second of a change, and the one before is good no longer', () => {
    using setup = setUp([BY_FILE]);
    const { identify, files, clock } = setup;
    expect(nameOf(identify, OLD)).toBe('file');
    files.write('token', NEW);
    clock.advance(SECOND);
    expect([nameOf(identify, OLD), nameOf(identify, NEW)]).toEqual(['unauthorized', 'file']);
  });

  it('is read once a second, not at every request, and again when the time of day is set back', () => {
    using setup = setUp([BY_FILE]);
    const { identify, files, clock } = setup;
    files.write('token', NEW);
    clock.advance(SECOND - 1);
    expect([nameOf(identify, OLD), nameOf(identify, NEW)]).toEqual(['file', 'unauthorized']);
    clock.jump(-3_600_000);
    expect([nameOf(identify, OLD), nameOf(identify, NEW)]).toEqual(['unauthorized', 'file']);
  });

  it('cannot be told from one that is not known while its file is away: try again, and the log says why, once', () => {
    const ci = declareToken('ci');
    using setup = setUp([BY_FILE, ci.settings]);
    const { identify, files, clock, log } = setup;
    rmSync(join(files.path, 'token'));
    for (let times = 0; times < 3; times += 1) {
      clock.advance(SECOND);
      expect([nameOf(identify, OLD), nameOf(identify, ci.token)]).toEqual(['unavailable', 'ci']);
      expect(() => ask(identify)).toThrow('send a token');
    }
    const away = log.filter(({ msg }) => msg === 'cannot look a token up: nobody can use it');
    expect(away).toMatchObject([{ token: 'file', err: expect.stringContaining('ENOENT') }]);
    files.write('token', OLD);
    clock.advance(SECOND);
    expect(nameOf(identify, OLD)).toBe('file');
    expect(log.at(-1)).toMatchObject({ token: 'file', msg: 'a token can be looked up again' });
  });

  it.each(['', 'short', 'x'.repeat(15), 'two words and more of them', 'schlüssel-der-lang-genug-ist'])(
    'is nobody\'s when it is "%s"',
    (value) => {
      using setup = setUp([BY_VARIABLE], {
        MY_TOKEN: value,
      });
      expect(setup.log).toMatchObject([{ token: 'env', err: expect.stringContaining('16 characters') }]);
      expect(JSON.stringify(setup.log)).not.toContain(value === '' ? OLD : value);
      expect(nameOf(setup.identify, value)).not.toBe('env');
    },
  );
});
