import { isIP } from 'node:net';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import type { Entity } from './kong-admin.ts';

/** An address of a target. */
export interface Address {
  /** As the reference has it. */
  readonly data: JsonObject & {
    readonly upstream_id: string;
    /** Null: the name itself, which leads nowhere or to addresses that are not told apart. */
    readonly ip: string | null;
    readonly port: number;
    readonly hostname: string;
  };
  /** Null: the gateway does not check it. */
  readonly healthy: boolean | null;
}

/** An address that became healthy or unhealthy, with what tells it apart. */
export interface HealthChange extends Address {
  readonly key: string;
  readonly healthy: boolean;
}

/** What the gateway calls health, of a target or an address; what it does not check has none. */
const HEALTH: Readonly<Partial<Record<string, boolean>>> = {
  HEALTHY: true,
  UNHEALTHY: false,
  DNS_ERROR: false,
};

/**
 * The addresses of an upstream by what tells them apart, from what the gateway answers to /upstreams/{id}/health. A target
 * whose name does not resolve has no addresses: its name is unhealthy itself, and healthy again once it resolves.
 */
export function toAddresses(upstreamId: string, targets: readonly Entity[]): ReadonlyMap<string, Address> {
  const addresses = targets.flatMap((target) => toTargetAddresses(upstreamId, target));
  return new Map(addresses.map((address) => [toKey(address), address]));
}

/** Whether addresses of one upstream are healthy. */
export type AddressHealth = ReadonlyMap<string, boolean>;

/**
 * Finds the addresses that became healthy or unhealthy. One that is new begins healthy, as it does at the gateway, and one
 * that is not checked any more stays as it was. When nothing was known before, nothing became.
 */
export function compareHealth(
  addresses: ReadonlyMap<string, Address>,
  { before, isFirst }: { readonly before: AddressHealth; readonly isFirst: boolean },
): { readonly health: AddressHealth; readonly changes: readonly HealthChange[] } {
  const health = new Map<string, boolean>();
  const changes: HealthChange[] = [];
  for (const [key, { data, healthy }] of addresses) {
    const was = before.get(key);
    const is = healthy ?? was;
    if (is === undefined) continue;
    health.set(key, is);
    if (!isFirst && is !== (was ?? true)) changes.push({ key, data, healthy: is });
  }
  return { health, changes };
}

function toKey({ data: { upstream_id, hostname, port, ip } }: Address): string {
  return `${upstream_id} ${hostname} ${port} ${ip ?? ''}`;
}

function toTargetAddresses(upstream_id: string, target: Entity): readonly Address[] {
  const place = splitTarget(target.target);
  if (place === null) return [];
  const { hostname, port } = place;
  const listed = toListed(target.data).map((address): Address => {
    const own = typeof address.port === 'number' ? address.port : port;
    return { data: { upstream_id, ip: address.ip, port: own, hostname }, healthy: toHealthy(address.health) };
  });
  if (listed.length > 0)
    return [...listed, { data: { upstream_id, ip: null, port, hostname }, healthy: true }];
  const ip = isIP(hostname) > 0 ? hostname : null;
  return [{ data: { upstream_id, ip, port, hostname }, healthy: toHealthy(target.health) }];
}

type Listed = JsonObject & { readonly ip: string };

/** Older gateways list no addresses. */
function toListed(data: Json | undefined): readonly Listed[] {
  const { addresses } = isJsonObject(data) ? data : {};
  return Array.isArray(addresses) ? (addresses as readonly Json[]).filter(isListed) : [];
}

function isListed(address: Json): address is Listed {
  return isJsonObject(address) && typeof address.ip === 'string';
}

function toHealthy(health: Json | undefined): boolean | null {
  return typeof health === 'string' ? (HEALTH[health] ?? null) : null;
}

/** `host:port`, an IPv6 address in brackets. */
function splitTarget(target: Json | undefined): { readonly hostname: string; readonly port: number } | null {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(typeof target === 'string' ? target : '') ?? [];
  if (host === undefined) return null;
  return { hostname: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}
