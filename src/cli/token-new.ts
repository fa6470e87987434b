import { hash, randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import { completeSettings } from '../settings-check.ts';
import { type Scope, toHash } from '../token-settings.ts';
import { type CommandContext, type ExitCode, writeJson, writeLine } from './command.ts';

/** What `token new` is asked for. */
export interface NewTokenOptions {
  /** Null: one made of its hash. */
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  /** Patterns of the sources whose events it may send; none: of every source. */
  readonly sources: readonly string[];
  readonly json: boolean;
}

/** What scanners for secrets know a token by: this and 43 characters of base64url. */
const PREFIX = 'hkl_';
/** As many as its SHA-256 has: nobody finds it by trying, so that one fast hash keeps it. */
const TOKEN_BYTES = 32;
/** Characters of the hash that make a name. */
const NAME_LENGTH = 8;

/** Makes a token and prints it, with the lines for the settings, which have no more than its hash. Throws `usage`. */
export async function newToken(
  { name, scopes, sources, json }: NewTokenOptions,
  { stdout, stderr }: CommandContext,
): Promise<ExitCode> {
  const token = `${PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  const digest = hash('sha256', token, 'hex');
  const settings = {
    name: name ?? `token-${digest.slice(0, NAME_LENGTH)}`,
    hash: toHash(digest),
    scopes: [...scopes],
    ...(sources.length === 0 ? {} : { sources: [...sources] }),
  };
  completeSettings(structuredClone({ tokens: [settings] }));
  if (json) {
    writeJson(stdout, { token, settings });
    return 0;
  }
  writeLine(stderr, 'The token, which is shown this once:');
  writeLine(stdout, token);
  writeLine(stderr, '\nIts lines for hookline.yaml:');
  stdout.write(stringify({ tokens: [settings] }, { flowCollectionPadding: false }));
  return 0;
}
