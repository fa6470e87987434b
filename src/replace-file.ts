import { open, rename } from 'node:fs/promises';

const OWNER_ONLY = 0o600;

/** Writes a file that only its owner may read. A process that ends at any time leaves the whole old file or the whole new one. */
export async function replaceFile(file: string, content: string | Buffer): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, 'w', OWNER_ONLY);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
