import { createHash } from 'node:crypto';

/** Numbers that a seed decides (sfc32). A fork has numbers of its own, so that one more throw here moves nothing there. */
export class Dice {
  readonly #name: string;
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(name: string) {
    this.#name = name;
    const hash = createHash('sha256').update(name).digest();
    this.#a = hash.readUInt32LE(0);
    this.#b = hash.readUInt32LE(4);
    this.#c = hash.readUInt32LE(8);
  }

  fork(name: string): Dice {
    return new Dice(`${this.#name}/${name}`);
  }

  /** In [0, 1). */
  next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return (t >>> 0) / 4294967296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** As `int`, but small numbers as likely as large ones are far apart: each power of ten has its share. */
  wide(low: number, high: number): number {
    return Math.floor(Math.exp(Math.log(low) + this.next() * (Math.log(high + 1) - Math.log(low))));
  }

  pick<T>(list: readonly T[]): T {
    const item = list[Math.floor(this.next() * list.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; at += 1) bytes[at] = this.next() * 256;
    return bytes;
  }

  /** UUID version 7. @param at milliseconds since the epoch */
  uuid(at: number): string {
    const time = Math.max(0, at).toString(16).padStart(12, '0').slice(-12);
    const tail = this.bytes(10).toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${tail.slice(6, 18)}`;
  }
}
