import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockStateDirectory } from '../../src/journal/state-lock.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

describe('a state directory', () => {
  it('is made for the server alone: it has the data of events', () => {
    using dir = createTempDir();
    const state = join(dir.path, 'a/state');
    lockStateDirectory(state).release();
    expect(modeOf(state)).toBe(0o700);
  });

  it('stays as it is when it is there', () => {
    using dir = createTempDir();
    const state = join(dir.path, 'state');
    mkdirSync(state);
    chmodSync(state, 0o750);
    lockStateDirectory(state).release();
    expect(modeOf(state)).toBe(0o750);
  });
});
