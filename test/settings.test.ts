import { describe, expect, it } from 'vitest';
import schema from '../schemas/settings.schema.json' with { type: 'json' };
import { loadSettings, type SettingSources, type Settings } from '../src/settings.ts';
import { createTempDir } from './helpers/temp-dir.ts';

const DEFAULTS: Settings = {
  sources: [{ kind: 'dir', name: 'hooks.d', prefix: null, dir: 'hooks.d' }],
  listen: { host: '127.0.0.1', port: 8440 },
  intakeListen: null,
  tls: null,
  intakeTls: null,
  stateDir: '.hookline',
  tokens: [],
  secrets: { fileRoot: '/run/secrets', envAllow: null },
  egress: { allow: [], deny: [], proxy: null },
  reconcile: { pollMs: 10_000, policy: 'strict', prune: 'guard', pingOnChange: true },
  receivers: [],
  retention: { maxAgeMs: 14 * 24 * 3_600_000, maxBytes: 8192 * 1024 * 1024 },
  logLevel: 'info',
};

function toPlaces(sources: Settings['sources']): readonly string[] {
  return sources.map((source) => (source.kind === 'dir' ? source.dir : source.url));
}

/** Settings from flags, environment and the text of a file. */
function load({ flags = {}, env = {}, file = '' }: Partial<SettingSources> = {}): Settings {
  using dir = createTempDir();
  return loadSettings({ flags, env, file: dir.write('settings.yaml', file ?? '') });
}

/** What is said of settings that are wrong. */
function mistakesOf(sources: Partial<SettingSources>): string {
  try {
    load(sources);
  } catch (error) {
    expect(error).toMatchObject({ name: 'HooklineError', code: 'usage' });
    return (error as Error).message;
  }
  throw new Error('Cannot find a mistake');
}

/** One setting three times: as a flag, in the environment and in the file; each with the value it should come to. */
interface Sample {
  readonly path: string;
  readonly flags: SettingSources['flags'];
  readonly env: string;
  readonly file: string;
  readonly read: (settings: Settings) => unknown;
  readonly values: readonly [flag: unknown, env: unknown, file: unknown, byDefault: unknown];
}

const SAMPLES: readonly Sample[] = [
  {
    path: 'sources',
    flags: { sources: [{ dir: 'flag' }] },
    env: 'env',
    file: 'sources: [{ dir: file }]',
    read: ({ sources }) => toPlaces(sources),
    values: [['flag'], ['env'], ['file'], ['hooks.d']],
  },
  {
    path: 'listen',
    flags: { listen: '127.0.0.1:1' },
    env: '127.0.0.1:2',
    file: 'listen: 127.0.0.1:3',
    read: ({ listen }) => listen.port,
    values: [1, 2, 3, 8440],
  },
  {
    path: 'intake.listen',
    flags: { intake: { listen: '127.0.0.1:1' } },
    env: '127.0.0.1:2',
    file: 'intake: { listen: 127.0.0.1:3 }',
    read: ({ intakeListen }) => intakeListen?.port ?? null,
    values: [1, 2, 3, null],
  },
  ...(['tls', 'intake.tls'] as const).flatMap((path): Sample[] => {
    const toFlags = (files: object): SettingSources['flags'] =>
      path === 'tls' ? { tls: files } : { intake: { tls: files } };
    const toFile = (files: string): string =>
      path === 'tls' ? `tls: ${files}` : `intake: { tls: ${files} }`;
    const read = (settings: Settings): Settings['tls'] =>
      path === 'tls' ? settings.tls : settings.intakeTls;
    return [
      {
        path: `${path}.cert`,
        flags: toFlags({ cert: 'flag' }),
        env: 'env',
        file: toFile('{ cert: file, key: key }'),
        read: (settings) => read(settings)?.cert ?? null,
        values: ['flag', 'env', 'file', null],
      },
      {
        path: `${path}.key`,
        flags: toFlags({ key: 'flag' }),
        env: 'env',
        file: toFile('{ cert: cert, key: file }'),
        read: (settings) => read(settings)?.key ?? null,
        values: ['flag', 'env', 'file', null],
      },
      {
        path: `${path}.client_ca`,
        flags: toFlags({ client_ca: 'flag' }),
        env: 'env',
        file: toFile('{ cert: cert, key: key, client_ca: file }'),
        read: (settings) => read(settings)?.clientCa ?? null,
        values: ['flag', 'env', 'file', null],
      },
    ];
  }),
  {
    path: 'state',
    flags: { state: 'flag' },
    env: 'env',
    file: 'state: file',
    read: ({ stateDir }) => stateDir,
    values: ['flag', 'env', 'file', '.hookline'],
  },
  {
    path: 'tokens',
    flags: { tokens: [{ name: 'flag', token: '{vault://env/a}', scopes: ['emit'] }] },
    env: '[{"name": "env", "token": "{vault://env/b}", "scopes": ["read"]}]',
    file: 'tokens: [{ name: file, token: "{vault://env/c}", scopes: [operate] }]',
    read: ({ tokens }) => tokens.map(({ name }) => name),
    values: [['flag'], ['env'], ['file'], []],
  },
  {
    path: 'secrets.file_root',
    flags: { secrets: { file_root: '/flag' } },
    env: '/env',
    file: 'secrets: { file_root: /file }',
    read: ({ secrets }) => secrets.fileRoot,
    values: ['/flag', '/env', '/file', '/run/secrets'],
  },
  {
    path: 'secrets.env_allow',
    flags: { secrets: { env_allow: ['FLAG'] } },
    env: 'ENV_*, OTHER',
    file: 'secrets: { env_allow: [FILE] }',
    read: ({ secrets }) => secrets.envAllow,
    values: [['FLAG'], ['ENV_*', 'OTHER'], ['FILE'], null],
  },
  {
    path: 'egress.allow',
    flags: { egress: { allow: ['flag.example'] } },
    env: '10.0.0.0/8:443, *.env.example,[::1]:80',
    file: 'egress: { allow: [file.example, private] }',
    read: ({ egress }) => egress.allow.map(({ text }) => text),
    values: [
      ['flag.example'],
      ['10.0.0.0/8:443', '*.env.example', '[::1]:80'],
      ['file.example', 'private'],
      [],
    ],
  },
  {
    path: 'egress.deny',
    flags: { egress: { deny: ['all'] } },
    env: 'private',
    file: 'egress: { deny: [fd00::/8] }',
    read: ({ egress }) => egress.deny.map(({ target }) => target.kind),
    values: [['all'], ['reach'], ['range'], []],
  },
  {
    path: 'egress.proxy',
    flags: { egress: { proxy: 'http://flag.example:3128' } },
    env: '{vault://env/proxy}',
    file: 'egress: { proxy: "https://file.example" }',
    read: ({ egress }) => egress.proxy,
    values: ['http://flag.example:3128', '{vault://env/proxy}', 'https://file.example', null],
  },
  {
    path: 'reconcile.poll',
    flags: { reconcile: { poll: 1 } },
    env: '2.5',
    file: 'reconcile: { poll: 3 }',
    read: ({ reconcile }) => reconcile.pollMs,
    values: [1_000, 2_500, 3_000, 10_000],
  },
  {
    path: 'reconcile.policy',
    flags: { reconcile: { policy: 'isolate' } },
    env: 'strict',
    file: 'reconcile: { policy: isolate }',
    read: ({ reconcile }) => reconcile.policy,
    values: ['isolate', 'strict', 'isolate', 'strict'],
  },
  {
    path: 'reconcile.prune',
    flags: { reconcile: { prune: 'allow' } },
    env: 'guard',
    file: 'reconcile: { prune: allow }',
    read: ({ reconcile }) => reconcile.prune,
    values: ['allow', 'guard', 'allow', 'guard'],
  },
  {
    path: 'reconcile.ping_on_change',
    flags: { reconcile: { ping_on_change: false } },
    env: 'true',
    file: 'reconcile: { ping_on_change: false }',
    read: ({ reconcile }) => reconcile.pingOnChange,
    values: [false, true, false, true],
  },
  {
    path: 'receivers',
    flags: { receivers: [{ name: 'flag', type: 'github', secret: 'a' }] },
    env: '[{"name": "env", "type": "gitlab", "secret": "b"}]',
    file: 'receivers: [{ name: file, type: generic, secret: c }]',
    read: ({ receivers }) => receivers.map(({ name }) => name),
    values: [['flag'], ['env'], ['file'], []],
  },
  {
    path: 'retention.days',
    flags: { retention: { days: 1 } },
    env: '0.5',
    file: 'retention: { days: 3 }',
    read: ({ retention }) => retention.maxAgeMs / 3_600_000,
    values: [24, 12, 72, 336],
  },
  {
    path: 'retention.size_mib',
    flags: { retention: { size_mib: 16 } },
    env: '17',
    file: 'retention: { size_mib: 18 }',
    read: ({ retention }) => retention.maxBytes / 1024 / 1024,
    values: [16, 17, 18, 8192],
  },
  {
    path: 'log.level',
    flags: { log: { level: 'error' } },
    env: 'warn',
    file: 'log: { level: debug }',
    read: ({ logLevel }) => logLevel,
    values: ['error', 'warn', 'debug', 'info'],
  },
];

function toVariable(path: string): string {
  return `HOOKLINE_${path.replaceAll('.', '_').toUpperCase()}`;
}

/** Paths of everything that can be set. */
function pathsOf(properties: Readonly<Record<string, object>>): readonly string[] {
  return Object.entries(properties).flatMap(([key, property]) =>
    'properties' in property
      ? pathsOf(property.properties as Readonly<Record<string, object>>).map((inner) => `${key}.${inner}`)
      : [key],
  );
}

describe('loadSettings()', () => {
  it('has a default for everything', () => {
    expect(load()).toEqual(DEFAULTS);
  });

  it.each(SAMPLES.map((sample) => [sample.path, sample] as const))(
    'takes %s from the flags, else the environment, else the file, else its default',
    (path, { flags, env: text, file, read, values }) => {
      const env = { [toVariable(path)]: text };
      expect(read(load({ flags, env, file }))).toEqual(values[0]);
      expect(read(load({ env, file }))).toEqual(values[1]);
      expect(read(load({ file }))).toEqual(values[2]);
      expect(read(load())).toEqual(values[3]);
    },
  );

  it('has an example above of everything the schema lets be set', () => {
    const paths = pathsOf(schema.properties).filter((path) => path !== 'insecure');
    expect(SAMPLES.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
  });

  it('takes each setting from wherever it is said strongest', () => {
    const settings = load({
      flags: { listen: '127.0.0.1:1' },
      env: { HOOKLINE_SECRETS_FILE_ROOT: '/env' },
      file: 'secrets: { env_allow: [FILE], file_root: /file }\nstate: file\n',
    });
    expect(settings).toMatchObject({
      listen: { port: 1 },
      stateDir: 'file',
      secrets: { fileRoot: '/env', envAllow: ['FILE'] },
    });
  });

  it('is frozen all through', () => {
    const settings = load({
      flags: { intake: { listen: '127.0.0.1:1' }, secrets: { env_allow: ['A'] } },
    });
    const { listen, intakeListen, secrets, egress, retention } = settings;
    const { envAllow } = secrets;
    for (const part of [settings, listen, intakeListen, secrets, envAllow, egress, egress.allow, retention])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it('leaves other variables alone, those of Kubernetes for a service of that name too', () => {
    const env = { HOOKLINE_PORT: 'tcp://10.0.0.1:80', HOOKLINE_SERVICE_HOST: '10.0.0.1', LISTEN: 'x' };
    expect(load({ env })).toEqual(DEFAULTS);
  });

  it('leaves what it was given as it is', () => {
    const flags = Object.freeze({
      secrets: Object.freeze({ file_root: '/flag' }),
      egress: { deny: ['private'] },
    });
    load({ flags, env: { HOOKLINE_SECRETS_ENV_ALLOW: 'A' } });
    expect(flags).toEqual({ secrets: { file_root: '/flag' }, egress: { deny: ['private'] } });
  });
});

describe('loadSettings() with mistakes', () => {
  it('names each in one message', () => {
    const message = mistakesOf({
      flags: { listen: 'nowhere' },
      env: { HOOKLINE_LOG_LEVEL: 'loud', HOOKLINE_RECONCILE_POLL: 'often', HOOKLINE_INSECURE: 'maybe' },
      file: 'statee: x\nsecrets: { file_rot: /x, env_allow: [""] }\nintake: { listen: 0.0.0.0:80 }\n',
    });
    for (const mistake of [
      'Cannot use the settings: ',
      '"listen" must be HOST:PORT, as in 127.0.0.1:8440: got "nowhere"',
      '"log.level" must be one of silent, error, warn, info, debug: got "loud"',
      '"reconcile.poll" must be number',
      '"insecure" must be boolean',
      'unknown setting "statee"',
      'unknown setting "secrets.file_rot"',
      '"secrets.env_allow.0" must NOT have fewer than 1 characters',
      '"intake.listen" must be a loopback address, got "0.0.0.0:80": anyone who reaches it could',
    ])
      expect(message).toContain(mistake);
  });

  it.each([
    ['sources: []', '"sources" must NOT have fewer than 1 items'],
    ['sources: [{}]', '"sources.0" needs dir or git'],
    ['listen: 8440', '"listen" must be string'],
    ['intake: null', '"intake" must be object'],
    ['tls: null', '"tls" must be object'],
    ['intake: { tls: null }', '"intake.tls" must be object'],
    ['tokens:', '"tokens" must be array'],
    ['reconcile: { poll: 0 }', '"reconcile.poll" must be >= 0.1'],
    ['reconcile: { poll: .inf }', '"reconcile.poll" must be number'],
    [
      'egress: { deny: [10.0.0.0/33] }',
      '"egress.deny.0" must be all, private, public, an address, a range, a host name or *.NAME, with :PORT if it is for one, as in 10.0.0.0/8:443 or [fd00::/8]:443: got "10.0.0.0/33"',
    ],
    [
      'egress: { proxy: "proxy:3128" }',
      '"egress.proxy" must match pattern "^(https?://|\\{vault://)" (URL of an HTTP proxy (http or https) that opens the connections of hooks, with a user and password if it wants them; may be a reference. It is asked for addresses that were judged here, never for a name. Null: none, whatever the environment says.)',
    ],
    ['egress: { allow: private }', '"egress.allow" must be array'],
    ['state: ""', '"state" must NOT have fewer than 1 characters'],
    ['__proto__: { a: 1 }', 'unknown setting "__proto__"'],
    ['log: { constructor: 1 }', 'unknown setting "log.constructor"'],
  ])('refuses %s', (file, mistake) => {
    expect(mistakesOf({ file })).toBe(`Cannot use the settings: ${mistake}`);
  });

  it.each([
    ['a list', '- a\n', 'they must be a map of keys and values'],
    ['a text', 'listen\n', 'they must be a map of keys and values'],
    ['broken YAML', 'listen: [\n', 'at line 2, column 1'],
    ['a key that is given twice', 'state: a\nstate: b\n', 'Map keys must be unique at line 2, column 1'],
    ['two documents', 'state: a\n---\nstate: b\n', 'Source contains multiple documents'],
  ])('refuses a file that holds %s, by name', (_what, file, why) => {
    const message = mistakesOf({ file });
    expect(message).toMatch(/^Cannot (read|use) settings ".*settings\.yaml": /);
    expect(message).toContain(why);
    expect(message).not.toContain('\n');
  });

  it('takes a file that is empty', () => {
    expect(load({ file: '# nothing\n' })).toEqual(DEFAULTS);
  });
});

describe('the file of settings', () => {
  it('must be there when it is named', () => {
    using dir = createTempDir();
    const file = `${dir.path}/nowhere.yaml`;
    expect(() => loadSettings({ flags: {}, env: {}, file })).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(`"${file}": ENOENT`) }),
    );
  });

  it('must be a file', () => {
    using dir = createTempDir();
    expect(() => loadSettings({ flags: {}, env: {}, file: dir.path })).toThrow('EISDIR');
  });

  it('is hookline.yaml of the working directory when none is named, if it is there', () => {
    using dir = createTempDir();
    const before = process.cwd();
    process.chdir(dir.path);
    try {
      expect(loadSettings({ flags: {}, env: {}, file: null })).toEqual(DEFAULTS);
      dir.write('hookline.yaml', 'state: elsewhere\n');
      expect(loadSettings({ flags: {}, env: {}, file: null }).stateDir).toBe('elsewhere');
      dir.write('hookline.yaml', 'stat: elsewhere\n');
      expect(() => loadSettings({ flags: {}, env: {}, file: null })).toThrow('unknown setting "stat"');
    } finally {
      process.chdir(before);
    }
  });
});

describe('an address that others can reach', () => {
  it.each(['0.0.0.0:80', ':80', '[::]:80', '10.0.0.1:80', 'example.com:80'])('is refused: %s', (listen) => {
    expect(mistakesOf({ flags: { listen } })).toContain(
      `"listen" must be a loopback address, got "${listen}"`,
    );
    expect(mistakesOf({ flags: { intake: { listen } } })).toContain(
      '"intake.listen" must be a loopback address',
    );
  });

  it('is allowed when there are tokens, and refused when there are none', () => {
    const token = { name: 'ci', token: '{vault://file/ci}', scopes: ['emit'] };
    const flags = { listen: '0.0.0.0:80', intake: { listen: ':81' } };
    expect(load({ flags: { ...flags, tokens: [token] } }).listen).toEqual({ host: '0.0.0.0', port: 80 });
    expect(mistakesOf({ flags: { ...flags, tokens: [] } })).toContain('must be a loopback address');
  });

  it('is allowed when it is said to be insecure, in each way it can be said', () => {
    const listen = '0.0.0.0:80';
    const expected = { ...DEFAULTS, listen: { host: '0.0.0.0', port: 80 } };
    expect(load({ flags: { listen, insecure: true } })).toEqual(expected);
    expect(load({ flags: { listen }, file: 'insecure: true' })).toEqual(expected);
    for (const said of ['true', '1']) {
      expect(load({ flags: { listen }, env: { HOOKLINE_INSECURE: said } })).toEqual(expected);
    }
    for (const said of ['false', '0']) {
      expect(
        mistakesOf({ flags: { listen }, env: { HOOKLINE_INSECURE: said }, file: 'insecure: true' }),
      ).toContain('must be a loopback address');
    }
  });
});
