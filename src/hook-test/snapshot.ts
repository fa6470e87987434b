import { parse, stringify } from 'yaml';
import { toDuration } from '../duration.ts';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import type { Failure } from './check.ts';
import { findDifferences } from './compare.ts';
import type { Happening, Happenings } from './happening.ts';
import { HAPPENING_KINDS } from './hook-test.ts';

/** Snapshots of one file of tests, by the name of the test. */
export type Snapshots = Readonly<Record<string, Json>>;

/** How the name of a file of snapshots goes on from that of its tests: no source takes it for definitions. */
export const SNAPSHOT_ENDING = '.snap';
const HEAD = '# Written by hookline test --update. Read what changes in it before you commit it.\n';
/** Headers that say nothing of the hook, or change with every version of Hookline. */
const LEFT_OUT = new Set(['connection', 'content-length', 'host', 'user-agent']);
/** The signature is over an id that is new in every run. */
const SIGNATURE = 'webhook-signature';
const BOUNDARY = /hookline-[0-9a-f]{32}/g;

/** What is kept of what happened in a test: all that is the same in every run. */
export function toSnapshot(happenings: Happenings): JsonObject {
  const kinds = HAPPENING_KINDS.filter((kind) => happenings[kind].length > 0);
  return Object.fromEntries(kinds.map((kind) => [kind, happenings[kind].map(toEntry)]));
}

function toEntry({ at, headers, body, json, signed, ...rest }: Happening): JsonObject {
  const content = json === undefined ? body : undefined;
  return {
    at: toDuration(at),
    ...rest,
    ...(isJsonObject(headers) ? { headers: toStable(headers) } : {}),
    ...(json === undefined ? {} : { json }),
    ...(typeof content === 'string' && content !== ''
      ? { body: content.replaceAll(BOUNDARY, '(boundary)') }
      : {}),
    ...(signed === true ? { signed } : {}),
  };
}

function toStable(headers: JsonObject): JsonObject {
  const kept = Object.entries(headers).filter(([name]) => !LEFT_OUT.has(name) && name !== SIGNATURE);
  return Object.fromEntries(
    kept.map(([name, value]) => [name, String(value).replaceAll(BOUNDARY, '(boundary)')]),
  );
}

/** What differs between what happened and the snapshot that was kept of it; undefined: none was. */
export function checkSnapshot(kept: Json | undefined, happened: JsonObject): readonly Failure[] {
  const failure = { path: ['snapshot'], near: [] };
  if (kept === undefined) {
    const message = 'There is no snapshot of this test';
    return [{ ...failure, message, hint: 'Write it: hookline test --update', differences: [] }];
  }
  const differences = findDifferences(kept, happened, { path: [], partial: false });
  if (differences.length === 0) return [];
  const message = 'What happens is not what the snapshot has';
  return [{ ...failure, message, hint: 'If it is meant: hookline test --update', differences }];
}

/** Reads a file of snapshots; null: it cannot be read as one. */
export function parseSnapshots(text: string): Snapshots | null {
  try {
    const value: unknown = parse(text);
    return value === null ? {} : isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The text of a file of snapshots. */
export function formatSnapshots(snapshots: Snapshots): string {
  return HEAD + stringify(snapshots, { aliasDuplicateObjects: false, lineWidth: 0 });
}
