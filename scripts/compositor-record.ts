import { readFileSync, rmSync } from 'node:fs';
import type { ElectronApplication, Page } from 'playwright-core';

/** A key press as Chromium itself follows it (cc EventLatency), in milliseconds of the page's clock (performance.now). */
export interface KeyLatency {
  readonly pressedMs: number;
  /** When its picture stood on the screen; where it asked for none, when the page had dealt with it. */
  readonly endedMs: number;
}

/** A picture of the page, by the same clock. */
export interface Picture {
  /** When the page had painted it: whatever was dealt with before is in it. */
  readonly paintedMs: number;
  /** When it stood on the screen. */
  readonly presentedMs: number;
}

export interface Recorded {
  readonly keys: readonly KeyLatency[];
  /** In the order in which they were presented. */
  readonly pictures: readonly Picture[];
}

/** One entry of Chromium's trace; only what is read here. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  /** Microseconds of the machine's clock. */
  readonly ts: number;
  readonly id2?: { readonly local?: string };
  readonly args: {
    readonly data?: { readonly startTime?: number };
    readonly event_latency?: { readonly event_type?: string };
    readonly chrome_frame_reporter?: { readonly state?: string };
  };
}

/** Held some nine enrollments by keys when it was chosen. What it cannot hold is counted as not in the record. */
const RING_KB = 8192;
const MARK = 'rekam: page and trace have the same moment';

/** What the compositor drew and when, from its own record: Chromium's trace, kept in a ring. */
export class CompositorRecord {
  readonly #app: ElectronApplication;

  private constructor(app: ElectronApplication) {
    this.#app = app;
  }

  /**
   * Null where the app is not on the Chromium that this reads: a later one writes its trace in another format, and its
   * page goes on while a picture is handed over, so that "painted" would mean something else.
   */
  static async start(app: ElectronApplication): Promise<CompositorRecord | null> {
    const chromium = await app.evaluate(() => process.versions['chrome'] ?? '');
    if (!chromium.startsWith('114.')) return null;
    const record = new CompositorRecord(app);
    await record.#begin();
    return record;
  }

  /** What is in the ring of this page. The ring is empty after it. */
  async take(page: Page): Promise<Recorded> {
    const markedMs = await page.evaluate((mark) => {
      const { startTime } = performance.mark(mark);
      performance.clearMarks(mark);
      return startTime;
    }, MARK);
    const trace = await this.#end();
    await this.#begin();
    const mark = trace.find(({ name, args }) => name === MARK && args.data?.startTime === markedMs);
    // Its keys are then counted as not in the record: a day is not given up for them.
    if (mark === undefined) return { keys: [], pictures: [] };
    const inPage = (ts: number): number => markedMs + (ts - mark.ts) / 1000;
    const events = trace.filter(({ pid }) => pid === mark.pid).sort((a, b) => a.ts - b.ts);
    return { keys: keysOf(events, inPage), pictures: picturesOf(events, inPage) };
  }

  async #begin(): Promise<void> {
    await this.#app.evaluate(async ({ contentTracing }, ringKb) => {
      const config = {
        // Electron's papers call it recording_mode; Chromium reads record_mode.
        record_mode: 'record-continuously',
        trace_buffer_size_in_kb: ringKb,
        included_categories: ['benchmark', 'blink.user_timing'],
        excluded_categories: ['*'],
      };
      await contentTracing.startRecording(config);
    }, RING_KB);
  }

  async #end(): Promise<TraceEvent[]> {
    const file = await this.#app.evaluate(({ contentTracing }) => contentTracing.stopRecording());
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: TraceEvent[] }).traceEvents;
    } finally {
      rmSync(file, { force: true });
    }
  }
}

function keysOf(events: readonly TraceEvent[], inPage: (ts: number) => number): KeyLatency[] {
  const begun = new Map<string, number>();
  const keys: KeyLatency[] = [];
  for (const { name, ph, id2, ts, args } of events) {
    const id = id2?.local;
    if (name !== 'EventLatency' || id === undefined) continue;
    const pressed = begun.get(id);
    if (ph === 'b' && args.event_latency?.event_type === 'KEY_PRESSED') begun.set(id, ts);
    else if (ph === 'e' && pressed !== undefined) {
      keys.push({ pressedMs: inPage(pressed), endedMs: inPage(ts) });
      begun.delete(id);
    }
  }
  return keys;
}

/** The frames that the page painted (not the compositor alone) and that came to the screen. */
function picturesOf(events: readonly TraceEvent[], inPage: (ts: number) => number): Picture[] {
  const painted = new Map<string, number>();
  const presented = new Map<string, number>();
  const frames = new Set<string>();
  for (const { name, ph, id2, ts, args } of events) {
    const frame = id2?.local;
    if (frame === undefined) continue;
    const state = args.chrome_frame_reporter?.state;
    if (name === 'PipelineReporter' && ph === 'b' && state !== 'STATE_DROPPED') frames.add(frame);
    else if (name === 'Commit' && ph === 'b') painted.set(frame, ts);
    else if (name === 'SwapEndToPresentationCompositorFrame' && ph === 'e') presented.set(frame, ts);
  }
  const pictures: Picture[] = [];
  for (const frame of frames) {
    const [paintedAt, presentedAt] = [painted.get(frame), presented.get(frame)];
    if (paintedAt !== undefined && presentedAt !== undefined)
      pictures.push({ paintedMs: inPage(paintedAt), presentedMs: inPage(presentedAt) });
  }
  return pictures.sort((a, b) => a.presentedMs - b.presentedMs);
}
