import { count } from '../count.ts';
import type { EventHook } from '../definitions/definition.ts';
import { locateReferences } from '../reconcile/references.ts';
import type { Report } from '../reconcile/report.ts';
import { toVariable } from '../secrets/env-vault.ts';
import type { CommandContext } from './command.ts';

/**
 * A line for each variable that hooks which just came live refer to and the server does not have. Nobody else can tell:
 * `validate` runs elsewhere. Each is told once, as long as its hooks stay as they are.
 */
export function describeUnset(report: Report, env: CommandContext['env']): readonly string[] {
  const names = new Map<string, Set<string>>();
  for (const hook of toFreshHooks(report))
    for (const { reference } of locateReferences(hook)) {
      if (reference.vault !== 'env' || env[toVariable(reference)] !== undefined) continue;
      const variable = toVariable(reference);
      names.set(variable, (names.get(variable) ?? new Set()).add(hook.name));
    }
  return [...names].map(([variable, hooks]) => {
    const [first = '', ...others] = hooks;
    const who = others.length === 0 ? `"${first}"` : `"${first}" and ${count(others.length, 'other hook')}`;
    return `Not set: ${variable}, for ${who}. What it is for waits until the server is started with it`;
  });
}

function toFreshHooks(report: Report): readonly EventHook[] {
  if (report.kind === 'restored') return report.snapshot.hooks.map(({ definition }) => definition);
  if (report.kind !== 'applied') return [];
  return [...report.changes.created, ...report.changes.updated].map(({ hook }) => hook);
}
