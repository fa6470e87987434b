import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir } from './temp-dir.ts';

/** A certificate with its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Somebody whose word for certificates can be taken. */
export interface Authority {
  /** Its own certificate, in PEM. */
  readonly ca: string;
  /** A certificate for a name; it is good for 127.0.0.1 and localhost too, as a server's and as a client's. */
  issue(name: string): Certificate;
}

/** Makes an authority with openssl, of a key and a name of its own. */
export function createAuthority(name = 'Test authority'): Authority {
  const { cert: ca, key: caKey } = request([
    '-x509',
    '-subj',
    `/CN=${name}`,
    '-addext',
    'basicConstraints=critical,CA:TRUE',
  ]);
  return {
    ca,
    issue(subject) {
      using dir = createTempDir();
      const [caFile, caKeyFile] = [dir.write('ca.pem', ca), dir.write('ca-key.pem', caKey)];
      return request([
        '-x509',
        ...['-CA', caFile, '-CAkey', caKeyFile],
        ...['-subj', `/CN=${subject}`],
        ...['-addext', `subjectAltName=DNS:${subject},DNS:localhost,IP:127.0.0.1`],
        ...['-addext', 'basicConstraints=critical,CA:FALSE'],
      ]);
    },
  };
}

/** Runs `openssl req` for a new key of an elliptic curve: quick to make. */
function request(args: readonly string[]): Certificate {
  using dir = createTempDir();
  const [certFile, keyFile] = [join(dir.path, 'cert.pem'), join(dir.path, 'key.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', ...key, ...args, '-days', '30', '-out', certFile], { stdio: 'pipe' });
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}
