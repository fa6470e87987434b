import { basename } from 'node:path';
import { validRange } from 'semver';
import { compareTexts } from './order.ts';
import { hideUsers } from './shown-url.ts';
import type {
  CommitStatusSettings,
  GitAuth,
  GitRef,
  GitSettings,
  GitVerify,
  ReceiverSettings,
  SourceSettings,
} from './source-settings.ts';

/** A source in the shape of the file, with its defaults. */
export interface SourceFileSettings {
  readonly dir?: string;
  readonly git?: GitFileSettings;
  readonly name?: string;
  readonly prefix: string | null;
}

/** A repository in the shape of the file, with its defaults. */
interface GitFileSettings {
  readonly url: string;
  readonly ref: string | Readonly<Partial<Record<RefKey | 'tag_prefix', string>>> | null;
  readonly path: string;
  readonly interval: number;
  readonly jitter: number;
  readonly timeout: number;
  readonly auth: Readonly<Partial<Record<AuthKey, string>>> | null;
  readonly proxy: string | null;
  readonly verify: {
    readonly mode: GitVerify['mode'];
    readonly gpg_keys: readonly string[];
    readonly ssh_signers: readonly string[];
  } | null;
  readonly allow_rewind: boolean | null;
  readonly commit_status: (Omit<CommitStatusSettings, 'api'> & { readonly api: string | null }) | null;
}

type RefKey = 'branch' | 'tag' | 'semver' | 'commit';
type AuthKey = 'username' | 'password' | 'token' | 'ssh_key' | 'known_hosts';

const PUBLIC_APIS: Readonly<Record<CommitStatusSettings['host'], string | null>> = {
  github: 'https://api.github.com',
  gitlab: 'https://gitlab.com/api/v4',
  gitea: null,
};
const AUTH_SETS: readonly (readonly AuthKey[])[] = [
  ['username', 'password'],
  ['token'],
  ['ssh_key', 'known_hosts'],
];
/** Written `user@host:path`; a colon after a slash is part of a path. */
const SCP_FORM = /^(?:[^\s:/@]+@)?[^\s:/@]{2,}:(?!\/\/)/;
const ANY_URL = /^[a-z][a-z0-9+.-]*:\/\//i;
const URL_FORM = /^(?:https?|ssh|git|file):\/\//;

/** Whether a text that may be a directory is the URL of a repository. */
function isGitUrl(text: string): boolean {
  return URL_FORM.test(text) || /^[^\s:/@]+@[^\s:/@]+:/.test(text);
}

/** A directory or, with its branch after a #, a repository: as on the command line. */
export function toSourceShorthand(text: string): { dir: string } | { git: { url: string; ref?: string } } {
  if (!isGitUrl(text)) return { dir: text };
  const [url = text, ...ref] = text.split('#');
  return { git: ref.length === 0 ? { url } : { url, ref: ref.join('#') } };
}

/** What is wrong with sources and receivers beyond their shape, a sentence each. */
export function findSourceMistakes(
  sources: readonly SourceFileSettings[],
  receivers: readonly ReceiverSettings[],
): readonly string[] {
  const names = sources.map(toName);
  return [
    ...sources.flatMap((source, index) => findMistakes(source, `sources.${index}`)),
    ...findRepeated(names).map((name) => `two sources are called "${name}": give one another "name"`),
    ...findNested(sources),
    ...findSharedStatuses(sources),
    ...findRepeated(receivers.map(({ name }) => name)).map((name) => `two receivers are called "${name}"`),
    ...receivers.flatMap(({ name, sources: asked }) =>
      (asked ?? [])
        .filter((source) => !names.includes(source))
        .map(
          (source) => `receiver "${name}" is for source "${source}", which is none of ${names.join(', ')}`,
        ),
    ),
  ];
}

/** Sources as settings have them, complete and frozen. */
export function toSourceSettings(sources: readonly SourceFileSettings[]): readonly SourceSettings[] {
  return Object.freeze(
    sources.map((source): SourceSettings => {
      const { dir, git, prefix } = source;
      const name = toName(source);
      return Object.freeze(
        git === undefined ? { kind: 'dir', name, prefix, dir: dir ?? '' } : { name, prefix, ...toGit(git) },
      );
    }),
  );
}

function toGit(git: GitFileSettings): Omit<GitSettings, 'name' | 'prefix'> {
  const { url, ref, path, interval, jitter, timeout, auth, proxy, verify, allow_rewind, commit_status } = git;
  return {
    kind: 'git',
    url,
    ref: toRef(ref),
    path: path
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/'),
    intervalMs: interval * 1000,
    jitter,
    timeoutMs: timeout * 1000,
    auth: toAuth(auth),
    proxy,
    verify:
      verify === null
        ? null
        : { mode: verify.mode, gpgKeys: verify.gpg_keys, sshSigners: verify.ssh_signers },
    allowRewind: allow_rewind ?? verify === null,
    commitStatus: commit_status === null ? null : { ...commit_status, api: toApi(commit_status) },
  };
}

/** Paths are put behind it, so it ends without a slash. */
function toApi({ host, api }: NonNullable<GitFileSettings['commit_status']>): string {
  return (api ?? PUBLIC_APIS[host] ?? '').replace(/\/+$/, '');
}

function toRef(ref: GitFileSettings['ref']): GitRef {
  if (ref === null) return { kind: 'head' };
  if (typeof ref === 'string') return { kind: 'branch', name: ref };
  if (ref.branch !== undefined) return { kind: 'branch', name: ref.branch };
  if (ref.tag !== undefined) return { kind: 'tag', name: ref.tag };
  if (ref.commit !== undefined) return { kind: 'commit', sha: ref.commit };
  return { kind: 'semver', range: ref.semver ?? '*', tagPrefix: ref.tag_prefix ?? '' };
}

function toAuth(auth: GitFileSettings['auth']): GitAuth | null {
  if (auth === null) return null;
  const { username = '', password = '', token, ssh_key: key, known_hosts: knownHosts = '' } = auth;
  if (token !== undefined) return { kind: 'bearer', token };
  return key === undefined ? { kind: 'basic', username, password } : { kind: 'ssh', key, knownHosts };
}

/** As named, or the last part of the path or URL without what a name may not hold. */
function toName({ name, dir, git }: SourceFileSettings): string {
  if (name !== undefined) return name;
  const last = basename(
    hideUsers(git?.url ?? dir ?? '')
      .replace(/[/:]+$/, '')
      .replaceAll(':', '/'),
  ).replace(/\.git$/, '');
  return last.replace(/^[^A-Za-z0-9]+/, '').replaceAll(/[^A-Za-z0-9._-]/g, '-') || 'hooks';
}

function findMistakes({ dir, git }: SourceFileSettings, at: string): readonly string[] {
  if (git === undefined) return findDirMistake(dir, at);
  if (dir !== undefined) return [`"${at}" has dir and git: one source is one of them`];
  return [
    ...findUrlMistake(git.url, `${at}.git.url`),
    ...findRefMistake(git.ref, `${at}.git.ref`),
    ...findAuthMistake(git, `${at}.git.auth`),
    ...findVerifyMistake(git, `${at}.git`),
    ...(git.path.split('/').includes('..') ? [`"${at}.git.path" must stay inside the repository`] : []),
    ...findStatusMistake(git.commit_status, `${at}.git.commit_status`),
  ];
}

/** A URL whose protocol is mistyped is taken for a directory, and would be shown as one, token and all. */
function findDirMistake(dir: string | undefined, at: string): readonly string[] {
  if (dir === undefined) return [`"${at}" needs dir or git`];
  return ANY_URL.test(dir) ? [`"${at}.dir" is a URL, and of none of https, http, ssh, git and file`] : [];
}

function findStatusMistake(status: GitFileSettings['commit_status'], at: string): readonly string[] {
  if (status === null) return [];
  if (status.api === null) return status.host === 'gitea' ? [`"${at}.api" must be set for gitea`] : [];
  return hideUsers(status.api) === status.api ? [] : [`"${at}.api" names a user: the token goes into token`];
}

function findUrlMistake(url: string, at: string): readonly string[] {
  if (!URL_FORM.test(url))
    return SCP_FORM.test(url) && !url.startsWith('-') && !url.includes('::')
      ? []
      : [`"${at}" must be a URL of https, http, ssh, git or file, or user@host:path`];
  const parsed = URL.parse(url);
  if (parsed === null) return [`"${at}" is no URL`];
  return parsed.password === '' ? [] : [`"${at}" holds a password: put it into auth, as a reference`];
}

function findRefMistake(ref: GitFileSettings['ref'], at: string): readonly string[] {
  const names = ref === null ? [] : typeof ref === 'string' ? [ref] : [ref.branch, ref.tag];
  const isWrong = names.some((name) => name !== undefined && !isRefName(name));
  if (isWrong) return [`"${at}" is no name of a branch or tag`];
  if (ref === null || typeof ref === 'string') return [];
  if (ref.semver !== undefined && validRange(ref.semver) === null)
    return [`"${at}.semver" is no range of versions: got "${ref.semver}"`];
  const { tag_prefix, ...kinds } = ref;
  if (Object.keys(kinds).length !== 1) return [`"${at}" must have one of branch, tag, semver and commit`];
  return tag_prefix !== undefined && ref.semver === undefined
    ? [`"${at}.tag_prefix" goes with semver only`]
    : [];
}

/** git-check-ref-format(1), as far as a name could be taken for something else. */
function isRefName(name: string): boolean {
  return (
    /^[^-/\s\p{Cc}~^:?*[\\][^\s\p{Cc}~^:?*[\\]*$/u.test(name) && !/\.\.|@\{|\/\/|\.lock$|[/.]$/.test(name)
  );
}

function findAuthMistake({ auth, url }: GitFileSettings, at: string): readonly string[] {
  if (auth === null) return [];
  const keys = Object.keys(auth).sort(compareTexts);
  const set = AUTH_SETS.find((names) => names.toSorted(compareTexts).join() === keys.join());
  if (set === undefined)
    return [`"${at}" must have username and password, or token, or ssh_key and known_hosts`];
  const isHttp = /^https?:/.test(url);
  const isSsh = url.startsWith('ssh://') || !URL_FORM.test(url);
  if (set.includes('ssh_key')) return isSsh ? [] : [`"${at}.ssh_key" goes with ssh only`];
  return isHttp ? [] : [`"${at}" has credentials of HTTP, but the URL is none`];
}

function findVerifyMistake({ verify, ref }: GitFileSettings, at: string): readonly string[] {
  if (verify === null) return [];
  const hasKeys = verify.gpg_keys.length + verify.ssh_signers.length > 0;
  const isTag = ref !== null && typeof ref !== 'string' && (ref.tag ?? ref.semver) !== undefined;
  return [
    ...(hasKeys ? [] : [`"${at}.verify" needs gpg_keys or ssh_signers`]),
    ...(verify.mode === 'tag' && !isTag ? [`"${at}.verify.mode" is tag, but "${at}.ref" is none`] : []),
  ];
}

/** A prefix in another's would have two owners. */
function findNested(sources: readonly SourceFileSettings[]): readonly string[] {
  return sources.flatMap(({ prefix }, index) =>
    sources
      .slice(index + 1)
      .filter(
        (other) =>
          prefix !== null &&
          other.prefix !== null &&
          (prefix.startsWith(other.prefix) || other.prefix.startsWith(prefix)),
      )
      .map((other) => `prefixes "${prefix}" and "${other.prefix}" of two sources overlap`),
  );
}

/** Two that post under one name would take each other's word back. */
function findSharedStatuses(sources: readonly SourceFileSettings[]): readonly string[] {
  const statuses = sources.flatMap(({ git }) => git?.commit_status ?? []);
  const targets = statuses.map((one) => JSON.stringify([toApi(one), one.repository, one.context]));
  return statuses
    .filter((_, index) => targets.indexOf(targets[index] ?? '') !== index)
    .map(
      ({ context, repository }) =>
        `two sources post the status "${context}" of "${repository}": give one another "context"`,
    );
}

function findRepeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
