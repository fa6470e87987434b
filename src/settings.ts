import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import schema from '../schemas/settings.schema.json' with { type: 'json' };
import { type Address, isLoopback, parseAddress } from './address.ts';
import { type EgressRule, type EgressSettings, parseEgressRule } from './egress-rule.ts';
import { HooklineError, toMessage } from './errors.ts';
import type { LogLevel } from './logger.ts';
import {
  findSourceMistakes,
  type SourceFileSettings,
  toSourceSettings,
  toSourceShorthand,
} from './settings-sources.ts';
import {
  findMutualAddresses,
  findTlsMistakes,
  type TlsFileSettings,
  type TlsSettings,
  toTlsSettings,
} from './settings-tls.ts';
import type { ReceiverSettings, SourceSettings } from './source-settings.ts';

/** Everything that can be set, complete and frozen. schemas/settings.schema.json says what each means and its default. */
export interface Settings {
  /** Where definitions come from; at least one. */
  readonly sources: readonly SourceSettings[];
  readonly listen: Address;
  /** Null: `listen` serves events too. */
  readonly intakeListen: Address | null;
  /** Of `listen`; null: it is served over HTTP. */
  readonly tls: TlsSettings | null;
  /** The same of `intakeListen`. */
  readonly intakeTls: TlsSettings | null;
  readonly stateDir: string;
  readonly secrets: { readonly fileRoot: string; readonly envAllow: readonly string[] | null };
  readonly egress: EgressSettings;
  readonly reconcile: ReconcileSettings;
  readonly receivers: readonly ReceiverSettings[];
  readonly retention: { readonly maxAgeMs: number; readonly maxBytes: number };
  readonly logLevel: LogLevel;
}

/** How definitions go live. */
export interface ReconcileSettings {
  /** Between looks at directories that do not depend on file events. */
  readonly pollMs: number;
  /** What a problem keeps from going live: everything, or its file. */
  readonly policy: 'strict' | 'isolate';
  /** What becomes of a change that removes most hooks: it waits to be confirmed, or goes live. */
  readonly prune: 'guard' | 'allow';
  readonly pingOnChange: boolean;
}

/** Where settings come from, the strongest first. */
export interface SettingSources {
  /** In the shape of the file. */
  readonly flags: SettingsFile;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path given by the user: it must exist. Null: hookline.yaml in the working directory, if it is there. */
  readonly file: string | null;
}

/** The shape of hookline.yaml before defaults. */
export interface SettingsFile {
  sources?: object[];
  listen?: string;
  tls?: Partial<TlsFileSettings>;
  intake?: { listen?: string | null; tls?: Partial<TlsFileSettings> };
  state?: string;
  insecure?: boolean;
  secrets?: { file_root?: string; env_allow?: string[] | null };
  egress?: { allow?: string[]; deny?: string[]; proxy?: string | null };
  reconcile?: { poll?: number; policy?: string; prune?: string; ping_on_change?: boolean };
  receivers?: object[];
  retention?: { days?: number; size_mib?: number };
  log?: { level?: LogLevel };
}

/** The same with every default filled in by the validator. */
interface CompleteSettingsFile {
  readonly sources: readonly SourceFileSettings[];
  readonly listen: string;
  readonly tls: TlsFileSettings;
  readonly intake: { readonly listen: string | null; readonly tls: TlsFileSettings };
  readonly state: string;
  readonly insecure: boolean;
  readonly secrets: { readonly file_root: string; readonly env_allow: readonly string[] | null };
  readonly egress: {
    readonly allow: readonly string[];
    readonly deny: readonly string[];
    readonly proxy: string | null;
  };
  readonly reconcile: Omit<ReconcileSettings, 'pollMs' | 'pingOnChange'> & {
    readonly poll: number;
    readonly ping_on_change: boolean;
  };
  readonly receivers: readonly ReceiverSettings[];
  readonly retention: { readonly days: number; readonly size_mib: number };
  readonly log: { readonly level: LogLevel };
}

const DAY_MS = 24 * 3_600_000;
const MIB = 1024 * 1024;
const DEFAULT_FILE = 'hookline.yaml';
/** What texts of a format look like. */
const FORMATS = {
  address: 'HOST:PORT, as in 127.0.0.1:8440',
  egress:
    'all, private, public, an address, a range, a host name or *.NAME, with :PORT if it is for one, as in 10.0.0.0/8:443 or [fd00::/8]:443',
} as const;
type Format = keyof typeof FORMATS;
const validate = new Ajv2020({
  useDefaults: true,
  allErrors: true,
  allowUnionTypes: true,
  verbose: true,
})
  .addFormat('address', (text: string) => toAddress(text) !== null)
  .addFormat('egress', (text: string) => parseEgressRule(text) !== null)
  .compile<CompleteSettingsFile>(schema);

/** Reads file, environment and flags into one frozen Settings. Throws `usage` with every mistake in the message. */
export function loadSettings(sources: SettingSources): Settings {
  const given = merge(merge(readFile(sources.file), readEnvironment(sources.env)), sources.flags);
  // The validator fills defaults in where they are missing.
  const merged: object = structuredClone(given);
  const isValid = validate(merged);
  const mistakes = [
    ...(validate.errors ?? []).map(toSentence),
    ...findOpenAddresses(merged),
    ...(isValid ? findSourceMistakes(merged.sources, merged.receivers) : []),
    ...(isValid ? findTlsMistakes(merged) : []),
  ];
  if (!isValid || mistakes.length > 0)
    throw new HooklineError('usage', `Cannot use the settings: ${mistakes.join('; ')}`);
  return interpret(merged);
}

function interpret({
  sources,
  listen,
  tls,
  intake,
  state,
  secrets,
  egress,
  reconcile,
  receivers,
  retention,
  log,
}: CompleteSettingsFile): Settings {
  const { file_root: fileRoot, env_allow: envAllow } = secrets;
  return Object.freeze({
    sources: toSourceSettings(sources),
    listen: Object.freeze(parseAddress(listen)),
    intakeListen: intake.listen === null ? null : Object.freeze(parseAddress(intake.listen)),
    ...toTlsSettings({ tls, intake }),
    stateDir: state,
    secrets: Object.freeze({ fileRoot, envAllow: envAllow === null ? null : Object.freeze([...envAllow]) }),
    egress: Object.freeze({
      allow: toRules(egress.allow),
      deny: toRules(egress.deny),
      proxy: egress.proxy,
    }),
    reconcile: Object.freeze({
      pollMs: reconcile.poll * 1000,
      policy: reconcile.policy,
      prune: reconcile.prune,
      pingOnChange: reconcile.ping_on_change,
    }),
    receivers: Object.freeze(receivers),
    retention: Object.freeze({ maxAgeMs: retention.days * DAY_MS, maxBytes: retention.size_mib * MIB }),
    logLevel: log.level,
  });
}

function toRules(texts: readonly string[]): readonly EgressRule[] {
  return Object.freeze(texts.flatMap((text) => parseEgressRule(text) ?? []));
}

/** Addresses that others can reach although nothing asks them who they are. */
function findOpenAddresses({ listen, tls, intake, insecure }: SettingsFile): readonly string[] {
  if (insecure === true) return [];
  const mutual = findMutualAddresses({ tls, intake });
  return Object.entries({ listen, 'intake.listen': intake?.listen }).flatMap(([name, text]) => {
    const address = toAddress(text);
    if (address === null || isLoopback(address.host) || mutual.has(name)) return [];
    return [
      `"${name}" must be a loopback address, got "${text}": anyone who reaches it could send events and read history; have it ask for certificates (tls.client_ca), or set insecure: true (--insecure) if something in front of it asks who is calling`,
    ];
  });
}

function toAddress(text: unknown): Address | null {
  try {
    return typeof text === 'string' ? parseAddress(text) : null;
  } catch {
    return null;
  }
}

function toSentence({ keyword, instancePath, params, message, data, parentSchema }: ErrorObject): string {
  const path = instancePath.slice(1).replaceAll('/', '.');
  switch (keyword) {
    case 'additionalProperties':
      return `unknown setting "${[path, params.additionalProperty].filter((part) => part !== '').join('.')}"`;
    case 'enum':
      return `"${path}" must be one of ${params.allowedValues.join(', ')}: got ${JSON.stringify(data)}`;
    case 'format':
      return `"${path}" must be ${FORMATS[params.format as Format]}: got ${JSON.stringify(data)}`;
    case 'pattern':
      return `"${path}" ${message} (${parentSchema?.description})`;
    default:
      return `"${path}" ${message}`;
  }
}

function readFile(path: string | null): object {
  const file = path ?? DEFAULT_FILE;
  const text = readText(file, path !== null);
  const value = text === null ? {} : parseText(file, text);
  if (isPlain(value)) return value;
  throw new HooklineError('usage', `Cannot use settings "${file}": they must be a map of keys and values`);
}

function parseText(file: string, text: string): unknown {
  try {
    return (parse(text) as unknown) ?? {};
  } catch (cause) {
    const [first = ''] = toMessage(cause).split(/:?\n/);
    throw new HooklineError('usage', `Cannot read settings "${file}": ${first}`, { cause });
  }
}

function readText(path: string, required: boolean): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (!required && (cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new HooklineError('usage', `Cannot read settings "${path}": ${toMessage(cause)}`, { cause });
  }
}

/** Other HOOKLINE_ variables are left alone: Kubernetes sets some for a service of that name (HOOKLINE_PORT). */
function readEnvironment(env: SettingSources['env']): object {
  let settings: object = {};
  const set = (name: string, path: readonly string[], read: (text: string) => unknown = String): void => {
    const text = env[`HOOKLINE_${name}`];
    if (text === undefined) return;
    settings = merge(
      settings,
      path.reduceRight<unknown>((below, key) => ({ [key]: below }), read(text)) as object,
    );
  };
  set('SOURCES', ['sources'], toList);
  set('RECEIVERS', ['receivers'], toList);
  set('LISTEN', ['listen']);
  set('INTAKE_LISTEN', ['intake', 'listen']);
  for (const [name, key] of [
    ['CERT', 'cert'],
    ['KEY', 'key'],
    ['CLIENT_CA', 'client_ca'],
  ] as const) {
    set(`TLS_${name}`, ['tls', key]);
    set(`INTAKE_TLS_${name}`, ['intake', 'tls', key]);
  }
  set('STATE', ['state']);
  set('INSECURE', ['insecure'], toBoolean);
  set('SECRETS_FILE_ROOT', ['secrets', 'file_root']);
  set('SECRETS_ENV_ALLOW', ['secrets', 'env_allow'], toTexts);
  set('EGRESS_ALLOW', ['egress', 'allow'], toTexts);
  set('EGRESS_DENY', ['egress', 'deny'], toTexts);
  set('EGRESS_PROXY', ['egress', 'proxy']);
  set('RECONCILE_POLL', ['reconcile', 'poll'], Number);
  set('RECONCILE_POLICY', ['reconcile', 'policy']);
  set('RECONCILE_PRUNE', ['reconcile', 'prune']);
  set('RECONCILE_PING_ON_CHANGE', ['reconcile', 'ping_on_change'], toBoolean);
  set('RETENTION_DAYS', ['retention', 'days'], Number);
  set('RETENTION_SIZE_MIB', ['retention', 'size_mib'], Number);
  set('LOG_LEVEL', ['log', 'level']);
  return settings;
}

function toTexts(text: string): readonly string[] {
  return text.split(',').map((part) => part.trim());
}

/** A list as YAML or JSON, or the place of one source. */
function toList(text: string): unknown {
  if (!text.trimStart().startsWith('[')) return [toSourceShorthand(text)];
  try {
    return parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Anything else stays a string, which the schema then refuses by name. */
function toBoolean(text: string): boolean | string {
  return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
}

function merge(weak: object, strong: object): object {
  const merged = new Map<string, unknown>(Object.entries(weak));
  for (const [key, value] of Object.entries(strong)) {
    const below = merged.get(key);
    merged.set(key, isPlain(below) && isPlain(value) ? merge(below, value) : value);
  }
  return Object.fromEntries(merged);
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
