import type { Page } from 'playwright-core';
import type { CompositorRecord, KeyLatency, Picture } from './compositor-record.ts';

/** No key press should be shown later than this. */
export const KEY_MS = 100;
/** The least that Event Timing tells of. */
const SEEN_MS = 16;
/** By so much may page and record differ about when a key was pressed: both round the same event's time. */
const SAME_MS = 0.5;

/** A key press, how long the window took to show it, and where it was pressed. */
export interface SeenKey {
  /** When it was pressed, milliseconds since the epoch: to be held against what else the machine did then. */
  readonly at: number;
  readonly key: string;
  /** Until it was shown: see KeyWatch. */
  readonly ms: number;
  /** The same by Event Timing alone; 0 where it was less than SEEN_MS. */
  readonly eventTimingMs: number;
  /** The same by the compositor's record alone; null where that does not have it. */
  readonly compositorMs: number | null;
  /** Where the focus was, and the heading of the screen, when it was pressed. */
  readonly on: string;
  readonly screen: string;
}

export interface Keys {
  readonly pressed: number;
  /** Of those, how many are not in the compositor's record; null where there is none. */
  readonly notInRecord: number | null;
  /** Those that took at least SEEN_MS by any measure. */
  readonly seen: readonly SeenKey[];
}

/** As the page notes it, by its own clock. */
interface PressedKey extends Pick<SeenKey, 'at' | 'key' | 'on' | 'screen'> {
  readonly startMs: number;
}

interface Timing {
  readonly startMs: number;
  readonly handledMs: number;
  readonly durationMs: number;
}

interface PageKeys {
  readonly pressed: PressedKey[];
  readonly timings: Timing[];
}

/**
 * From each key to the picture that shows it. Two of Chromium's own measures, and the longer counts:
 *
 * - the compositor's (EventLatency): to the picture that the key asked for, or to the end of its handling where it asked
 *   for none;
 * - the page's (W3C Event Timing, in steps of 8 ms): to the next picture after its handling, whoever asked for it.
 *
 * Event Timing of Chromium 114 gives some keys too much: one that is pressed after a frame without changes, while the
 * picture before is not presented yet, asks for no picture of its own and is counted until that of the *next* key. So it
 * is cut where the first picture painted after the key was presented. A key that is not in the record keeps it as it is.
 *
 * Neither says when an answer stood there that came later than the next picture (a busy mark first, then the answer over
 * IPC): what such answers take is in the time of an enrollment. A picture that the compositor gives up ends EventLatency
 * at that moment.
 */
export class KeyWatch {
  readonly #page: Page;
  readonly #record: CompositorRecord | null;
  readonly #pressed: PressedKey[] = [];
  readonly #timings = new Map<number, Timing>();
  readonly #latencies = new Map<PressedKey, number>();
  readonly #pictures: Picture[] = [];

  private constructor(page: Page, record: CompositorRecord | null) {
    this.#page = page;
    this.#record = record;
  }

  static async start(page: Page, record: CompositorRecord | null): Promise<KeyWatch> {
    await page.evaluate(listen, SEEN_MS);
    return new KeyWatch(page, record);
  }

  /** Takes over what page and record hold, before the record's ring comes round and the page's list grows long. */
  async take(): Promise<void> {
    const { pressed, timings } = await this.#page.evaluate(async () => {
      // What was pressed last is shown by then.
      for (let frames = 0; frames < 3; frames += 1)
        await new Promise((resolve) => {
          requestAnimationFrame(resolve);
        });
      const { watchedKeys } = window as unknown as { watchedKeys: PageKeys };
      return { pressed: watchedKeys.pressed.splice(0), timings: watchedKeys.timings.splice(0) };
    });
    this.#pressed.push(...pressed);
    for (const timing of timings) this.#timings.set(timing.startMs, timing);
    if (this.#record === null) return;
    const { keys, pictures } = await this.#record.take(this.#page);
    this.#pictures.push(...pictures);
    const left = [...keys];
    for (const key of this.#pressed) {
      if (this.#latencies.has(key)) continue;
      const at = nearest(left, key.startMs);
      const [latency] = at === null ? [] : left.splice(at, 1);
      if (latency !== undefined) this.#latencies.set(key, latency.endedMs - latency.pressedMs);
    }
  }

  keys(): Keys {
    const seen = this.#pressed
      .map((key) => this.#seen(key))
      .filter(({ ms, eventTimingMs }) => Math.max(ms, eventTimingMs) >= SEEN_MS);
    const notInRecord = this.#record === null ? null : this.#pressed.length - this.#latencies.size;
    return { pressed: this.#pressed.length, notInRecord, seen };
  }

  #seen(pressed: PressedKey): SeenKey {
    const { startMs, ...key } = pressed;
    const timing = this.#timings.get(startMs);
    const eventTimingMs = timing?.durationMs ?? 0;
    const latency = this.#latencies.get(pressed);
    if (latency === undefined) return { ...key, ms: eventTimingMs, eventTimingMs, compositorMs: null };
    const next = this.#pictures.find(
      ({ paintedMs }) => timing !== undefined && paintedMs >= timing.handledMs,
    );
    const cut = next === undefined ? eventTimingMs : Math.min(eventTimingMs, next.presentedMs - startMs);
    return { ...key, ms: Math.ceil(Math.max(cut, latency)), eventTimingMs, compositorMs: Math.ceil(latency) };
  }
}

/** The place in the list of the key that was pressed then; null where it is not there. */
function nearest(keys: readonly KeyLatency[], startMs: number): number | null {
  let found: number | null = null;
  let least = SAME_MS;
  for (const [at, { pressedMs }] of keys.entries()) {
    const apart = Math.abs(pressedMs - startMs);
    if (apart < least) [found, least] = [at, apart];
  }
  return found;
}

/** Runs in the page. */
function listen(leastMs: number): void {
  const keys: PageKeys = { pressed: [], timings: [] };
  Object.assign(window, { watchedKeys: keys });
  window.addEventListener(
    'keydown',
    ({ key, timeStamp }) => {
      const heading = document.querySelector('#step-heading') ?? document.querySelector('main h1');
      keys.pressed.push({
        startMs: timeStamp,
        at: Math.round(performance.timeOrigin + timeStamp),
        key,
        screen: heading?.textContent ?? '',
        on: (document.activeElement?.textContent ?? '').slice(0, 40),
      });
    },
    { capture: true },
  );
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceEventTiming[]) {
      if (entry.name !== 'keydown') continue;
      keys.timings.push({
        startMs: entry.startTime,
        handledMs: entry.processingEnd,
        durationMs: entry.duration,
      });
    }
  }).observe({ type: 'event', durationThreshold: leastMs } as PerformanceObserverInit);
}

/** How many were late, and what one key in so many took, or longer. */
export function told({ pressed, notInRecord, seen }: Keys): string {
  const sorted = seen.map(({ ms }) => ms).sort((a, b) => b - a);
  const oneIn = (count: number): string => {
    const ms = sorted[Math.max(0, Math.floor(pressed / count) - 1)] ?? 0;
    return ms < SEEN_MS ? `under ${SEEN_MS}` : String(ms);
  };
  const byTiming = seen.map(({ eventTimingMs }) => eventTimingMs);
  return (
    `${late(sorted)} of ${pressed} (one in ten ${oneIn(10)}, in a hundred ${oneIn(100)}, ` +
    `in a thousand ${oneIn(1000)}, the worst ${sorted[0] ?? 0} ms)\n    by Event Timing alone ` +
    `${late(byTiming)}, the worst ${Math.max(0, ...byTiming)} ms; ` +
    (notInRecord === null ? 'no record of the compositor is read' : `${notInRecord} not in the record`)
  );
}

function late(milliseconds: readonly number[]): number {
  return milliseconds.filter((ms) => ms > KEY_MS).length;
}
