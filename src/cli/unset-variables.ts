import { count } from '../count.ts';
import { locateReferences, type PlacedReference } from '../reconcile/references.ts';
import type { Report } from '../reconcile/report.ts';
import { toVariable } from '../secrets/env-vault.ts';
import type { CommandContext } from './command.ts';

/** A hook by its name, with what it refers to. */
interface Referring {
  readonly name: string;
  readonly references: readonly PlacedReference[];
}

/**
 * A line for each variable that hooks refer to and the server does not have. Nobody else can tell: `validate` runs
 * elsewhere. The first report of a server is asked about all its hooks, later ones about those that changed.
 */
export function describeUnset(
  report: Report,
  { env, isFirst }: Pick<CommandContext, 'env'> & { readonly isFirst: boolean },
): readonly string[] {
  const names = new Map<string, Set<string>>();
  for (const { name, references } of toReferring(report, isFirst))
    for (const { reference } of references) {
      const variable = toVariable(reference);
      if (reference.vault !== 'env' || env[variable] !== undefined) continue;
      names.set(variable, (names.get(variable) ?? new Set()).add(name));
    }
  return [...names].map(([variable, hooks]) => {
    const [first = '', ...others] = hooks;
    const who = others.length === 0 ? `"${first}"` : `"${first}" and ${count(others.length, 'other hook')}`;
    return `Not set: ${variable}, for ${who}. What it is for waits until the server is started with it`;
  });
}

function toReferring(report: Report, isFirst: boolean): readonly Referring[] {
  if (report.kind === 'restored')
    return report.snapshot.hooks.map(({ definition }) => ({
      name: definition.name,
      references: locateReferences(definition),
    }));
  if (report.kind !== 'applied') return [];
  const { created, updated, unchanged } = report.changes;
  const hooks = [...created, ...updated, ...(isFirst ? unchanged : [])];
  return hooks.map(({ hook, compiled }) => ({ name: hook.name, references: compiled.references }));
}
