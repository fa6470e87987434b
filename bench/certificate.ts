import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a certificate that nobody vouches for, with its key, of the kind most servers have: an elliptic curve. */
export function createCertificate(): { readonly cert: Buffer; readonly key: Buffer } {
  const dir = mkdtempSync(join(tmpdir(), 'hookline-bench-'));
  try {
    const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
    execFileSync('openssl', ['req', '-x509', '-subj', '/CN=localhost', ...curve, '-out', cert], {
      stdio: 'pipe',
    });
    return { cert: readFileSync(cert), key: readFileSync(key) };
  } finally {
    rmSync(dir, { recursive: true });
  }
}
