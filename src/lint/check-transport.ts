import { isIP } from 'node:net';
import { classifyAddress } from '../address-kind.ts';
import type { EventHook } from '../definitions/definition.ts';
import type { EventSource, NatsDefinition } from '../definitions/event-source.ts';
import type { Finding, Path } from './finding.ts';

/** A text of a definition with its place. */
interface PlacedText {
  readonly text: string;
  readonly path: Path;
}

/** Finds the URLs of a hook that lead to a host on the internet without TLS. A reference may be one: nobody knows. */
export function checkHookTransport(hook: EventHook): readonly Finding[] {
  if (hook.handler !== 'webhook' && hook.handler !== 'webhook-custom') return [];
  const { url, auth } = hook.config;
  const tokenUrl = auth !== null && 'oauth2' in auth ? auth.oauth2.token_url : '';
  return [
    ...checkUrl({ text: url, path: ['config', 'url'] }, 'what is sent there'),
    ...checkUrl({ text: tokenUrl, path: ['config', 'auth', 'oauth2', 'token_url'] }, 'id, secret and token'),
  ];
}

/** The same of a source: of the gateway it looks at, and of servers of NATS that are told a password or a token. */
export function checkSourceTransport({ kong, nats }: EventSource): readonly Finding[] {
  const adminUrl = kong?.admin_url ?? '';
  return [
    ...checkUrl({ text: adminUrl, path: ['kong', 'admin_url'] }, 'what the gateway answers'),
    ...(nats === null ? [] : checkNats(nats)),
  ];
}

function checkUrl({ text, path }: PlacedText, what: string): readonly Finding[] {
  if (!URL.canParse(text)) return [];
  const { protocol, hostname } = new URL(text);
  if (protocol !== 'http:' || !isPublic(hostname)) return [];
  return [withoutTls(path, `"${hostname}" is asked without TLS: ${what} can be read and changed on the way`)];
}

/** A client of NATS takes to TLS where the server offers it, unless somebody between them says that it does not. */
function checkNats({ servers, auth, tls }: NatsDefinition): readonly Finding[] {
  if (tls !== null || (auth?.password === undefined && auth?.token === undefined)) return [];
  const isList = typeof servers !== 'string';
  return [servers].flat().flatMap((server, index) => {
    const [, scheme = '', host = ''] = /^(?:(\w+):\/\/)?(\[[^\]]*\]|[^:]*)/.exec(server) ?? [];
    if (scheme === 'tls' || !isPublic(host)) return [];
    const message = `"${host}" may be told a password or token without TLS: it can be read on the way`;
    return [withoutTls(['nats', 'servers', ...(isList ? [index] : [])], message)];
  });
}

function withoutTls(path: Path, message: string): Finding {
  const scheme = path[0] === 'nats' ? 'tls://' : 'https://';
  return { code: 'url_without_tls', path, message, hint: `Write ${scheme}, if the host takes it` };
}

/**
 * Ends of names that nobody can have on the internet: RFC 6761, RFC 6762 (appendix G), RFC 8375, what Kubernetes calls its
 * services, and usual names of its namespaces and of other networks. What goes to an .onion is encrypted by itself (RFC 7686).
 */
const PRIVATE_NAME =
  /(?:^|\.)(?:localhost|test|example|invalid|local|intranet|internal|private|corp|home|lan|home\.arpa|svc|onion|localdomain|consul|nomad|docker|mesh|default|kong|monitoring|observability|logging|production|prod|staging|stage)$/;
/** A name of a namespace: what ends names of the internet has letters alone, or begins so. */
const NO_TOP_LEVEL = /(?:^|\.)(?!xn--)[^.]*[^a-z.][^.]*$/;

/** Whether a host, as it stands in a URL, is on the internet as far as its name tells. One word is a name of a network's own. */
function isPublic(host: string): boolean {
  const name = host
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
  if (isIP(name) !== 0) return classifyAddress(name).reach === 'public';
  return name.includes('.') && !PRIVATE_NAME.test(name) && !NO_TOP_LEVEL.test(name);
}
