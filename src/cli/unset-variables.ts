import { isDeepStrictEqual } from 'node:util';
import { count } from '../count.ts';
import { checkSource, locateReferences, type PlacedReference } from '../reconcile/references.ts';
import type { Report } from '../reconcile/report.ts';
import type { Snapshot } from '../reconcile/snapshot.ts';
import { toVariable } from '../secrets/env-vault.ts';
import type { CommandContext } from './command.ts';

/** A hook or a source, with what it refers to. */
interface Referring {
  /** As it is named in a line. */
  readonly name: string;
  readonly kind: 'hook' | 'source';
  readonly references: readonly PlacedReference[];
}

/** What a report is held against. */
interface Known extends Pick<CommandContext, 'env'> {
  /** What was live before; null: nothing was since the server began. */
  readonly before: Snapshot | null;
}

/**
 * A line for each variable that hooks or sources refer to and the server does not have. Nobody else can tell: `validate`
 * runs elsewhere. The first report of a server is asked about all of them, later ones about those that changed.
 */
export function describeUnset(report: Report, { env, before }: Known): readonly string[] {
  const unset = [...toHooks(report, before), ...toSources(report, before)].flatMap((one) =>
    toUnset(one, env).map((variable) => ({ ...one, variable })),
  );
  return [...Map.groupBy(unset, ({ variable }) => variable)].map(([variable, all]) => {
    const [first = '', ...others] = all.map(({ name }) => name);
    const who = others.length === 0 ? first : `${first} and ${count(others.length, 'other')}`;
    const what = all.some(({ kind }) => kind === 'source') ? 'needs it fails' : 'it is for waits';
    return `Not set: ${variable}, for ${who}. What ${what} until the server is started with it`;
  });
}

/** The variables one refers to that are not set, each once. */
function toUnset({ references }: Referring, env: CommandContext['env']): readonly string[] {
  const variables = references
    .filter(({ reference }) => reference.vault === 'env')
    .map(({ reference }) => toVariable(reference));
  return [...new Set(variables)].filter((variable) => env[variable] === undefined);
}

function toHooks(report: Report, before: Snapshot | null): readonly Referring[] {
  if (report.kind === 'restored')
    return report.snapshot.hooks.map(({ definition }) => ({
      name: `"${definition.name}"`,
      kind: 'hook',
      references: locateReferences(definition),
    }));
  if (report.kind !== 'applied') return [];
  const { created, updated, unchanged } = report.changes;
  const hooks = [...created, ...updated, ...(before === null ? unchanged : [])];
  return hooks.map(({ hook, compiled }) => ({
    name: `"${hook.name}"`,
    kind: 'hook',
    references: compiled.references,
  }));
}

/** Sources that refer to something else than they did. */
function toSources(report: Report, before: Snapshot | null): readonly Referring[] {
  if (report.kind !== 'restored' && report.kind !== 'applied') return [];
  return [...report.snapshot.declared].flatMap(([name, { source }]): Referring[] => {
    const { references } = checkSource(source);
    const known = before?.declared.get(name)?.source;
    if (known !== undefined && isDeepStrictEqual(checkSource(known).references, references)) return [];
    return [{ name: `source "${name}"`, kind: 'source', references }];
  });
}
