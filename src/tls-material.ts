import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { toMessage } from './errors.ts';

/** Certificates and a key, in PEM; null: there is none. */
export interface TlsMaterial {
  /** Whose certificates are good, one or several. */
  readonly ca: string | null;
  /** The own certificate, with those between it and its authority behind it. */
  readonly cert: string | null;
  readonly key: string | null;
}

/** Something that keeps certificates and a key from being used. */
export interface TlsFault {
  readonly part: keyof TlsMaterial;
  /** Goes on after the name of the part. No text of a key is in it. */
  readonly message: string;
}

/** None has the beginning of another in it: so one that does not end is not looked for to the end of the text. */
const CERTIFICATE =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----(?:(?!-----BEGIN [A-Z0-9 ]*CERTIFICATE-----)[\s\S])+?-----END [A-Z0-9 ]*CERTIFICATE-----/g;
const BEGINNINGS = /-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/g;

/** Everything that is wrong with certificates and a key, each by itself and with each other; empty: they can be used. */
export function findTlsFaults({ ca, cert, key }: TlsMaterial): readonly TlsFault[] {
  const authorities = ca === null ? [] : parseCertificates(ca);
  const certificates = cert === null ? [] : parseCertificates(cert);
  const privateKey = key === null ? null : parseKey(key);
  const faults = [
    ...toFault('ca', authorities),
    ...toFault('cert', certificates),
    ...toFault('key', privateKey),
  ];
  if (typeof certificates === 'string' || privateKey === null || typeof privateKey === 'string')
    return faults;
  const isOther = certificates[0]?.checkPrivateKey(privateKey) === false;
  return isOther ? [...faults, { part: 'key', message: 'is not the key of the certificate' }] : faults;
}

/** Certificates and a key as TLS is configured with them: the machine's own authorities where there are none. */
export function toTlsOptions({ ca, cert, key }: TlsMaterial): {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
} {
  return { ...(ca === null ? {} : { ca }), ...(cert === null || key === null ? {} : { cert, key }) };
}

/** What came of reading a part; a string says why it cannot be. */
type Read<T> = T | string;

function toFault(part: TlsFault['part'], read: unknown): readonly TlsFault[] {
  return typeof read === 'string' ? [{ part, message: read }] : [];
}

/** A file that is still being written ends within a certificate. */
function parseCertificates(pem: string): Read<readonly X509Certificate[]> {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) return 'has no certificate in PEM';
  if (blocks.length !== (pem.match(BEGINNINGS) ?? []).length) return 'has a certificate that does not end';
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    return `has a certificate that cannot be read: ${toMessage(error)}`;
  }
}

/** The words of OpenSSL for a key that wants a passphrase depend on how it is encrypted. */
function parseKey(pem: string): Read<KeyObject> {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem))
    return 'is encrypted: give it without a passphrase';
  try {
    return createPrivateKey(pem);
  } catch {
    return 'has no private key in PEM';
  }
}
