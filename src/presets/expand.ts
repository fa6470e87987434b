import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import { mergePatch } from '../merge-patch.ts';
import { isPresetName, loadPreset } from './presets.ts';

/**
 * A config laid over the preset it names: its own keys win. Headers merge by their names, in any case, and the payload as
 * RFC 7396 has it: objects merge, null takes a key away, all else replaces. A payload of its own stands for a body of the
 * preset's. A config without a preset is answered as it is; nothing is changed.
 */
export function expandPreset(config: JsonObject): JsonObject {
  if (!isPresetName(config.preset)) return config;
  // Each hook has a copy of its own: what is put into one must be in no other.
  const preset = structuredClone(loadPreset(config.preset).config);
  const expanded = { ...preset, ...config };
  if (isJsonObject(config.payload)) Object.assign(expanded, replacePayload(preset, config));
  if (isJsonObject(config.headers))
    Object.assign(expanded, { headers: mergeHeaders(toObject(preset.headers), config.headers) });
  return expanded;
}

function replacePayload(preset: JsonObject, config: JsonObject): JsonObject {
  const payload = mergePatch(toObject(preset.payload), toObject(config.payload));
  return { payload, body: config.body ?? null };
}

function mergeHeaders(preset: JsonObject, own: JsonObject): JsonObject {
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const kept = Object.entries(preset).filter(([name]) => !names.has(name.toLowerCase()));
  return Object.fromEntries([...kept, ...Object.entries(own)]);
}

/** The other way around: what of a complete config has to be said beside its preset for it to be what it is. */
export function collapsePreset(config: JsonObject): JsonObject {
  if (!isPresetName(config.preset)) return config;
  const { config: preset } = loadPreset(config.preset);
  const said = Object.entries(config).filter(([key, value]) => !isDeepStrictEqual(value, preset[key]));
  return Object.fromEntries(said.map(([key, value]) => [key, toOwn(key, { value, preset })]));
}

function toOwn(key: string, { value, preset }: { readonly value: Json; readonly preset: JsonObject }): Json {
  if (!isJsonObject(value)) return value;
  if (key === 'payload') return toPatch(toObject(preset.payload), value);
  return key === 'headers' ? withoutSame(toObject(preset.headers), value) : value;
}

/** The patch that makes one object of another. */
function toPatch(from: JsonObject, to: JsonObject): JsonObject {
  const gone = Object.keys(from).filter((key) => !Object.hasOwn(to, key));
  const changed = Object.entries(withoutSame(from, to)).map(([key, value]) => {
    const before = from[key];
    return [key, isJsonObject(value) && isJsonObject(before) ? toPatch(before, value) : value] as const;
  });
  return Object.fromEntries([...gone.map((key) => [key, null] as const), ...changed]);
}

function withoutSame(from: JsonObject, to: JsonObject): JsonObject {
  const entries = Object.entries(to);
  return Object.fromEntries(
    entries.filter(([key, value]) => !(Object.hasOwn(from, key) && isDeepStrictEqual(value, from[key]))),
  );
}

function toObject(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
