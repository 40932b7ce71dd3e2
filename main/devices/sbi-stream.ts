/** Larger than any preview; a length above it is no length. */
const MAX_FRAME = 3 * 1024 * 1024;
const MAX_HEAD = 4096;
const LENGTH = /content-length:[ \t]*(\d+)/i;

/**
 * Takes the JPEG pictures out of a `multipart/x-mixed-replace` stream, by the Content-Length of each part: boundaries
 * are written in more ways than one, and a picture may hold any bytes. What is no part (a JSON error after the last
 * picture, or instead of one) stays in `rest`.
 */
export class FrameParser {
  readonly #onFrame: (jpeg: Uint8Array) => void;
  #buffered: Buffer = Buffer.alloc(0);
  /** Bytes that the part under way still needs; null between parts. */
  #wanted: number | null = null;

  constructor(onFrame: (jpeg: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws Error when it is no stream of pictures */
  push(bytes: Uint8Array): void {
    this.#buffered = Buffer.concat([this.#buffered, bytes]);
    while (this.#step());
  }

  /** What came after the last part, or instead of any. */
  get rest(): string {
    return this.#wanted === null ? this.#buffered.toString('utf8') : '';
  }

  #step(): boolean {
    if (this.#wanted === null) return this.#readHead();
    if (this.#buffered.length < this.#wanted) return false;
    const frame = this.#buffered.subarray(0, this.#wanted);
    this.#buffered = this.#buffered.subarray(this.#wanted);
    this.#wanted = null;
    if (frame[0] === 0xff && frame[1] === 0xd8) this.#onFrame(Uint8Array.from(frame));
    return true;
  }

  #readHead(): boolean {
    const start = this.#buffered.indexOf('--');
    const end = start < 0 ? -1 : this.#buffered.indexOf('\r\n\r\n', start);
    if (end < 0) {
      if (this.#buffered.length > MAX_HEAD) throw new Error('no part begins where one should');
      return false;
    }
    const head = this.#buffered.toString('latin1', start, end);
    const wanted = Number(LENGTH.exec(head)?.[1]);
    // The closing boundary, or a part that says no length: neither can be a picture.
    if (!(wanted <= MAX_FRAME)) throw new Error('a part without a length');
    this.#buffered = this.#buffered.subarray(end + 4);
    this.#wanted = wanted;
    return true;
  }
}
