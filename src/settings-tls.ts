/** Files that an address is served over TLS with. */
export interface TlsSettings {
  /** Path of the certificate, in PEM, with those between it and its authority behind it. */
  readonly cert: string;
  /** Path of its private key, in PEM. */
  readonly key: string;
  /** Path of the certificates that a client's has to be vouched for by; null: clients need none. */
  readonly clientCa: string | null;
}

/** The same in the file of settings; what is null is not said. */
export interface TlsFileSettings {
  readonly cert: string | null;
  readonly key: string | null;
  readonly client_ca: string | null;
}

/** The part of the file of settings that says how addresses are served over TLS. */
export interface TlsFileParts {
  readonly tls: TlsFileSettings;
  readonly intake: { readonly tls: TlsFileSettings };
}

/** The files of both addresses; null: HTTP. What is not said of the one for intake is as it is for the other. */
export function toTlsSettings({ tls, intake }: TlsFileParts): {
  readonly tls: TlsSettings | null;
  readonly intakeTls: TlsSettings | null;
} {
  const [own, ofIntake] = [toFiles(tls), toFiles(intake.tls)];
  return { tls: own, intakeTls: ofIntake ?? own };
}

function toFiles({ cert, key, client_ca: clientCa }: TlsFileSettings): TlsSettings | null {
  return cert === null || key === null ? null : Object.freeze({ cert, key, clientCa });
}

/** What does not hold together in settings that fit their schema, each as a sentence. */
export function findTlsMistakes({ tls, intake }: TlsFileParts): readonly string[] {
  return [...findMistakes(tls, 'tls'), ...findMistakes(intake.tls, 'intake.tls')];
}

function findMistakes({ cert, key, client_ca }: TlsFileSettings, at: string): readonly string[] {
  if (cert !== null && key !== null) return [];
  if (cert !== null) return [`"${at}.cert" needs "${at}.key"`];
  if (key !== null) return [`"${at}.key" needs "${at}.cert"`];
  return client_ca === null ? [] : [`"${at}.client_ca" needs "${at}.cert" and "${at}.key"`];
}

/** Addresses that only those with a certificate of their own can call, by the setting that names them. */
export function findMutualAddresses({
  tls,
  intake,
}: {
  readonly tls?: Partial<TlsFileSettings> | undefined;
  readonly intake?: { readonly tls?: Partial<TlsFileSettings> } | undefined;
}): ReadonlySet<string> {
  const isMutual = (files: Partial<TlsFileSettings> | undefined): boolean =>
    typeof files?.client_ca === 'string';
  const hasOwn = typeof intake?.tls?.cert === 'string';
  return new Set([
    ...(isMutual(tls) ? ['listen'] : []),
    ...(isMutual(hasOwn ? intake?.tls : tls) ? ['intake.listen'] : []),
  ]);
}
