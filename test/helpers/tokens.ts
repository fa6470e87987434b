import { hash } from 'node:crypto';
import type { TokenFileSettings } from '../../src/token-settings.ts';

/** A token of a test: as settings declare it, and as a request has it. */
export interface DeclaredToken {
  readonly token: string;
  readonly settings: Partial<TokenFileSettings>;
  readonly headers: { readonly authorization: string };
}

/** Declares a token by its hash; it may send events unless other scopes are said. */
export function declareToken(name: string, limits: Partial<TokenFileSettings> = {}): DeclaredToken {
  const token = `hkl_${name}`.padEnd(47, '0');
  return {
    token,
    settings: { name, hash: `sha256:${hash('sha256', token, 'hex')}`, scopes: ['emit'], ...limits },
    headers: { authorization: `Bearer ${token}` },
  };
}
