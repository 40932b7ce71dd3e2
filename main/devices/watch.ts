import { setTimeout as delay } from 'node:timers/promises';
import type { ScanStep } from '../../app/enrollment/biometrics.ts';
import { RekamError } from '../../app/errors.ts';

interface Source {
  /** Opens the pictures; resolves when they have ended, by the signal or by the device. */
  open(signal: AbortSignal, onFrame: (jpeg: Uint8Array) => void): Promise<void>;
  /** Told of each failure; what to say of it. */
  broken(error: unknown): RekamError;
}

const AGAIN_MS = 1000;
/** More pictures than an eye needs would only pile up before a window that is slow to draw them. */
const SHORTEST_MS = 40;

/** One live view, from its start until it is stopped. Owner of the last picture, and of coming back after a break. */
export class Watch {
  readonly step: ScanStep;
  readonly #source: Source;
  readonly #onFrame: (jpeg: Uint8Array) => void;
  readonly #ending = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  #lastFrame: Uint8Array | null = null;
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor(step: ScanStep, onFrame: (jpeg: Uint8Array) => void, source: Source) {
    this.step = step;
    this.#onFrame = onFrame;
    this.#source = source;
  }

  get lastFrame(): Uint8Array | null {
    return this.#lastFrame;
  }

  /** Resolves with the first picture, or when it is stopped before. Throws what kept it from starting. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#ended = this.#run(resolve, reject).finally(resolve);
    });
  }

  /** Resolves when the device's connection is closed. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#ended;
  }

  async #run(started: () => void, failed: (error: RekamError) => void): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.#source.open(signal, (jpeg) => {
          this.#lastFrame = jpeg;
          started();
          this.#show(jpeg);
        });
        if (this.#lastFrame === null && !signal.aborted) throw new RekamError('device.answer');
      } catch (error) {
        if (signal.aborted) return;
        const told = this.#source.broken(error);
        if (this.#lastFrame === null) return failed(told);
      }
      await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #show(jpeg: Uint8Array): void {
    const now = performance.now();
    if (now - this.#shownAt < SHORTEST_MS) return;
    this.#shownAt = now;
    this.#onFrame(jpeg);
  }
}
