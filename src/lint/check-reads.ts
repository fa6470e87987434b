import type { EventHook } from '../definitions/definition.ts';
import { MAX_PROBLEMS } from '../definitions/problem.ts';
import type { TemplateRead } from '../template/template.ts';
import { toTextOffset } from '../text-place.ts';
import { createRoot, type JsonType, toAlternatives } from './alternatives.ts';
import type { Finding, Path } from './finding.ts';
import { createShape, type Shape } from './shape.ts';
import { describeUnknown, follow, ITEM, toShownPath, toTypeWords } from './unknown-field.ts';

/** What the reads of a hook are held against. */
interface Checked {
  readonly hook: EventHook;
  /** Of its events. */
  readonly data: Shape;
}

/** A place in a definition where a template reads the event. */
export interface FieldRead {
  /** Of the template. */
  readonly path: Path;
  /** The template. */
  readonly text: string;
  readonly read: TemplateRead;
}

/** What templates have of the event itself, over its data. */
const OF_EVENT = ['event', 'source', 'id', 'time'];
const TEXT = createShape(toAlternatives({ type: 'string' }, createRoot({})));

/** Holds what a hook's templates read against what is known of the data of its events. Of each path a template is told once. */
export function checkReads(reads: readonly FieldRead[], { hook, data }: Checked): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const { path, text, read } of reads) {
    const mistake = findMistake(read, data);
    const key = JSON.stringify([path, mistake?.written]);
    if (mistake === null || found.has(key)) continue;
    const within = { text, offset: toTextOffset(text, read.place), what: 'template' } as const;
    found.set(key, { ...describe(mistake, hook), path, within });
    if (found.size === MAX_PROBLEMS) break;
  }
  return [...found.values()];
}

/** Holds the path whose values a hook's deliveries are ordered by against what is known of the data of its events. */
export function checkOrder({ hook, data }: Checked): readonly Finding[] {
  const path = hook.ordered?.split('.') ?? [];
  const followed = follow(data, path);
  if (followed.kind === 'known') return [];
  const { depth, parent } = followed;
  return [{ ...describeUnknown({ path: path.slice(0, depth + 1), parent }, hook), path: ['ordered'] }];
}

/** What is wrong with a read, and what of its path leads there. */
type Mistake = { readonly written: readonly string[] } & (
  | { readonly kind: 'unknown'; readonly parent: Shape }
  | { readonly kind: 'loop'; readonly types: ReadonlySet<JsonType> }
);

function findMistake({ path, isLooped }: TemplateRead, data: Shape): Mistake | null {
  const written = path.map((key) => key ?? ITEM);
  const [first = ''] = written;
  const isOfEvent = OF_EVENT.includes(first);
  const followed = isOfEvent ? follow(TEXT, path.slice(1)) : follow(data, path);
  if (followed.kind === 'unknown') {
    const { parent, depth } = followed;
    return { kind: 'unknown', written: written.slice(0, depth + (isOfEvent ? 2 : 1)), parent };
  }
  const { types } = followed.shape;
  const hasItems = types === null || types.has('array') || types.has('object');
  return isLooped && !hasItems ? { kind: 'loop', written, types } : null;
}

function describe(mistake: Mistake, hook: EventHook): Pick<Finding, 'code' | 'message' | 'hint'> {
  const { written } = mistake;
  if (mistake.kind === 'loop')
    return {
      code: 'template_type',
      message: `Loops over "${toShownPath(written)}", which is ${toTypeWords(mistake.types)}`,
      hint: 'An #each goes over the items of a list, or the values of an object',
    };
  const besides = written.length === 1 ? OF_EVENT : [];
  const said = describeUnknown({ path: written, parent: mistake.parent, besides }, hook);
  const [first = ''] = written;
  if (!OF_EVENT.includes(first)) return said;
  return { ...said, hint: `Where the data has it: {{ @event.data.${toShownPath(written)} }}` };
}
