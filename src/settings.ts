import { type Address, parseAddress } from './address.ts';
import { type EgressRule, type EgressSettings, parseEgressRule } from './egress-rule.ts';
import type { LogLevel } from './logger.ts';
import { completeSettings } from './settings-check.ts';
import { readEnvironment } from './settings-environment.ts';
import {
  type CompleteSettingsFile,
  mergeSettings,
  readSettingsFile,
  type SettingsFile,
} from './settings-file.ts';
import { toSourceSettings } from './settings-sources.ts';
import { type TlsSettings, toTlsSettings } from './settings-tls.ts';
import type { ReceiverSettings, SourceSettings } from './source-settings.ts';
import { type TokenSettings, toTokenSettings } from './token-settings.ts';

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
  /** Who may call the API. None: nobody is asked. */
  readonly tokens: readonly TokenSettings[];
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

const DAY_MS = 24 * 3_600_000;
const MIB = 1024 * 1024;

/** Reads file, environment and flags into one frozen Settings. Throws `usage` with every mistake in the message. */
export function loadSettings({ file, env, flags }: SettingSources): Settings {
  return interpret(
    completeSettings(mergeSettings(mergeSettings(readSettingsFile(file), readEnvironment(env)), flags)),
  );
}

function interpret({
  sources,
  listen,
  tls,
  intake,
  state,
  tokens,
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
    tokens: toTokenSettings(tokens),
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
