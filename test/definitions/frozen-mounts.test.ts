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
  const VOLUME = 'pods/1/volumes/kubernetes.io~configmap/config';
  const VERSION = `${VOLUME}/..2026_11_25_08_00_00.1234567890`;

  function arrange(dir: string): void {
    mkdirSync(join(dir, VERSION, 'of a dir'), { recursive: true });
    writeFileSync(join(dir, VERSION, 'a.yaml'), '');
    mkdirSync(join(dir, 'hooks d'));
    writeFileSync(join(dir, 'hooks d/a.yaml'), '');
  }

  /** What a subPath leads to through the links of its volume, mounted from an open file as the kubelet does it. */
  const mountSubPath = (target: string, at: string): string =>
    `ln -s '${VERSION.split('/').at(-1)}' '${VOLUME}/..data'; exec 3< '${VOLUME}/..data/${target}'; mount --bind -c /proc/$$/fd/3 '${at}'; exec 3<&-`;
  /** A volume in memory has its versions at its root. */
  const mountFromMemory = (at: string): string =>
    "mkdir memory; mount -t tmpfs none memory; mkdir 'memory/..2026_11_25_08_00_00.5'; touch 'memory/..2026_11_25_08_00_00.5/a.yaml'; " +
    `mount --bind 'memory/..2026_11_25_08_00_00.5/a.yaml' '${at}'`;

  it.each([
    ['a directory', mountSubPath('of a dir', 'hooks d'), ['hooks d']],
    ['a file in it', mountSubPath('a.yaml', 'hooks d/a.yaml'), ['hooks d/a.yaml']],
    ['a file of a Secret', mountFromMemory('hooks d/a.yaml'), ['hooks d/a.yaml']],
    ['no directory beside it', `mkdir other; ${mountSubPath('of a dir', 'other')}`, []],
    ['no volume that is mounted whole', `mount --bind '${VOLUME}' 'hooks d'`, []],
    ['nothing', 'true', []],
  ])('finds %s that is mounted by a subPath, with blanks in its path', (_what, mounts, found) => {
    using dir = createTempDir();
    arrange(dir.path);
    expect(askInside(dir.path, { mounts, asked: join(dir.path, 'hooks d') })).toEqual(
      found.map((path) => join(dir.path, path)),
    );
  });

  it('finds the mount a directory lies in', () => {
    using dir = createTempDir();
    arrange(dir.path);
    const mounts = `mkdir '${VERSION}/of a dir/inner'; ${mountSubPath('of a dir', 'hooks d')}`;
    expect(askInside(dir.path, { mounts, asked: join(dir.path, 'hooks d/inner') })).toEqual([
      join(dir.path, 'hooks d'),
    ]);
  });

  it('finds nothing of a directory that is not there', () => {
    expect(findFrozenMounts('/nowhere/at/all')).toEqual([]);
  });
});
