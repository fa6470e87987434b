import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Clock, Timer } from '../clock.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { TlsSettings } from '../settings-tls.ts';
import { findTlsFaults, type TlsMaterial, toTlsOptions } from '../tls-material.ts';

/** What certificates are followed with. */
export interface TlsParts {
  readonly files: TlsSettings;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error' | 'info'>;
}

/** Certificates of a server. */
export interface ServerTls {
  /** As they are now, for a server of TLS. */
  readonly options: SecureContextOptions & {
    readonly requestCert: boolean;
    readonly rejectUnauthorized: boolean;
  };
  /** Calls back with new ones whenever the files hold others that can be used. Answers what ends that. */
  follow(onChange: (options: SecureContextOptions) => void): () => void;
}

/** How often the files are looked at. Events of files would be sooner, but are missed by some mounts. */
const LOOK_MS = 10_000;
/** What has changed has to be the same a moment later: certificate and key are written one after the other. */
const SETTLE_MS = 1_000;
const MIN_VERSION = 'TLSv1.2';

/** What the files held at one time. */
interface Look {
  /** Tells it from another. */
  readonly digest: string;
  /** Says whether it can be used: asked only of what is new. */
  readonly judge: () => Judged;
}

type Judged = { readonly options: SecureContextOptions } | { readonly fault: string };

/** Reads the certificates of a server. Rejects with `usage` when they cannot be used. */
export async function openTls({ files, clock, logger }: TlsParts): Promise<ServerTls> {
  const first = await look(files);
  const judged = first.judge();
  if ('fault' in judged) throw new HooklineError('usage', `Cannot serve over TLS: ${judged.fault}`);
  const isMutual = files.clientCa !== null;
  return {
    options: { ...judged.options, requestCert: isMutual, rejectUnauthorized: isMutual },
    follow: (onChange) => follow({ files, clock, logger }, { first, onChange }),
  };
}

/** Looks at the files again and again. Certificates that cannot be used are said once, and those before serve on. */
function follow(
  { files, clock, logger }: TlsParts,
  { first, onChange }: { readonly first: Look; onChange(options: SecureContextOptions): void },
): () => void {
  let judged = first.digest;
  let seen: string | null = null;
  let timer: Timer | null = null;
  let ended = false;

  function take({ digest, judge }: Look): void {
    judged = digest;
    const found = judge();
    const cert = files.cert;
    if ('fault' in found) {
      logger.error(
        { err: found.fault, cert },
        'cannot use the changed certificate, the one before serves on',
      );
      return;
    }
    onChange(found.options);
    logger.info({ cert }, 'serving with the changed certificate');
  }

  async function lookAgain(): Promise<void> {
    const now = await look(files);
    if (ended) return;
    const isNew = now.digest !== judged;
    const isSettled = now.digest === seen;
    seen = now.digest;
    if (isNew && isSettled) take(now);
    wait(isNew && !isSettled ? SETTLE_MS : LOOK_MS);
  }

  function wait(ms: number): void {
    timer = clock.setTimer(ms, () => void lookAgain());
  }

  wait(LOOK_MS);
  return () => {
    ended = true;
    timer?.cancel();
  };
}

/** Reads. Never rejects. */
async function look({ cert, key, clientCa }: TlsSettings): Promise<Look> {
  const paths = { ca: clientCa, cert, key };
  try {
    const [ca, certificate, privateKey] = await Promise.all([
      readPart(clientCa),
      readPart(cert),
      readPart(key),
    ]);
    const material: TlsMaterial = { ca, cert: certificate, key: privateKey };
    return { digest: toDigest(material), judge: () => judge(material, paths) };
  } catch (error) {
    const fault = `cannot read its files: ${toMessage(error)}`;
    return { digest: toDigest(fault), judge: () => ({ fault }) };
  }
}

function readPart(path: string | null): Promise<string> | null {
  return path === null ? null : readFile(path, 'utf8');
}

function toDigest(value: TlsMaterial | string): string {
  return hash('sha256', JSON.stringify(value), 'base64url');
}

/** Never throws. */
function judge(material: TlsMaterial, paths: Readonly<Record<keyof TlsMaterial, string | null>>): Judged {
  try {
    const [fault] = findTlsFaults(material);
    if (fault !== undefined) return { fault: `"${paths[fault.part]}" ${fault.message}` };
    const options = { ...toTlsOptions(material), minVersion: MIN_VERSION } as const;
    createSecureContext(options);
    return { options };
  } catch (error) {
    return { fault: `"${paths.cert}" cannot be used: ${toMessage(error)}` };
  }
}
