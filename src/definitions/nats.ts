import sourceSchema from '../../schemas/event-source.schema.json' with { type: 'json' };
import { isJsonObject, type JsonObject } from '../event.ts';
import type { SchemaMistake } from './schema-messages.ts';

/** Keys of `auth`, and which of them make one way to tell a server who asks. */
const AUTH_KEYS = ['token', 'user', 'password', 'nkey', 'creds'];
const AUTHS = ['token', 'user password', 'nkey', 'creds'];
/** What has more was said by the schema, and each is compared with all. */
const MAX_SUBJECTS = sourceSchema.properties.nats.properties.subject.maxItems;

/** What a declaration of NATS says that does not go together. What has the wrong type was said by the schema. */
export function checkNats({ nats }: JsonObject): readonly SchemaMistake[] {
  if (!isJsonObject(nats)) return [];
  return [...checkConsumer(nats), ...checkSubjects(nats), ...checkAuth(nats), ...checkTls(nats)];
}

function bad(key: string, message: string, hint: string | null = null): SchemaMistake {
  return { code: 'bad_value', path: ['nats', key], atKey: true, message, hint };
}

function checkConsumer({ durable, queue, stream, deliver }: JsonObject): readonly SchemaMistake[] {
  if (typeof durable === 'string') {
    const message =
      '"nats.queue" is of core NATS: whoever uses one durable consumer shares its messages anyway';
    return typeof queue === 'string' ? [bad('queue', message)] : [];
  }
  const alone = [typeof stream === 'string' ? 'stream' : [], deliver === 'new' ? 'deliver' : []].flat();
  const hint = 'durable: NAME makes it a consumer of JetStream';
  return alone.map((key) => bad(key, `"nats.${key}" goes with "nats.durable" only`, hint));
}

/** A message of two subjects would be taken twice. */
function checkSubjects({ subject }: JsonObject): readonly SchemaMistake[] {
  if (!Array.isArray(subject) || subject.length > MAX_SUBJECTS) return [];
  const subjects = subject.filter((one) => typeof one === 'string');
  const second = subjects.find((one, index) => subjects.slice(0, index).some((other) => overlap(one, other)));
  if (second === undefined) return [];
  const first = subjects.find((one) => overlap(one, second));
  return [bad('subject', `"nats.subject" has "${first}" and "${second}", which have messages in common`)];
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [one.split('.'), other.split('.')];
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return false;
    if (left === '>' || right === '>') return true;
    if (left !== right && left !== '*' && right !== '*') return false;
  }
  return a.length === b.length;
}

function checkAuth({ auth }: JsonObject): readonly SchemaMistake[] {
  if (!isJsonObject(auth)) return [];
  const keys = AUTH_KEYS.filter((key) => auth[key] !== undefined);
  if (AUTHS.includes(keys.join(' '))) return [];
  const got = keys.join(', ') || 'nothing';
  return [bad('auth', `"nats.auth" needs token, or user and password, or nkey, or creds: got ${got}`)];
}

function checkTls({ tls }: JsonObject): readonly SchemaMistake[] {
  if (!isJsonObject(tls) || (typeof tls.cert === 'string') === (typeof tls.key === 'string')) return [];
  return [bad('tls', '"nats.tls" needs both of cert and key, or neither')];
}
