import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { HooklineError, toMessage } from './errors.ts';
import { isJsonObject } from './event.ts';
import type { LogLevel } from './logger.ts';
import type { ReconcileSettings } from './settings.ts';
import type { SourceFileSettings } from './settings-sources.ts';
import type { TlsFileSettings } from './settings-tls.ts';
import type { ReceiverSettings } from './source-settings.ts';
import type { TokenFileSettings } from './token-settings.ts';

/** The shape of hookline.yaml before defaults. */
export interface SettingsFile {
  sources?: object[];
  listen?: string;
  tls?: Partial<TlsFileSettings>;
  intake?: { listen?: string | null; tls?: Partial<TlsFileSettings> };
  state?: string;
  insecure?: boolean;
  tokens?: object[];
  secrets?: { file_root?: string; env_allow?: string[] | null };
  egress?: { allow?: string[]; deny?: string[]; proxy?: string | null };
  reconcile?: { poll?: number; policy?: string; prune?: string; ping_on_change?: boolean };
  receivers?: object[];
  retention?: { days?: number; size_mib?: number };
  log?: { level?: LogLevel };
}

/** The same with every default filled in by the validator. */
export interface CompleteSettingsFile {
  readonly sources: readonly SourceFileSettings[];
  readonly listen: string;
  readonly tls: TlsFileSettings;
  readonly intake: { readonly listen: string | null; readonly tls: TlsFileSettings };
  readonly state: string;
  readonly insecure: boolean;
  readonly tokens: readonly TokenFileSettings[];
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

const DEFAULT_FILE = 'hookline.yaml';

/** Reads the settings of a file; null: those of hookline.yaml, if it is there. Throws `usage`. */
export function readSettingsFile(path: string | null): object {
  const file = path ?? DEFAULT_FILE;
  const text = readText(file, path !== null);
  const value = text === null ? {} : parseText(file, text);
  if (isJsonObject(value)) return value;
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

/** Puts settings over weaker ones, key by key. */
export function mergeSettings(weak: object, strong: object): object {
  const merged = new Map<string, unknown>(Object.entries(weak));
  for (const [key, value] of Object.entries(strong)) {
    const below = merged.get(key);
    merged.set(key, isJsonObject(below) && isJsonObject(value) ? mergeSettings(below, value) : value);
  }
  return Object.fromEntries(merged);
}
