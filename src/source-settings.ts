/**
 * Where definitions come from, as settings say it: complete, with every default filled in. What may be a reference
 * (`{vault://…}`) is resolved at use, so that what was rotated is good at the next fetch.
 */
export type SourceSettings = DirSettings | GitSettings;

/** What every source has. */
interface SourceBase {
  /** Unique; shown with its problems and its status. */
  readonly name: string;
  /** Names of its hooks must begin so, and those of no other source may. Null: it owns none. */
  readonly prefix: string | null;
}

/** A directory. */
export interface DirSettings extends SourceBase {
  readonly kind: 'dir';
  readonly dir: string;
}

/** A git repository. */
export interface GitSettings extends SourceBase {
  readonly kind: 'git';
  /** https, http, ssh (also `user@host:path`), git or file; holds no password. */
  readonly url: string;
  readonly ref: GitRef;
  /** Directory of definitions in the repository, with `/`; empty: all of it. */
  readonly path: string;
  /** Milliseconds between two looks at the remote. */
  readonly intervalMs: number;
  /** 0 to 1: share of the interval that is random, to either side. */
  readonly jitter: number;
  /** Milliseconds one git command may take. */
  readonly timeoutMs: number;
  readonly auth: GitAuth | null;
  /** URL of an HTTP or SOCKS proxy; may be a reference. Null: what the environment says. */
  readonly proxy: string | null;
  readonly verify: GitVerify | null;
  /** Whether a revision may go live that does not descend from the one that is. */
  readonly allowRewind: boolean;
  readonly commitStatus: CommitStatusSettings | null;
}

/** What is followed. */
export type GitRef =
  /** The remote's default branch. */
  | { readonly kind: 'head' }
  | { readonly kind: 'branch'; readonly name: string }
  | { readonly kind: 'tag'; readonly name: string }
  /** The highest tag in a range, of those that begin with `tagPrefix`. */
  | { readonly kind: 'semver'; readonly range: string; readonly tagPrefix: string }
  /** Full, hex. */
  | { readonly kind: 'commit'; readonly sha: string };

/** How a remote is told who asks. Every string may be a reference. */
export type GitAuth =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
  /** A private key without a passphrase, and lines of known_hosts. */
  | { readonly kind: 'ssh'; readonly key: string; readonly knownHosts: string };

/** Whose signature a revision needs. */
export interface GitVerify {
  /** Whether the commit or the tag that is followed has to be signed. */
  readonly mode: 'commit' | 'tag';
  /** Armored public keys of GPG; each may be a reference. */
  readonly gpgKeys: readonly string[];
  /** Lines of an allowed signers file (ssh-keygen(1)); each may be a reference. */
  readonly sshSigners: readonly string[];
}

/** Where the state of a commit is said. */
export interface CommitStatusSettings {
  readonly host: 'github' | 'gitlab' | 'gitea';
  /** Of the host's API, without a slash at its end. */
  readonly api: string;
  /** `owner/name`, or the path of a GitLab project. */
  readonly repository: string;
  /** May be a reference. */
  readonly token: string;
  /** What the status is called there. */
  readonly context: string;
}

/** Who may say that something was pushed. */
export interface ReceiverSettings {
  /** Last part of its path. */
  readonly name: string;
  readonly type: 'github' | 'gitlab' | 'gitea' | 'bitbucket' | 'generic';
  /** May be a reference. */
  readonly secret: string;
  /** Names of the sources to look at. Null: all. */
  readonly sources: readonly string[] | null;
}
