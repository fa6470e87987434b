/** Bytes of an id. */
export const ID_BYTES = 16;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A UUID as 16 bytes. */
export function toIdBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** A UUID from anywhere as 16 bytes; null when it is none, and so the id of nothing. */
export function parseId(id: string): Buffer | null {
  return UUID.test(id) ? toIdBytes(id) : null;
}

/** 16 bytes as a UUID. */
export function toIdText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The smallest id of a time, ms since the epoch: ids made earlier sort before it. */
export function toFirstId(ms: number): Buffer {
  const bytes = Buffer.alloc(ID_BYTES);
  bytes.writeUIntBE(Math.max(0, Math.min(ms, 2 ** 48 - 1)), 0, 6);
  return bytes;
}
