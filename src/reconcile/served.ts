import { hash } from 'node:crypto';
import type { LoadedFile } from '../definitions/definition.ts';
import type { KeptSet } from '../definitions/last-good.ts';
import { type FileSet, toSetRevision } from '../definitions/reader.ts';
import type { HeldFile } from './held.ts';

/** What stands between the revision that was read and the digest of what is served in place of it. */
const HELD = '+held@sha256:';
/** Hex digits of that digest. */
const DIGITS = 16;
/** At its end only: what stands before may be the name of a branch, which is of anyone's choice. */
const HELD_ENDING = /\+held@sha256:[0-9a-f]{16}$/;

/** What is served of a set, and by which revisions. */
type Served = Pick<KeptSet, 'revision' | 'sources'>;

/**
 * The revisions of what goes live. A revision is that of the bytes served: where files are held back at another version,
 * the revision of their source says so and has a digest of what is served.
 */
export function toServed(
  { sources }: FileSet,
  { files, held }: { readonly files: readonly LoadedFile[]; readonly held: readonly HeldFile[] },
): Served {
  const served = new Map(
    sources.flatMap(({ name, revision, commit }) => {
      if (revision === null) return [];
      const own = held.filter(({ owner }) => owner === name);
      return [[name, { revision: toServedRevision(revision, files, own), commit }]];
    }),
  );
  const revisions = sources.map(({ name }) => [name, served.get(name)?.revision ?? null] as const);
  return { revision: toSetRevision(revisions), sources: served };
}

/** The revision that was read, of one that is served. */
export function toReadRevision(revision: string): string {
  return revision.replace(HELD_ENDING, '');
}

function toServedRevision(revision: string, files: readonly LoadedFile[], held: readonly HeldFile[]): string {
  if (held.length === 0) return revision;
  const digests = new Map(files.map(({ file, digest }) => [file, digest]));
  const lines = held.map(({ file }) => [file, digests.get(file) ?? null]);
  return `${revision}${HELD}${hash('sha256', JSON.stringify(lines), 'hex').slice(0, DIGITS)}`;
}
