import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A directory as the kubelet mounts a ConfigMap: files are links through `..data`, which points at one version. */
export interface ConfigMapMount {
  readonly path: string;
  /** Makes another version current as the kubelet does: in one rename, then the one before is removed. */
  swap(files: Readonly<Record<string, string>>): void;
}

/** Mounts a ConfigMap at a path. */
export function mountConfigMap(path: string, files: Readonly<Record<string, string>>): ConfigMapMount {
  let version = 0;
  mkdirSync(path, { recursive: true });
  const writeVersion = (content: Readonly<Record<string, string>>): string => {
    version += 1;
    const name = `..2026_01_01_00_00_${version}`;
    mkdirSync(join(path, name));
    for (const [file, text] of Object.entries(content)) writeFileSync(join(path, name, file), text);
    return name;
  };
  symlinkSync(writeVersion(files), join(path, '..data'));
  for (const file of Object.keys(files)) symlinkSync(join('..data', file), join(path, file));
  return {
    path,
    swap(content) {
      const before = readlinkSync(join(path, '..data'));
      symlinkSync(writeVersion(content), join(path, '..data_tmp'));
      renameSync(join(path, '..data_tmp'), join(path, '..data'));
      rmSync(join(path, before), { recursive: true });
    },
  };
}
