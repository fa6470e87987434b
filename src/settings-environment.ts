import { parse } from 'yaml';
import { mergeSettings } from './settings-file.ts';
import { toSourceShorthand } from './settings-sources.ts';

/**
 * Reads the settings that are in the environment, in the shape of the file. Other HOOKLINE_ variables are left alone:
 * Kubernetes sets some for a service of that name (HOOKLINE_PORT).
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): object {
  let settings: object = {};
  const set = (name: string, path: readonly string[], read: (text: string) => unknown = String): void => {
    const text = env[`HOOKLINE_${name}`];
    if (text === undefined) return;
    settings = mergeSettings(
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
  set('TOKENS', ['tokens'], toParsed);
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

/** A list, or the place of one source. */
function toList(text: string): unknown {
  return text.trimStart().startsWith('[') ? toParsed(text) : [toSourceShorthand(text)];
}

/** What YAML or JSON says; what is neither stays a string, which the schema then refuses by name. */
function toParsed(text: string): unknown {
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
