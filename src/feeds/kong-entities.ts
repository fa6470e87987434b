import { createHmac } from 'node:crypto';
import { toCanonicalJson } from '../canonical-json.ts';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import { MASK, maskByName } from '../secrets/mask.ts';
import { isReference } from '../secrets/reference.ts';
import type { Entity } from './kong-admin.ts';

/** Where the Admin API has entities whose path is not their name. */
const PATHS: Readonly<Partial<Record<string, string>>> = {
  key_sets: 'key-sets',
  filter_chains: 'filter-chains',
  clustering_data_planes: 'clustering/data-planes',
  basicauth_credentials: 'basic-auths',
  hmacauth_credentials: 'hmac-auths',
  jwt_secrets: 'jwts',
  keyauth_credentials: 'key-auths',
  oauth2_credentials: 'oauth2',
  event_hooks: 'event-hooks',
  rbac_users: 'rbac/users',
  rbac_roles: 'rbac/roles',
};

/** Entities that belong to no workspace. */
const GLOBAL: readonly string[] = ['workspaces', 'clustering_data_planes'];

/** Fields that hold a secret though their name does not tell. */
const SECRET_FIELDS: Readonly<Partial<Record<string, readonly string[]>>> = {
  certificates: ['key', 'key_alt'],
  keyauth_credentials: ['key'],
  keys: ['jwk'],
};

/** The path of a list below that of its workspace. */
export function toListPath(schema: string): string {
  return PATHS[schema] ?? schema;
}

/** Whether entities are listed once, whatever the workspaces. */
export function isGlobal(schema: string): boolean {
  return GLOBAL.includes(schema);
}

/** Tells whether an entity is the same, secrets and all, without saying anything of them to whoever does not have the key. */
export function toEntityDigest(entity: Entity, key: string): string {
  return createHmac('sha256', key).update(toCanonicalJson(entity)).digest('base64url');
}

/** An entity as it is kept and sent: without nulls, as the reference has it, and with a mask in the place of each secret. */
export function toShownEntity(schema: string, entity: Entity): JsonObject {
  const masked = maskByName(withoutNulls(entity));
  const secrets = (SECRET_FIELDS[schema] ?? []).filter((field) => isPlain(masked[field]));
  return { ...masked, ...Object.fromEntries(secrets.map((field) => [field, MASK])) };
}

/** A reference is a name, and the gateway's own. */
function isPlain(value: Json | undefined): boolean {
  return value !== undefined && !(typeof value === 'string' && isReference(value));
}

function withoutNulls(object: JsonObject): JsonObject {
  const entries = Object.entries(object).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]): [string, Json] => [name, isJsonObject(value) ? withoutNulls(value) : value]),
  );
}
