import { hash } from 'node:crypto';
import { Router } from 'express';
import { toCanonicalJson } from '../canonical-json.ts';
import type { Clock } from '../clock.ts';
import { parseSigningKey, toPublicBytes } from '../deliver/signing-key.ts';
import type { JsonObject } from '../event.ts';
import type { LiveHook, Snapshot } from '../reconcile/snapshot.ts';
import type { Registry } from '../registry/registry.ts';
import type { HookSecrets } from '../secrets/secrets.ts';

/** What public keys are found with. */
export interface JwksParts {
  readonly registry: Registry;
  readonly hookSecrets: Pick<HookSecrets, 'of' | 'resolve'>;
  readonly clock: Clock;
}

/** How long an answer is given again: whoever asks often must not have every secret looked up as often. */
const FRESH_MS = 60_000;

/** GET /.well-known/jwks.json: the public half of every private key that live hooks sign with (RFC 7517, RFC 8037). */
export function createJwksRouter({ registry, hookSecrets, clock }: JwksParts): Router {
  let known: {
    readonly snapshot: Snapshot | null;
    readonly until: number;
    readonly keys: JsonObject[];
  } | null = null;
  const router = Router();
  router.get('/.well-known/jwks.json', (_req, res) => {
    const snapshot = registry.current();
    if (known?.snapshot !== snapshot || clock.now() >= known.until)
      known = { snapshot, until: clock.now() + FRESH_MS, keys: toKeys(snapshot?.hooks ?? [], hookSecrets) };
    res.set('cache-control', `max-age=${FRESH_MS / 1000}`).json({ keys: known.keys });
  });
  return router;
}

function toKeys(hooks: readonly LiveHook[], secrets: JwksParts['hookSecrets']): JsonObject[] {
  const declared = new Set(
    hooks.flatMap(({ definition: { config } }) => ('secret' in config ? (config.secret ?? []) : [])),
  );
  const keys = [...declared].flatMap((secret) => toJwk(secret, secrets));
  return [...new Map(keys.map((key) => [key.kid, key])).values()];
}

/** None of a secret that is shared, nor of one that cannot be had: its hook signs nothing either. */
function toJwk(secret: string, secrets: JwksParts['hookSecrets']): readonly JsonObject[] {
  try {
    const key = parseSigningKey(secrets.resolve(secret));
    if (key.kind === 'shared') return [];
    const named = { crv: 'Ed25519', kty: 'OKP', x: toPublicBytes(key.key).toString('base64url') };
    const kid = hash('sha256', toCanonicalJson(named), 'base64url');
    return [{ ...named, kid, use: 'sig', alg: 'EdDSA' }];
  } catch {
    return [];
  }
}
