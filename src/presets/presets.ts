import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { JsonObject } from '../event.ts';

/** A receiver whose requests are written already. */
export interface Preset {
  /** The file as it is written, with comments for whoever edits it. */
  readonly text: string;
  /** The config of a `webhook-custom` that it holds, complete: nothing has to be said beside it. */
  readonly config: JsonObject;
}

/** The presets there are; a file beside this one for each. */
export const PRESET_NAMES = [
  'slack',
  'teams',
  'discord',
  'pagerduty',
  'opsgenie',
  'google-chat',
  'github-dispatch',
] as const;
/** Name of a preset. */
export type PresetName = (typeof PRESET_NAMES)[number];

const loaded = new Map<PresetName, Preset>();

/** A preset by its name, read when it is first asked for. */
export function loadPreset(name: PresetName): Preset {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`${name}.yaml`, import.meta.url), 'utf8');
  const preset: Preset = { text, config: parse(text) as JsonObject };
  loaded.set(name, preset);
  return preset;
}

/** Whether there is a preset of this name. */
export function isPresetName(name: unknown): name is PresetName {
  return PRESET_NAMES.some((known) => known === name);
}
