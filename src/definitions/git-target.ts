import { distance } from 'fastest-levenshtein';
import { compareBuild, parse, type SemVer, satisfies } from 'semver';
import { compareTexts } from '../order.ts';
import type { GitRef } from '../source-settings.ts';
import { toPrintable } from './printable.ts';
import { SourceError } from './source.ts';

/** What a remote said it has. */
export interface RemoteRefs {
  /** Objects by the full name of their ref; what an annotated tag points at is under its name with `^{}`. */
  readonly oids: ReadonlyMap<string, string>;
  /** Full name of the branch HEAD stands for; null when the remote did not say. */
  readonly head: string | null;
}

/** What is followed, found in a remote. */
export interface GitTarget {
  /** How the revision begins: the name of a branch or tag, `commit`, or `HEAD` for a default branch of no plain name. */
  readonly label: string;
  /** The commit. */
  readonly sha: string;
  /** The object to fetch: the commit, or the annotated tag of it. */
  readonly oid: string;
  /** Null unless a tag is followed. */
  readonly tagName: string | null;
}

/** Of SHA-1 or SHA-256. */
const OID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const SHA1_DIGITS = 40;
/**
 * A name the remote chose may stand in a revision when neither what reads one, nor a terminal, nor a shell that somebody
 * pastes `hookline confirm` into takes a part of it for something else.
 */
const PLAIN_NAME = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._/+@#=-]{0,199}$/u;
/** The parser of versions takes blanks around them too. */
const VERSION = /^[0-9A-Za-z.+-]+$/;
const HEADS = 'refs/heads/';
const TAGS = 'refs/tags/';
/** Refs that are named where the one that was asked for is missing, and characters of each. */
const MAX_NAMED = 5;
const MAX_SHOWN = 100;

/** The command that lists what a ref is found by, and no more: a remote may have a ref for every change ever proposed. */
export function toListing(ref: Exclude<GitRef, { readonly kind: 'commit' }>): readonly string[] {
  const ending = ['--end-of-options', 'origin'];
  if (ref.kind === 'head') return ['ls-remote', '--symref', ...ending, 'HEAD'];
  return ['ls-remote', ref.kind === 'branch' ? '--heads' : '--tags', ...ending];
}

/** Reads what `git ls-remote` printed. */
export function parseRemoteRefs(text: string): RemoteRefs {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const symbolic = lines.find(([value, name]) => name === 'HEAD' && value?.startsWith('ref: '));
  const oids = lines.flatMap(([value = '', name]): [string, string][] =>
    name !== undefined && OID.test(value) ? [[name, value]] : [],
  );
  return { oids: new Map(oids), head: symbolic?.[0]?.slice('ref: '.length) ?? null };
}

/**
 * Finds what is followed. Throws SourceError RefNotFound that names what is there instead, and FetchFailed for a repository
 * that names its objects by SHA-256: the mirror could hold none of them.
 */
export function findTarget(ref: GitRef, { refs, url }: { refs: RemoteRefs; url: string }): GitTarget {
  const [anyOid] = refs.oids.values();
  if (anyOid !== undefined && anyOid.length !== SHA1_DIGITS)
    throw new SourceError(
      'FetchFailed',
      `Cannot follow "${url}": it names objects by SHA-256, only SHA-1 can be followed`,
    );
  switch (ref.kind) {
    case 'commit':
      return { label: 'commit', sha: ref.sha, oid: ref.sha, tagName: null };
    case 'head':
      return findHead(refs, url);
    case 'branch': {
      const oid = refs.oids.get(HEADS + ref.name);
      if (oid !== undefined) return { label: ref.name, sha: oid, oid, tagName: null };
      throw notFound(`branch "${ref.name}"`, { url, known: toNames(refs, HEADS), wanted: ref.name });
    }
    case 'tag': {
      const target = toTagTarget(refs, ref.name);
      if (target !== null) return target;
      throw notFound(`tag "${ref.name}"`, { url, known: toNames(refs, TAGS), wanted: ref.name });
    }
    case 'semver':
      return findVersion(ref, { refs, url });
  }
}

function findHead(refs: RemoteRefs, url: string): GitTarget {
  const oid = refs.oids.get('HEAD');
  if (oid === undefined)
    throw new SourceError(
      'RefNotFound',
      `Cannot find the default branch of "${url}": it has no commits there`,
    );
  const name = refs.head?.startsWith(HEADS) === true ? refs.head.slice(HEADS.length) : '';
  const label = PLAIN_NAME.test(name) ? name : 'HEAD';
  return { label, sha: oid, oid, tagName: null };
}

function toTagTarget({ oids }: RemoteRefs, name: string): GitTarget | null {
  const oid = oids.get(TAGS + name);
  return oid === undefined
    ? null
    : { label: name, sha: oids.get(`${TAGS}${name}^{}`) ?? oid, oid, tagName: name };
}

function findVersion(
  { range, tagPrefix }: Extract<GitRef, { readonly kind: 'semver' }>,
  { refs, url }: { readonly refs: RemoteRefs; readonly url: string },
): GitTarget {
  const names = toNames(refs, TAGS).filter(
    (name) => name.startsWith(tagPrefix) && VERSION.test(name.slice(tagPrefix.length)),
  );
  const [highest] = names
    .map((name): readonly [string, SemVer | null] => [name, parse(name.slice(tagPrefix.length))])
    .filter((pair): pair is readonly [string, SemVer] => pair[1] !== null && satisfies(pair[1], range))
    // Two names of one version (1.0.0, v1.0.0) have an order too: every look must find the same.
    .sort(([a, one], [b, other]) => compareBuild(other, one) || compareTexts(a, b));
  const target = highest === undefined ? null : toTagTarget(refs, highest[0]);
  if (target !== null) return target;
  const asked = tagPrefix === '' ? '' : ` that begins with "${tagPrefix}"`;
  throw notFound(`a tag in "${range}"${asked}`, { url, known: names, wanted: `${tagPrefix}${range}` });
}

/** Names of branches or tags, without what tags point at. */
function toNames({ oids }: RemoteRefs, below: string): readonly string[] {
  return [...oids.keys()]
    .filter((name) => name.startsWith(below) && !name.endsWith('^{}'))
    .map((name) => name.slice(below.length));
}

function notFound(
  what: string,
  {
    url,
    known,
    wanted,
  }: { readonly url: string; readonly known: readonly string[]; readonly wanted: string },
): SourceError {
  const near = known
    .map((name) => ({ name, far: distance(name, wanted) }))
    .sort((a, b) => a.far - b.far || compareTexts(a.name, b.name))
    .slice(0, MAX_NAMED)
    .map(({ name }) => toShown(name));
  const more = known.length > near.length ? ` and ${known.length - near.length} more` : '';
  const there = near.length === 0 ? 'it has none' : `it has ${near.join(', ')}${more}`;
  return new SourceError('RefNotFound', `Cannot find ${what} in "${url}": ${there}`);
}

function toShown(name: string): string {
  return toPrintable(name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name);
}
