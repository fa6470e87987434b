import { isDeepStrictEqual } from 'node:util';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import hookSchema from '../../schemas/event-hook.schema.json' with { type: 'json' };
import sourceSchema from '../../schemas/event-source.schema.json' with { type: 'json' };
import { isJsonObject, type JsonObject } from '../event.ts';
import { expandPreset } from '../presets/expand.ts';
import { isReference } from '../secrets/reference.ts';
import { checkDataSchema } from './data-schema.ts';
import { HANDLERS, type HandlerName } from './definition.ts';
import { checkHeaders } from './header-checks.ts';
import { settleMisplaced } from './misplaced-keys.ts';
import { checkNats } from './nats.ts';
import { checkRequest } from './request-checks.ts';
import { checkSchedule } from './schedule.ts';
import { type SchemaMistake, toDotted, toMistakes, toPath } from './schema-messages.ts';

/**
 * The validators of the schemas, which fill in every default. A handler's config is validated by itself, as the
 * schema's own conditions have it, so that what is said about it is about that handler.
 */
const ajv = new Ajv2020({
  allErrors: true,
  useDefaults: true,
  verbose: true,
  ownProperties: true,
  allowUnionTypes: true,
  strictRequired: false,
  strictTypes: false,
})
  .addFormat('uuid', /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/)
  .addFormat('receiver-url', { type: 'string', validate: isReceiverUrl })
  .addSchema(hookSchema);
const { allOf: _conditions, $id: _id, ...unconditional } = hookSchema;
const validateHookFields = ajv.compile(unconditional);
const validateSourceFields = ajv.compile(sourceSchema);
const validateConfig = new Map<string, ValidateFunction>(
  HANDLERS.map((handler) => [handler, ajv.compile({ $ref: `${hookSchema.$id}#/$defs/${handler}` })]),
);

/** Validates a hook and fills in its preset and its defaults, in place. */
export function validateHook(value: JsonObject): readonly SchemaMistake[] {
  if (value.handler === 'webhook-custom' && isJsonObject(value.config))
    Object.assign(value, { config: expandPreset(value.config) });
  const mistakes = [...check(validateHookFields, value), ...checkConfig(value), ...checkRetry(value)];
  return mistakes.length === 0 ? [] : settleMisplaced(mistakes, value);
}

/** Without a handler there is no telling what its config should be, as the reference has it. */
function checkConfig(value: JsonObject): readonly SchemaMistake[] {
  const { handler, config } = value;
  const validator = typeof handler === 'string' ? validateConfig.get(handler) : undefined;
  if (validator === undefined) return [];
  if (isJsonObject(config)) {
    const headers = checkHeaders(config);
    // Of a header that no request could have nothing else is worth saying.
    const isSaid = ({ path }: SchemaMistake): boolean =>
      headers.some((one) => isDeepStrictEqual(one.path, path));
    const others = check(validator, config, ['config']).filter((mistake) => !isSaid(mistake));
    const mistakes = [...others, ...headers];
    // What does not hold together is said of what is right by itself; only a request has a URL.
    return mistakes.length === 0 && Object.hasOwn(config, 'url') ? checkRequest(config) : mistakes;
  }
  if (config !== undefined) return [];
  if (handler === 'log') {
    Object.assign(value, { config: {} });
    return [];
  }
  const message = `Missing key "config": handler "${handler}" needs it`;
  const hint = configHint(handler as HandlerName);
  return [{ code: 'missing_key', path: [], atKey: false, message, hint, missing: 'config' }];
}

/** Validates an event source and fills in its defaults, in place. */
export function validateSource(value: JsonObject): readonly SchemaMistake[] {
  const events = isJsonObject(value.events) ? Object.entries(value.events) : [];
  return [
    ...check(validateSourceFields, value),
    ...events.flatMap(([event, entry]) => (isJsonObject(entry) ? checkEventSchema(event, entry) : [])),
    ...checkSourceSchedule(value),
    ...checkInlet(value),
    ...checkNats(value),
  ];
}

const VERIFIES: readonly string[] = sourceSchema.properties.inlet.properties.verify.enum;

/** What is needed, and what has no use, by who signs. */
function checkInlet({ inlet }: JsonObject): readonly SchemaMistake[] {
  if (!isJsonObject(inlet) || !VERIFIES.includes(String(inlet.verify))) return [];
  const { verify, secret = null, header = null } = inlet;
  const bad = (key: string, message: string): SchemaMistake => ({
    code: 'bad_value',
    path: ['inlet', key],
    atKey: true,
    message,
    hint: null,
  });
  const hint = 'secret: "{vault://env/NAME}"';
  const message = `Missing key "secret" in "inlet": "verify: ${verify}" needs it`;
  return [
    ...(secret === null && verify !== 'none'
      ? [{ code: 'missing_key', path: ['inlet'], atKey: false, message, hint } as const]
      : []),
    ...(secret !== null && verify === 'none'
      ? [bad('secret', '"inlet.secret" verifies nothing beside "verify: none"')]
      : []),
    ...(header !== null && verify !== 'hmac' && verify !== 'token'
      ? [bad('header', '"inlet.header" goes with "verify: hmac" and "verify: token" only')]
      : []),
  ];
}

/** What has the wrong type was said by the schema. */
function checkSourceSchedule({ schedule }: JsonObject): readonly SchemaMistake[] {
  if (!isJsonObject(schedule) || typeof schedule.cron !== 'string' || typeof schedule.timezone !== 'string')
    return [];
  const { cron, timezone } = schedule;
  const mistake = checkSchedule({ cron, timezone });
  if (mistake === null) return [];
  const { key, message } = mistake;
  return [
    {
      code: 'schedule_invalid',
      path: ['schedule', key],
      atKey: false,
      message: `"schedule.${key}" cannot be used: ${message}`,
      hint: key === 'cron' ? 'cron: 0 7 * * MON-FRI is at seven on weekdays' : 'timezone: Europe/Berlin',
    },
  ];
}

function check(
  validate: ValidateFunction,
  value: unknown,
  root: readonly string[] = [],
): readonly SchemaMistake[] {
  return validate(value) ? [] : toMistakes(validate.errors ?? [], { value, root });
}

function configHint(handler: HandlerName): string {
  return {
    webhook: 'config: { url: … }',
    'webhook-custom': 'config: { method: POST, url: … }, or config: { preset: slack }',
    log: 'config: {}',
    lambda: 'config: { functions: [ … ] }',
  }[handler];
}

/** A list of waits and a rule that makes them exclude each other. */
function checkRetry({ retry }: JsonObject): readonly SchemaMistake[] {
  if (!isJsonObject(retry)) return [];
  const rule = ['initial', 'factor', 'max'].filter((key) => retry[key] !== null && retry[key] !== undefined);
  const [first] = rule;
  if (first === undefined) return [];
  const bad = (key: string, message: string, hint: string): readonly SchemaMistake[] => [
    { code: 'bad_value', path: ['retry', key], atKey: true, message, hint },
  ];
  if (retry.schedule !== null && retry.schedule !== undefined)
    return bad(
      first,
      `"retry.${first}" cannot stand beside "retry.schedule"`,
      'Give the waits as a list, or initial, factor and max',
    );
  if (!rule.includes('initial'))
    return bad(
      first,
      `"retry.${first}" needs "retry.initial"`,
      'initial: 5 waits 5 seconds before the second try',
    );
  return [];
}

function checkEventSchema(event: string, { schema }: JsonObject): readonly SchemaMistake[] {
  if (!isJsonObject(schema)) return [];
  const root = ['events', event, 'schema'];
  return checkDataSchema(schema).map(({ pointer, message }) => {
    const path = [...root, ...toPath(pointer, schema)];
    return {
      code: 'schema_invalid',
      path,
      atKey: false,
      message: `"${toDotted(path)}" is no JSON Schema: ${message}`,
      hint: null,
    };
  });
}

/** Whether a text can be the url of a request: an http or https URL with a host, or a reference. */
export function isReceiverUrl(text: string): boolean {
  if (isReference(text)) return true;
  // A reference is the whole value; within one it would be taken for the name of a host.
  if (text.includes('{') || !URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && hostname !== '';
}
