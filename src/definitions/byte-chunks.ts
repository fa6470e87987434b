/** Where bytes lie. */
export interface ByteRange {
  /** Which of the chunks. */
  readonly chunk: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * Small files share a chunk of this size, larger ones have one each: many files cross as few buffers, and a file that
 * outlives those it was read with keeps no more than so much in memory.
 */
const SHARED_BYTES = 64 * 1024;

/** Bytes of many files, in buffers that can be handed to another thread without a copy. */
export class ByteChunks {
  readonly #full: ArrayBuffer[] = [];
  #current = new ArrayBuffer(0);
  #used = 0;
  #isTaken = false;

  /** Room to read into. What is not taken of it before the next call is given again. */
  room(bytes: number): Buffer {
    if (this.#current.byteLength - this.#used < bytes) {
      this.#finish();
      this.#current = new ArrayBuffer(Math.max(bytes, SHARED_BYTES));
    }
    return Buffer.from(this.#current, this.#used, bytes);
  }

  /** Keeps the first bytes of the room that was given last. */
  take(length: number): ByteRange {
    const range = { chunk: this.#full.length, offset: this.#used, length };
    this.#used += length;
    this.#isTaken = true;
    return range;
  }

  /** Every chunk, in order. Nothing can be added after. */
  finish(): readonly ArrayBuffer[] {
    this.#finish();
    return this.#full;
  }

  #finish(): void {
    const chunk = this.#current;
    // One of a large file is full but for a byte, and not copied for that.
    if (this.#isTaken) this.#full.push(chunk.byteLength > SHARED_BYTES ? chunk : chunk.transfer(this.#used));
    this.#current = new ArrayBuffer(0);
    this.#used = 0;
    this.#isTaken = false;
  }
}
