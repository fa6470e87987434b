import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { SourceSettings } from '../source-settings.ts';
import { createDirectorySource } from './directory-source.ts';
import type { DefinitionSource } from './source.ts';

/** What sources are made with besides their settings. */
export interface SourceParts {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** Between looks at directories that do not depend on file events. */
  readonly pollMs: number;
}

/** Creates every source of the settings, in their order. */
export function createSources(
  settings: readonly SourceSettings[],
  parts: SourceParts,
): readonly DefinitionSource[] {
  const labelled = settings.length > 1;
  return settings.map((source) => {
    if (source.kind === 'dir') return createDirectorySource({ ...source, ...parts, labelled });
    throw new TypeError(`Cannot follow "${source.url}"`);
  });
}
