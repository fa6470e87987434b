import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.ts';

/** As kong-behaviour.md §4 lists them. */
const CORE =
  'workspaces, consumers, certificates, services, routes, snis, upstreams, targets, plugins, tags, ca_certificates, clustering_data_planes, parameters, vaults, key_sets, keys, filter_chains';
const ENTERPRISE =
  'files, legacy_files, workspace_entity_counters, consumer_reset_secrets, credentials, audit_requests, audit_objects, rbac_users, rbac_roles, rbac_user_roles, rbac_role_entities, rbac_role_endpoints, rbac_user_groups, admins, developers, document_objects, applications, application_instances, groups, group_rbac_roles, login_attempts, keyring_meta, keyring_keys, event_hooks, licenses, consumer_groups, consumer_group_plugins, consumer_group_consumers';
const NEWER = 'custom_plugins, partials';
const PLUGINS =
  'acls, acme_storage, basicauth_credentials, hmacauth_credentials, jwt_secrets, keyauth_credentials, oauth2_credentials, oauth2_authorization_codes, oauth2_tokens, ratelimiting_metrics, sessions';
const ENTERPRISE_PLUGINS =
  'degraphql_routes, graphql_ratelimiting_advanced_cost_decoration, jwt_signer_jwks, keyauth_enc_credentials, header_cert_auth_credentials, konnect_applications, mtls_auth_credentials, vault_auth_vaults, oic_issuers, oic_jwks';
const NAMES = [CORE, ENTERPRISE, NEWER, PLUGINS, ENTERPRISE_PLUGINS].flatMap((names) => names.split(', '));

const CHANGE = { fields: ['operation', 'entity', 'old_entity', 'schema'] };
const EXCEEDED = {
  description: 'Run an event when a rate limit has been exceeded',
  fields: ['consumer', 'ip', 'service', 'rate', 'limit', 'window'],
  unique: ['consumer', 'ip', 'service'],
};

/** A source as the API shows it. */
function shown(source: string): object {
  return Object.fromEntries(BUILT_IN.get(source) ?? []);
}

describe('the built-in catalogue', () => {
  it('has the sources of Kong and its own', () => {
    expect([...BUILT_IN.keys()].toSorted()).toEqual([
      'ai-rate-limiting-advanced',
      'balancer',
      'crud',
      'dao:crud',
      'hookline',
      'oas-validation',
      'rate-limiting-advanced',
      'service-protection',
    ]);
  });

  it('has every name of a DAO four times under crud, 272 events', () => {
    expect(NAMES).toHaveLength(68);
    const events = NAMES.flatMap((name) => [name, `${name}:create`, `${name}:update`, `${name}:delete`]);
    expect(shown('crud')).toEqual(Object.fromEntries(events.map((event) => [event, CHANGE])));
    expect(BUILT_IN.get('crud')?.size).toBe(272);
  });

  it.each([
    ['dao:crud', { create: CHANGE, update: CHANGE, delete: CHANGE }],
    ['balancer', { health: { fields: ['upstream_id', 'ip', 'port', 'hostname', 'health'] } }],
    ['rate-limiting-advanced', { 'rate-limit-exceeded': EXCEEDED }],
    ['ai-rate-limiting-advanced', { 'rate-limit-exceeded': EXCEEDED }],
    [
      'service-protection',
      {
        'rate-limit-exceeded': {
          description: 'Run an event when a rate limit has been exceeded',
          fields: ['service', 'rate', 'limit', 'window'],
          unique: ['service'],
        },
      },
    ],
    [
      'oas-validation',
      {
        'validation-failed': {
          description: 'Run an event when oas validation fails',
          fields: ['consumer', 'ip', 'service', 'err'],
          unique: ['consumer', 'ip', 'service'],
        },
      },
    ],
  ])('has the events of %s, with what the reference says of each and nothing more', (source, events) => {
    expect(shown(source)).toStrictEqual(events);
  });

  it('has the events of Hookline itself, each with a description and fields', () => {
    const events = BUILT_IN.get('hookline') ?? new Map();
    expect([...events.keys()]).toEqual(['reconcile', 'hook', 'delivery-exhausted', 'hook-disabled']);
    for (const event of events.values()) {
      expect(event).toEqual({ description: expect.any(String), fields: expect.any(Array) });
    }
  });
});
