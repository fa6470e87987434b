import type { WebhookConfig } from '../definitions/definition.ts';
import { toDotted } from '../definitions/schema-messages.ts';
import { resolveUrl } from '../deliver/resolve-url.ts';
import { parseSigningKey } from '../deliver/signing-key.ts';
import type { JsonObject } from '../event.ts';
import { mapTexts } from '../map-texts.ts';
import { compileRequestTemplates } from '../reconcile/compile-templates.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { toVariable } from '../secrets/env-vault.ts';
import { type Path, replacePlainSecrets } from '../secrets/mask.ts';
import { isReference, parseReference, SecretError } from '../secrets/reference.ts';
import type { HookSecrets } from '../secrets/secrets.ts';
import type { Marks } from './marks.ts';

/** A hook whose requests have marks in the place of secrets. */
export interface MarkedHook {
  readonly hook: LiveHook;
  /** Whether its requests are signed: `unable` where they are to be, but what they are signed with cannot be had. */
  readonly signs: 'yes' | 'no' | 'unable';
  /** What keeps its requests from being sent, a sentence each. */
  readonly faults: readonly string[];
  /** What variables stand for that no reference names, a sentence each. */
  readonly notes: readonly string[];
}

/** What a hook is marked with. */
export interface MarkingParts {
  readonly marks: Marks;
  readonly secrets: HookSecrets;
}

/**
 * Puts a mark in the place of every secret of a hook, those behind references and those in clear. What it signs with stays:
 * no request has it. The definition itself is not changed.
 */
export function markHook(hook: LiveHook, parts: MarkingParts): MarkedHook {
  const { definition } = hook;
  if (definition.handler !== 'webhook' && definition.handler !== 'webhook-custom')
    return { hook, signs: 'no', faults: [], notes: [] };
  const { secret, ...rest } = definition.config;
  const signing = resolveSigning(secret, parts.secrets);
  const marked = markConfig(rest, parts);
  const config = { ...marked.config, secret: signing.secrets };
  const other = { ...definition, config } as unknown as LiveHook['definition'];
  return {
    hook: { ...hook, definition: other, templates: toTemplates(other) },
    signs: secret === null ? 'no' : signing.fault === null ? 'yes' : 'unable',
    faults: [...(signing.fault === null ? [] : [signing.fault]), ...marked.faults],
    notes: marked.notes,
  };
}

/** Templates are compiled from texts: those that hold a secret are others now. */
function toTemplates(definition: LiveHook['definition']): LiveHook['templates'] {
  return definition.handler === 'webhook-custom'
    ? compileRequestTemplates(definition.config).templates
    : null;
}

/** What a request is signed with, or why it cannot be. */
function resolveSigning(
  secret: WebhookConfig['secret'],
  { resolve }: HookSecrets,
): { readonly secrets: readonly string[] | null; readonly fault: string | null } {
  if (secret === null) return { secrets: null, fault: null };
  try {
    const secrets = [secret].flat().map(resolve);
    for (const one of secrets) parseSigningKey(one);
    return { secrets, fault: null };
  } catch (error) {
    return { secrets: null, fault: `The request cannot be signed: ${toReason(error)}` };
  }
}

function markConfig(
  config: object,
  { marks, secrets }: MarkingParts,
): { readonly config: JsonObject } & Pick<MarkedHook, 'faults' | 'notes'> {
  const faults: string[] = [];
  const notes: string[] = [];
  const names = createNames(config);
  const hidden = replacePlainSecrets(config, (path) => {
    const variable = names.ofPlace(path);
    notes.push(`${variable} stands for what ${toPlace(path)} holds in clear`);
    return marks.add(variable);
  });
  const marked = mapTexts(hidden as JsonObject, [], (text, path) => {
    // In a body none is resolved.
    if (path[0] === 'body' || !isReference(text)) return text;
    const variable = toOwnVariable(text) ?? names.ofPlace(path);
    const { value, fault } = resolve(text, path, secrets);
    if (fault !== null) faults.push(`${toPlace(path)} cannot be had: ${fault}`);
    return isUrl(path) ? marks.addUrl(variable, URL.parse(value)) : marks.add(variable);
  }) as JsonObject;
  return { config: marked, faults, notes };
}

function toPlace(path: Path): string {
  return toDotted(['config', ...path]);
}

/** Whether a URL has to be there: the request could not be made with anything else. */
function isUrl(path: Path): boolean {
  const [first, ...below] = path;
  return first === 'auth'
    ? below.at(-1) === 'token_url'
    : (first === 'url' || first === 'proxy') && below.length === 0;
}

/** Of what it is only whether it can be had is told, and where the query of a URL begins. */
function resolve(
  text: string,
  path: Path,
  secrets: HookSecrets,
): { readonly value: string; readonly fault: string | null } {
  try {
    const value = isUrl(path) ? resolveUrl(text, toPlace(path), secrets) : secrets.resolve(text);
    return { value, fault: null };
  } catch (error) {
    return { value: '', fault: toReason(error) };
  }
}

function toReason(error: unknown): string {
  if (error instanceof SecretError) return error.message;
  throw error;
}

/** Names variables for secrets that no variable is known to hold: by their place, and like none that a reference is to. */
function createNames(config: object): { readonly ofPlace: (path: Path) => string } {
  const taken = new Set<string>();
  mapTexts(config as JsonObject, [], (text) => {
    const variable = isReference(text) ? toOwnVariable(text) : null;
    if (variable !== null) taken.add(variable);
    return text;
  });
  return {
    ofPlace(path) {
      const name = path
        .join('_')
        .replaceAll(/[^A-Za-z0-9]+/g, '_')
        .toUpperCase();
      let free = name;
      for (let number = 2; taken.has(free); number += 1) free = `${name}_${number}`;
      taken.add(free);
      return free;
    },
  };
}

/** The variable that holds exactly what a reference is to; null when none does. */
function toOwnVariable(text: string): string | null {
  try {
    const reference = parseReference(text);
    const variable = toVariable(reference);
    const isWhole = reference.vault === 'env' && reference.key === null;
    return isWhole && /^[A-Z_][A-Z0-9_]*$/.test(variable) ? variable : null;
  } catch (error) {
    if (error instanceof SecretError) return null;
    throw error;
  }
}
