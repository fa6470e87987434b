import type { SourceState } from '../definitions/reader.ts';
import type { Notice } from '../definitions/source.ts';
import type { Statement } from './status.ts';

/** What sources notice as conditions: one for each type that any of them has. What is wrong goes before what is well. */
export function toSourceConditions(sources: readonly SourceState[]): readonly Statement[] {
  const said = sources.flatMap((source) => source.notices.map((notice) => label(notice, source, sources)));
  const types = Map.groupBy(said, ({ type }) => type);
  return [...types].map(([type, same]) => {
    const worst = same.filter(({ status }) => status === toWorst(type));
    const shown = worst.length > 0 ? worst : same;
    const [first] = shown;
    return {
      type,
      status: first?.status ?? 'False',
      reason: first?.reason ?? '',
      message: shown.map(({ message }) => message).join('; '),
    };
  });
}

function toWorst(type: Notice['type']): Notice['status'] {
  return type === 'SourceVerified' ? 'False' : 'True';
}

function label(notice: Notice, { name }: SourceState, sources: readonly SourceState[]): Notice {
  return sources.length === 1 ? notice : { ...notice, message: `${name}: ${notice.message}` };
}
