import type { Settings } from './settings.ts';

/**
 * Every text in the settings, wherever it stands. What is a reference among them is the settings' own: no list says which
 * settings may be one, so none can be missing there.
 */
export function listTexts(settings: Settings): readonly string[] {
  return [...textsIn(settings)];
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) yield* textsIn(item);
}
