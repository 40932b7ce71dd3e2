import { useEffect, useState, type RefObject } from 'react';
import type { ScanStep } from '../../../../app/enrollment/biometrics.ts';
import type { ErrorShape } from '../../../../app/errors.ts';
import type { EventPayload } from '../../../../app/ipc/contract.ts';
import { afterPaint } from '../../../after-paint.ts';
import { answer, station } from '../../../station.ts';
import { latestOnly } from './latest-only.ts';

type Frame = EventPayload<'devices.frame'>;

export type Live =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'on' }
  /** No pictures: refused with an error, or they stopped coming (null). It is tried again by itself. */
  | { readonly kind: 'failed'; readonly error: ErrorShape | null };

/** Pictures come at least three times a second (SBI, STREAM); silence so long means that they have stopped. */
const SILENCE_MS = 3000;
const WATCH_AGAIN_MS = 4000;

export const LIVE_WIDTH = 640;
export const LIVE_HEIGHT = 480;

const listeners = new Set<(frame: Frame) => void>();
let listening = false;

/** One listener at the bridge for the window's life: each one more would be held by both processes. */
function onFrame(listener: (frame: Frame) => void): () => void {
  if (!listening) {
    listening = true;
    station.events.on('devices.frame', (frame) => {
      for (const each of listeners) each(frame);
    });
  }
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The whole picture in the middle of the frame, whatever its shape. */
function paint(context: CanvasRenderingContext2D, bitmap: ImageBitmap): void {
  const scale = Math.min(LIVE_WIDTH / bitmap.width, LIVE_HEIGHT / bitmap.height);
  const width = bitmap.width * scale;
  const height = bitmap.height * scale;
  context.clearRect(0, 0, LIVE_WIDTH, LIVE_HEIGHT);
  context.drawImage(bitmap, (LIVE_WIDTH - width) / 2, (LIVE_HEIGHT - height) / 2, width, height);
}

/**
 * The scanner's pictures while `on`. Main stops them at a capture, so they are asked for again once `busy` ends; a
 * stream that fails or falls silent is asked for again too, which also finds a scanner that was plugged in, and never
 * stands in a capture's way.
 * @param canvas of LIVE_WIDTH × LIVE_HEIGHT
 */
export function useLive(
  step: ScanStep,
  on: boolean,
  busy: boolean,
  canvas: RefObject<HTMLCanvasElement | null>,
): Live {
  const [live, setLive] = useState<Live>({ kind: 'waiting' });

  useEffect(() => {
    if (!on) return;
    let gone = false;
    const draw = latestOnly(async (jpeg: Uint8Array) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(jpeg)], { type: 'image/jpeg' }));
      const context = gone ? null : canvas.current?.getContext('2d');
      if (context != null) paint(context, bitmap);
      bitmap.close();
    });
    const stop = onFrame((frame) => {
      if (frame.step === step) draw(frame.jpeg);
    });
    return () => {
      gone = true;
      stop();
      setLive({ kind: 'waiting' });
      void answer(station.devices.unwatch(undefined));
    };
  }, [step, on, canvas]);

  useEffect(() => {
    if (!on || busy) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const tell = (next: Live) => setLive((now) => (now.kind === 'on' && next.kind === 'on' ? now : next));
    const after = (ms: number, run: () => void) => {
      clearTimeout(timer);
      timer = setTimeout(run, ms);
    };
    const silent = () => {
      tell({ kind: 'failed', error: null });
      after(WATCH_AGAIN_MS, () => void watch());
    };
    const watch = async () => {
      const result = await answer(station.devices.watch(step));
      if (gone) return;
      if (result.ok) return after(SILENCE_MS, silent);
      tell({ kind: 'failed', error: result.error });
      after(WATCH_AGAIN_MS, () => void watch());
    };
    const stop = onFrame((frame) => {
      if (frame.step !== step) return;
      tell({ kind: 'on' });
      after(SILENCE_MS, silent);
    });
    const cancel = afterPaint(() => void watch());
    return () => {
      gone = true;
      cancel();
      clearTimeout(timer);
      stop();
    };
  }, [step, on, busy]);

  return live;
}
