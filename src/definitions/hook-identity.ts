import { v5 as uuidv5 } from 'uuid';
import type { JsonObject } from '../event.ts';
import { DEFINITION_ENDING } from './file-text.ts';
import type { SchemaMistake } from './schema-messages.ts';

/** Namespace of ids made of names. Changing it would change the id of every hook that does not say its own. */
const ID_NAMESPACE = '5f2f3a4e-8d0c-4b7e-9d57-2f6c1c0e7a11';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;

/** Where a hook stands, as far as its name can follow from it. */
export interface HookPlace {
  readonly file: string;
  /** Whether it is the only document of its file. */
  readonly alone: boolean;
}

/** Gives a hook that has no name that of its file, in place; says why when that cannot be. */
export function nameHook(value: JsonObject, { file, alone }: HookPlace): readonly SchemaMistake[] {
  if (Object.hasOwn(value, 'name')) return [];
  if (!alone)
    return [
      nameMissing('Missing key "name"', 'A file with several documents cannot name them: say name: in each'),
    ];
  const name = file.replace(DEFINITION_ENDING, '');
  if (!NAME.test(name)) {
    const message = `Cannot name the hook after the file "${file}": a name has at most 200 letters, digits and . _ - /`;
    return [nameMissing(message, 'Say name: in the file, or rename it')];
  }
  Object.assign(value, { name });
  return [];
}

function nameMissing(message: string, hint: string): SchemaMistake {
  return { code: 'name_missing', path: [], atKey: false, message, hint };
}

/** Gives a hook with a name its id, in place: its own in lower case, else one made of the name. */
export function identifyHook(value: JsonObject): void {
  const { id, name } = value;
  Object.assign(value, {
    id: typeof id === 'string' ? id.toLowerCase() : uuidv5(String(name), ID_NAMESPACE),
  });
}
