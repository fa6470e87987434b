import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replaceFile } from '../src/replace-file.ts';
import { createTempDir } from './helpers/temp-dir.ts';

describe('replaceFile()', () => {
  it('puts a file in the place of another, for its owner alone, and leaves nothing beside it', async () => {
    using dir = createTempDir();
    const file = dir.write('a.json', 'old');
    dir.write('a.json.tmp', 'what a process left that was killed, and longer');
    await replaceFile(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(dir.path)).toEqual(['a.json']);
    await replaceFile(join(dir.path, 'b'), Buffer.from([0, 255]));
    expect(readFileSync(join(dir.path, 'b'))).toEqual(Buffer.from([0, 255]));
    expect(statSync(join(dir.path, 'b')).mode & 0o777).toBe(0o600);
  });

  it('leaves the old one where it cannot write', async () => {
    using dir = createTempDir();
    const file = dir.write('a.json', 'old');
    mkdirSync(join(dir.path, 'a.json.tmp'));
    await expect(replaceFile(file, 'new')).rejects.toHaveProperty('code', 'EISDIR');
    expect(readFileSync(file, 'utf8')).toBe('old');
  });
});
