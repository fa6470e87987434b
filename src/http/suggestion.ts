import type { Catalogue } from '../catalogue/catalogue.ts';
import type { EventHook } from '../definitions/definition.ts';
import type { Problem } from '../definitions/problem.ts';
import { toDotted } from '../definitions/schema-messages.ts';
import type { JsonObject } from '../event.ts';
import { checkMatches } from '../lint/check-hook.ts';
import type { Registry } from '../registry/registry.ts';
import { MASK } from '../secrets/mask.ts';
import { loadDeclaration, toDeclaration, toYaml } from './declaration.ts';

/** A hook somebody wanted to write through the API, and where it belongs. */
export interface Suggestion {
  /** What to do. */
  readonly message: string;
  readonly file: string;
  /** Null: the file is new. */
  readonly line: number | null;
  readonly declaration: JsonObject;
}

type Mistake = Pick<Problem, 'code' | 'path' | 'message' | 'hint'>;

/** The answer with the YAML to commit or, when the hook would be refused, with everything that is wrong with it. */
export function toSuggestion(
  registry: Registry,
  { message, file, line, declaration }: Suggestion,
): JsonObject {
  const place = line === null ? { file } : { file, line };
  const { definition, problems } = loadDeclaration(declaration, file);
  const mistakes =
    definition === null
      ? problems.map(({ code, path, message, hint }) => ({ code, path, message, hint }))
      : [...findUnknown(registry.current()?.catalogue, definition), ...findTaken(registry, definition, line)];
  if (definition === null || mistakes.length > 0)
    return { message: `${message}, once it is right`, ...place, problems: mistakes };
  const yaml = toText(declaration, definition);
  const note = yaml.includes(MASK) ? `, and leave what is shown as ${MASK} as it is there` : '';
  return { message: `${message}${note}`, ...place, yaml };
}

/** A hook that goes by the name of its file need not say it. */
function toText(declaration: JsonObject, definition: EventHook): string {
  const { name = null, ...unnamed } = toDeclaration(definition);
  return toYaml(Object.hasOwn(declaration, 'name') ? { name, ...unnamed } : unnamed);
}

function findUnknown(catalogue: Catalogue | undefined, hook: EventHook): readonly Mistake[] {
  const found = catalogue === undefined ? null : checkMatches(hook, catalogue);
  if (found === null) return [];
  const { code, path, message, hint = null } = found;
  return [{ code, path: toDotted(path), message, hint }];
}

/** A name or an id that another hook has; a hook that is changed has its own. */
function findTaken({ find }: Registry, { name, id }: EventHook, line: number | null): readonly Mistake[] {
  const other = line === null ? (find(id) ?? find(name)) : null;
  if (other === null) return [];
  const { definition, origin } = other;
  const isName = definition.name === name;
  return [
    {
      code: isName ? 'name_duplicate' : 'id_duplicate',
      path: isName ? 'name' : 'id',
      message: `The hook in "${origin.file}" has this ${isName ? 'name' : 'id'} already`,
      hint: `PATCH /event-hooks/${definition.name} shows how to change it`,
    },
  ];
}
