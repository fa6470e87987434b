import type { HookEvent, Json } from '../event.ts';

/** Why there is no event. `hint` says what would have been known instead. */
export interface Refused {
  readonly kind: 'refused';
  readonly message: string;
  readonly hint: string | null;
  /** Whether it is whoever sent it who may not, whatever is sent. */
  readonly isForbidden: boolean;
}

/** An event, or why there is none. */
export type Intaken = { readonly kind: 'event'; readonly event: HookEvent } | Refused;

/** Characters of a wrong value that are repeated. */
export const MAX_SHOWN = 40;

/** Refuses what was sent. */
export function refuse(message: string, hint: string | null = null): Refused {
  return { kind: 'refused', message, hint, isForbidden: false };
}

/** Refuses what this sender may not send. */
export function forbid(message: string): Refused {
  return { kind: 'refused', message, hint: null, isForbidden: true };
}

/** Names a wrong value without repeating one that may be long. */
export function describe(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'string'
    ? `"${value.slice(0, MAX_SHOWN)}"`
    : typeof value === 'object'
      ? 'an object'
      : String(value);
}
