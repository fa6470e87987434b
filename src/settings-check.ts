import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import schema from '../schemas/settings.schema.json' with { type: 'json' };
import { type Address, isLoopback, parseAddress } from './address.ts';
import { parseEgressRule } from './egress-rule.ts';
import { HooklineError } from './errors.ts';
import type { CompleteSettingsFile, SettingsFile } from './settings-file.ts';
import { findSourceMistakes } from './settings-sources.ts';
import { findMutualAddresses, findTlsMistakes } from './settings-tls.ts';
import { findTokenMistakes } from './token-settings.ts';

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

/** Fills in the defaults of settings as they were read. Throws `usage` with every mistake in the message. */
export function completeSettings(read: object): CompleteSettingsFile {
  // The validator fills defaults in where they are missing.
  const settings: object = structuredClone(read);
  const isValid = validate(settings);
  const mistakes = [
    ...(validate.errors ?? []).map(toSentence),
    ...findOpenAddresses(settings),
    ...(isValid ? findSourceMistakes(settings.sources, settings.receivers) : []),
    ...(isValid ? findTlsMistakes(settings) : []),
    ...(isValid ? findTokenMistakes(settings.tokens) : []),
  ];
  if (isValid && mistakes.length === 0) return settings;
  throw new HooklineError('usage', `Cannot use the settings: ${mistakes.join('; ')}`);
}

/** Addresses that others can reach although nothing asks them who they are. */
function findOpenAddresses({ listen, tls, intake, insecure, tokens }: SettingsFile): readonly string[] {
  // What does not fit the schema comes here too.
  const hasTokens = Array.isArray(tokens) && tokens.length > 0;
  if (insecure === true || hasTokens) return [];
  const mutual = findMutualAddresses({ tls, intake });
  return Object.entries({ listen, 'intake.listen': intake?.listen }).flatMap(([name, text]) => {
    const address = toAddress(text);
    if (address === null || isLoopback(address.host) || mutual.has(name)) return [];
    return [
      `"${name}" must be a loopback address, got "${text}": anyone who reaches it could send events and read history; declare tokens (hookline token new), have it ask for certificates (tls.client_ca), or set insecure: true (--insecure) if something in front of it asks who is calling`,
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
