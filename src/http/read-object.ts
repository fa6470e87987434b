import type { Request } from 'express';
import { HooklineError } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../event.ts';
import { toFormat } from '../intake/content-type.ts';
import { parseJson } from '../intake/parse-json.ts';

/**
 * The posted JSON object; an empty body is an empty one. `what` says in errors what the object is. Throws
 * `unsupported_media_type` and `bad_request`.
 */
export function readObject(req: Request, what: string): JsonObject {
  const bytes = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  if (bytes.length === 0) return {};
  if (toFormat(req.headers['content-type']) !== 'json')
    throw new HooklineError('unsupported_media_type', `Send ${what} as application/json`);
  const parsed = parseJson(bytes);
  if (parsed.kind === 'invalid') throw new HooklineError('bad_request', parsed.message);
  if (!isJsonObject(parsed.value))
    throw new HooklineError('bad_request', `The body must be a JSON object: it is ${what}`);
  return parsed.value;
}
