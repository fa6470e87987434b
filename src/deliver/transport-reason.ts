import { SecretError } from '../secrets/reference.ts';
import { EgressRefusedError } from './egress.ts';
import type { TransportReason } from './http-client.ts';

/** The name could not be resolved (c-ares and getaddrinfo). */
const DNS = /^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/;
/** Nothing answers at the address. */
const CONNECT =
  /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ETIMEDOUT|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/;
/** Node's and OpenSSL's words for a handshake or a certificate that is no good. */
const TLS =
  /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA)/;

/** Why a connection gave no answer, from what Node or undici threw. */
export function toTransportReason(error: Error): TransportReason {
  if (error instanceof EgressRefusedError) return 'egress_refused';
  if (error instanceof SecretError) return 'secret';
  const first = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined;
  const { code = '' } = (first ?? error) as NodeJS.ErrnoException;
  if (DNS.test(code)) return 'dns';
  if (CONNECT.test(code)) return 'connect';
  return TLS.test(code) ? 'tls' : 'transport';
}
