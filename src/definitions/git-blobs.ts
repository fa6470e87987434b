import { hash } from 'node:crypto';
import { MAX_FILE_BYTES } from './file-text.ts';
import { type Git, GitError } from './git-runner.ts';
import { SourceError } from './source.ts';

/** What to read, in what time. */
export interface BlobOptions {
  /** Hex names of blobs that are in the mirror. */
  readonly oids: readonly string[];
  readonly timeoutMs: number;
}

/** Bytes that are taken in at once: no set of hooks has so many, and the memory does. */
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;

/** Digits of a name by SHA-256; any other is one by SHA-1. */
const SHA256_DIGITS = 64;

/** The name git gives a blob, in a repository that names objects by SHA-1 unless said otherwise. */
export function toBlobOid(bytes: Buffer, algorithm: 'sha1' | 'sha256' = 'sha1'): string {
  return hash(algorithm, Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]), 'hex');
}

/**
 * Reads blobs by name, and makes sure that each has the bytes its name stands for. Of one that is too large for a file of
 * definitions a byte more than is allowed is read. Rejects with GitError, and with SourceError Unreadable when there is
 * too much in all.
 */
export async function readBlobs(git: Git, options: BlobOptions): Promise<ReadonlyMap<string, Buffer>> {
  const { oids, timeoutMs } = options;
  const sizes = await readSizes(git, options);
  const small = oids.filter((oid) => (sizes.get(oid) ?? 0) <= MAX_FILE_BYTES);
  const large = oids.filter((oid) => (sizes.get(oid) ?? 0) > MAX_FILE_BYTES);
  const total = small.reduce((sum, oid) => sum + (sizes.get(oid) ?? 0), large.length * MAX_FILE_BYTES);
  if (total > MAX_TOTAL_BYTES)
    throw new SourceError('Unreadable', `Cannot read the definitions: they have ${total} bytes in all`);
  const blobs = new Map(await readSmall(git, { oids: small, sizes, timeoutMs }));
  for (const oid of large) {
    const args = ['cat-file', 'blob', oid];
    blobs.set(oid, (await git.run({ args, timeoutMs, maxBytes: MAX_FILE_BYTES + 1 })).stdout);
  }
  return blobs;
}

async function readSizes(git: Git, { oids, timeoutMs }: BlobOptions): Promise<ReadonlyMap<string, number>> {
  const args = ['cat-file', '--batch-check'];
  const { stdout, stderr } = await git.run({ args, input: toInput(oids), timeoutMs });
  const lines = stdout.toString('utf8').trimEnd().split('\n');
  const sizes = lines.map((line): readonly [string, number] => {
    const [oid = '', type, size] = line.split(' ');
    if (type !== 'blob' && line !== '') throw broken(`it has no blob ${oid}`, { stdout, stderr });
    return [oid, Number(size)];
  });
  return new Map(sizes);
}

/** `<oid> blob <size>\n<bytes>\n` each, in the order asked for. */
async function readSmall(
  git: Git,
  { oids, sizes, timeoutMs }: BlobOptions & { readonly sizes: ReadonlyMap<string, number> },
): Promise<readonly (readonly [string, Buffer])[]> {
  if (oids.length === 0) return [];
  const args = ['cat-file', '--batch'];
  const maxBytes = Number.POSITIVE_INFINITY;
  const { stdout, stderr } = await git.run({ args, input: toInput(oids), timeoutMs, maxBytes });
  let from = 0;
  return oids.map((oid) => {
    const start = stdout.indexOf('\n', from) + 1;
    const end = start + (sizes.get(oid) ?? 0);
    from = end + 1;
    // A copy: a part of the whole would keep all of it in memory for as long as one file lives.
    const bytes = Buffer.from(stdout.subarray(start, end));
    const algorithm = oid.length === SHA256_DIGITS ? 'sha256' : 'sha1';
    if (toBlobOid(bytes, algorithm) !== oid) throw broken(`blob ${oid} has other bytes`, { stdout, stderr });
    return [oid, bytes];
  });
}

function toInput(oids: readonly string[]): string {
  return oids.map((oid) => `${oid}\n`).join('');
}

function broken(why: string, about: Pick<GitError, 'stdout' | 'stderr'>): GitError {
  return new GitError(why, { ...about, exitCode: 0, timedOut: false, interrupted: false });
}
