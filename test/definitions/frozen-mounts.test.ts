import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFrozenMounts } from '../../src/definitions/frozen-mounts.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

/** Asks from inside a mount namespace in which a script has mounted something. */
function askInside(
  dir: string,
  { mounts, asked }: { readonly mounts: string; readonly asked: string },
): unknown {
  const module = new URL('../../src/definitions/frozen-mounts.ts', import.meta.url).href;
  const ask = `const { findFrozenMounts } = await import('${module}'); console.log(JSON.stringify(findFrozenMounts('${asked}')));`;
  writeFileSync(join(dir, 'ask.mjs'), ask);
  const script = `set -e; cd '${dir}'; ${mounts}; exec '${process.execPath}' ask.mjs`;
  return JSON.parse(execFileSync('unshare', ['-Urm', 'sh', '-c', script], { encoding: 'utf8' }));
}

describe('findFrozenMounts()', () => {
  const SUB_PATH = 'pods/1/volume-subpaths/config/app/0';

  function arrange(dir: string): void {
    mkdirSync(join(dir, SUB_PATH, 'of a dir'), { recursive: true });
    writeFileSync(join(dir, SUB_PATH, 'a.yaml'), '');
    mkdirSync(join(dir, 'pods/1/volumes/config'), { recursive: true });
    mkdirSync(join(dir, 'hooks d'));
    writeFileSync(join(dir, 'hooks d/a.yaml'), '');
  }

  it.each([
    ['a directory', `mount --bind '${SUB_PATH}/of a dir' 'hooks d'`, ['hooks d']],
    ['a file in it', `mount --bind '${SUB_PATH}/a.yaml' 'hooks d/a.yaml'`, ['hooks d/a.yaml']],
    ['a directory it lies in', `mount --bind '${SUB_PATH}' pods`, []],
    ['another kind of mount', `mount --bind pods/1/volumes/config 'hooks d'`, []],
    ['nothing', 'true', []],
  ])('finds %s that is mounted so, with blanks in its path', (_what, mounts, found) => {
    using dir = createTempDir();
    arrange(dir.path);
    expect(askInside(dir.path, { mounts, asked: join(dir.path, 'hooks d') })).toEqual(
      found.map((path) => join(dir.path, path)),
    );
  });

  it('finds the mount a directory lies in', () => {
    using dir = createTempDir();
    arrange(dir.path);
    const mounts = `mount --bind '${SUB_PATH}' 'hooks d'`;
    expect(askInside(dir.path, { mounts, asked: join(dir.path, 'hooks d/of a dir') })).toEqual([
      join(dir.path, 'hooks d'),
    ]);
  });

  it('finds nothing of a directory that is not there', () => {
    expect(findFrozenMounts('/nowhere/at/all')).toEqual([]);
  });
});
