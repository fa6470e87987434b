import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import schema from '../schemas/settings.schema.json' with { type: 'json' };
import { type Address, isLoopback, parseAddress } from './address.ts';
import { HooklineError, toMessage } from './errors.ts';
import type { LogLevel } from './logger.ts';

/** Everything that can be set, complete and frozen. schemas/settings.schema.json says what each means and its default. */
export interface Settings {
  /** Directory of definitions. */
  readonly dir: string;
  readonly listen: Address;
  /** Null: `listen` serves events too. */
  readonly intakeListen: Address | null;
  readonly stateDir: string;
  readonly secrets: { readonly fileRoot: string; readonly envAllow: readonly string[] | null };
  readonly pollMs: number;
  readonly retention: { readonly maxAgeMs: number; readonly maxBytes: number };
  readonly logLevel: LogLevel;
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
  sources?: { dir: string }[];
  listen?: string;
  intake?: { listen?: string | null };
  state?: string;
  insecure?: boolean;
  secrets?: { file_root?: string; env_allow?: string[] | null };
  reconcile?: { poll?: number };
  retention?: { days?: number; size_mib?: number };
  log?: { level?: LogLevel };
}

/** The same with every default filled in by the validator. */
interface CompleteSettingsFile {
  readonly sources: readonly { readonly dir: string }[];
  readonly listen: string;
  readonly intake: { readonly listen: string | null };
  readonly state: string;
  readonly insecure: boolean;
  readonly secrets: { readonly file_root: string; readonly env_allow: readonly string[] | null };
  readonly reconcile: { readonly poll: number };
  readonly retention: { readonly days: number; readonly size_mib: number };
  readonly log: { readonly level: LogLevel };
}

const DAY_MS = 24 * 3_600_000;
const MIB = 1024 * 1024;
const DEFAULT_FILE = 'hookline.yaml';
const validate = new Ajv2020({
  useDefaults: true,
  allErrors: true,
  allowUnionTypes: true,
}).compile<CompleteSettingsFile>(schema);

/** Reads file, environment and flags into one frozen Settings. Throws `usage` with every mistake in the message. */
export function loadSettings(sources: SettingSources): Settings {
  const merged = merge(merge(readFile(sources.file), readEnvironment(sources.env)), sources.flags);
  if (!validate(merged)) {
    const mistakes = (validate.errors ?? []).map(
      (error) => `"${toPath(error.instancePath)}" ${error.message}${toExtra(error.params)}`,
    );
    throw new HooklineError('usage', `Cannot use the settings: ${mistakes.join('; ')}`);
  }
  return interpret(merged);
}

function interpret(file: CompleteSettingsFile): Settings {
  const listen = parseAddress(file.listen);
  const intakeListen = file.intake.listen === null ? null : parseAddress(file.intake.listen);
  for (const address of [listen, intakeListen]) {
    if (address !== null && !isLoopback(address.host) && !file.insecure) {
      throw new HooklineError(
        'usage',
        `Cannot listen on "${address.host}": anyone who reaches it could send events and read history; set insecure: true (--insecure) if something in front of it asks who is calling`,
      );
    }
  }
  return Object.freeze({
    dir: file.sources[0]?.dir ?? 'hooks.d',
    listen,
    intakeListen,
    stateDir: file.state,
    secrets: Object.freeze({ fileRoot: file.secrets.file_root, envAllow: file.secrets.env_allow }),
    pollMs: file.reconcile.poll * 1000,
    retention: Object.freeze({
      maxAgeMs: file.retention.days * DAY_MS,
      maxBytes: file.retention.size_mib * MIB,
    }),
    logLevel: file.log.level,
  });
}

function readFile(path: string | null): SettingsFile {
  const text = readText(path ?? DEFAULT_FILE, path !== null);
  if (text === null) return {};
  try {
    return (parse(text) as SettingsFile | null) ?? {};
  } catch (cause) {
    throw new HooklineError(
      'usage',
      `Cannot read settings "${path ?? DEFAULT_FILE}": ${toMessage(cause).split('\n')[0]}`,
      { cause },
    );
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
function readEnvironment(env: SettingSources['env']): SettingsFile {
  const settings: Record<string, unknown> = {};
  const set = (
    name: string,
    path: readonly [string, string?],
    read: (text: string) => unknown = String,
  ): void => {
    const text = env[`HOOKLINE_${name}`];
    if (text === undefined) return;
    const [outer, inner] = path;
    settings[outer] =
      inner === undefined ? read(text) : { ...(settings[outer] as object | undefined), [inner]: read(text) };
  };
  set('SOURCES', ['sources'], (text) => [{ dir: text }]);
  set('LISTEN', ['listen']);
  set('INTAKE_LISTEN', ['intake', 'listen']);
  set('STATE', ['state']);
  set('INSECURE', ['insecure'], toBoolean);
  set('SECRETS_FILE_ROOT', ['secrets', 'file_root']);
  set('SECRETS_ENV_ALLOW', ['secrets', 'env_allow'], (text) => text.split(',').map((name) => name.trim()));
  set('RECONCILE_POLL', ['reconcile', 'poll'], Number);
  set('RETENTION_DAYS', ['retention', 'days'], Number);
  set('RETENTION_SIZE_MIB', ['retention', 'size_mib'], Number);
  set('LOG_LEVEL', ['log', 'level']);
  return settings;
}

/** Anything else stays a string, which the schema then refuses by name. */
function toBoolean(text: string): boolean | string {
  return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
}

function merge<T extends object>(weak: T, strong: T): T {
  const merged = { ...weak } as Record<string, unknown>;
  for (const [key, value] of Object.entries(strong)) {
    const below = merged[key];
    merged[key] = isPlain(below) && isPlain(value) ? merge(below, value) : value;
  }
  return merged as T;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toPath(pointer: string): string {
  return pointer === '' ? 'settings' : pointer.slice(1).replaceAll('/', '.');
}

function toExtra(params: Readonly<Record<string, unknown>>): string {
  const extra = params.additionalProperty ?? params.allowedValues;
  return extra === undefined ? '' : ` (${[extra].flat().join(', ')})`;
}
