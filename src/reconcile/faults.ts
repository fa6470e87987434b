import type { Catalogue } from '../catalogue/catalogue.ts';
import type { LoadedFile } from '../definitions/definition.ts';
import type { Problem } from '../definitions/problem.ts';
import type { ProblemCode } from '../definitions/rules.ts';
import { checkMatches } from '../lint/check-hook.ts';
import type { MixedSet } from './mixed-set.ts';
import type { Prepared } from './prepare.ts';

/** The file that is live of each declared source, by the name of the source. */
export type Declarers = ReadonlyMap<string, string>;

/** What a file may lack: it may be wrong only for want of another. */
const WANTS: readonly ProblemCode[] = ['unknown_source', 'unknown_event'];
/** What a file may take from another, which may have none of it once it is held back itself. */
const TAKES: readonly ProblemCode[] = [
  'name_duplicate',
  'id_duplicate',
  'source_duplicate',
  'cloudevents_duplicate',
];

/**
 * The files at fault for what is wrong with a set: of those that are wrong by themselves, those that take what another
 * has, and those that want for something, the first kind that there is. A file that is as it is live is never at fault: where
 * it wants for a source, the one that declared that is. None where nothing that could be held back is.
 */
export function findFaults(
  { problems, catalogue }: Pick<Prepared, 'problems' | 'catalogue'>,
  { mixed, declarers }: { readonly mixed: MixedSet; readonly declarers: Declarers },
): readonly string[] {
  const kinds = Map.groupBy(
    problems.filter(({ severity }) => severity === 'error'),
    toKind,
  );
  const [wrong, taking, wanting] = (['wrong', 'takes', 'wants'] as const).map((kind) => [
    ...new Set((kinds.get(kind) ?? []).map(({ file }) => file)),
  ]);
  // What a changed hook needs as it was has to be there before that hook can be as it was.
  const declaring = (wanting ?? [])
    .flatMap((file) => findWanted(mixed.live(file), catalogue))
    .flatMap((source) => declarers.get(source) ?? []);
  return (
    [wrong, taking, declaring, wanting]
      .map((files = []) => files.filter(mixed.isAdvanced))
      .find((files) => files.length > 0) ?? []
  );
}

/** Finds the file that declares each source. */
export function toDeclarers(files: readonly LoadedFile[]): Declarers {
  return new Map(
    files.flatMap(({ file, definitions }) =>
      definitions.flatMap(({ definition }) =>
        definition.kind === 'EventSource' ? [[definition.name, file] as const] : [],
      ),
    ),
  );
}

function toKind({ code }: Problem): 'wrong' | 'takes' | 'wants' {
  return TAKES.includes(code) ? 'takes' : WANTS.includes(code) ? 'wants' : 'wrong';
}

/** Sources of the hooks of a file that find no event. */
function findWanted(file: LoadedFile | undefined, catalogue: Catalogue): readonly string[] {
  return (file?.definitions ?? []).flatMap(({ definition }) =>
    definition.kind === 'EventHook' && checkMatches(definition, catalogue) !== null
      ? [definition.source]
      : [],
  );
}
