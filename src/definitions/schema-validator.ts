import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import hookSchema from '../../schemas/event-hook.schema.json' with { type: 'json' };
import sourceSchema from '../../schemas/event-source.schema.json' with { type: 'json' };
import { isJsonObject, type JsonObject } from '../event.ts';
import { isReference } from '../secrets/reference.ts';
import { HANDLERS, type HandlerName } from './definition.ts';
import { type SchemaMistake, toMistakes } from './schema-messages.ts';

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
const validateDataSchema = new Ajv2020({ strict: false });

/** Validates a hook and fills in its defaults, in place. */
export function validateHook(value: JsonObject): readonly SchemaMistake[] {
  const mistakes = [...check(validateHookFields, value)];
  const { handler } = value;
  const validator = typeof handler === 'string' ? validateConfig.get(handler) : undefined;
  // Without a handler there is no telling what its config should be, as the reference has it.
  if (validator === undefined) return mistakes;
  if (!Object.hasOwn(value, 'config')) {
    if (handler === 'log') Object.assign(value, { config: {} });
    else
      mistakes.push({
        code: 'missing_key',
        path: [],
        atKey: false,
        message: `Missing key "config": handler "${handler}" needs it`,
        hint: configHint(handler as HandlerName),
      });
  } else if (isJsonObject(value.config)) {
    mistakes.push(...check(validator, value.config, ['config']), ...checkHeaders(value.config));
  }
  return [...mistakes, ...checkRetry(value)];
}

/** Validates an event source and fills in its defaults, in place. */
export function validateSource(value: JsonObject): readonly SchemaMistake[] {
  const mistakes = check(validateSourceFields, value);
  return mistakes.length > 0
    ? mistakes
    : Object.entries(value.events as JsonObject).flatMap(([event, entry]) =>
        checkDataSchema(event, entry as JsonObject),
      );
}

function check(
  validate: ValidateFunction,
  value: unknown,
  root: readonly string[] = [],
): readonly SchemaMistake[] {
  return validate(value) ? [] : toMistakes(validate.errors ?? [], root);
}

function configHint(handler: HandlerName): string {
  return {
    webhook: 'config: { url: … }',
    'webhook-custom': 'config: { method: POST, url: … }',
    log: 'config: {}',
    lambda: 'config: { functions: [ … ] }',
  }[handler];
}

/** Header names are the same in any case; two that differ in case only would fight. */
function checkHeaders({ headers }: JsonObject): readonly SchemaMistake[] {
  if (!isJsonObject(headers)) return [];
  const seen = new Map<string, string>();
  return Object.keys(headers).flatMap((name): SchemaMistake[] => {
    const before = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    if (before === undefined) return [];
    return [
      {
        code: 'bad_value',
        path: ['config', 'headers', name],
        atKey: true,
        message: `Header "${name}" is given twice: as "${before}" too`,
        hint: 'Header names are the same in any case: keep one',
      },
    ];
  });
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

function checkDataSchema(event: string, { schema }: JsonObject): readonly SchemaMistake[] {
  if (!isJsonObject(schema)) return [];
  try {
    validateDataSchema.compile(structuredClone(schema));
    return [];
  } catch (error) {
    const message = `The schema of event "${event}" is no JSON Schema: ${error instanceof Error ? error.message : String(error)}`;
    return [{ code: 'schema_invalid', path: ['events', event, 'schema'], atKey: false, message, hint: null }];
  }
}

function isReceiverUrl(text: string): boolean {
  if (isReference(text)) return true;
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && hostname !== '';
}
