import { useSyncExternalStore } from 'react';
import type { PartName, ScanStep } from '../../../../app/enrollment/biometrics.ts';
import type { Limits } from '../../../../app/enrollment/quality.ts';
import type { ErrorShape } from '../../../../app/errors.ts';
import type { PacketId } from '../../../../app/ids.ts';
import { painted } from '../../../after-paint.ts';
import { announce } from '../../../components/announcer.tsx';
import type { Work } from '../../../drafts/work.ts';
import { words } from '../../../i18n/words.ts';
import { queries } from '../../../query.ts';
import { answer, station } from '../../../station.ts';
import { keepBest } from '../capture.ts';
import { UNAPPROVED } from '../corrections.ts';
import { commitWork, fill, isOpen } from '../desk-store.ts';
import { DEVICES } from './use-scanner.ts';
import { SCAN_PARTS, scanView } from './scan-view.ts';

interface ScanState {
  /** One capture at a time, whichever step began it. */
  readonly running: boolean;
  readonly failed: {
    readonly packetId: PacketId;
    readonly step: ScanStep;
    readonly error: ErrorShape;
    readonly at: number;
  } | null;
}

// Outside React: a capture goes on when its step or draft is left, and what became of it is there on coming back.
let state: ScanState = { running: false, failed: null };
const listeners = new Set<() => void>();

function set(next: ScanState): void {
  state = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useScanState(): ScanState {
  return useSyncExternalStore(subscribe, () => state);
}

/** Takes what the step still wants, keeps the best of each part, and says how it ended. */
export async function capture(work: Work, step: ScanStep, limits: Limits): Promise<void> {
  if (!state.running) await fill(work, () => captureNow(work, step, limits));
}

async function captureNow(work: Work, step: ScanStep, limits: Limits): Promise<void> {
  set({ running: true, failed: null });
  const { t } = words();
  announce(t('scan/running'));
  await painted();
  const { draft } = work.state();
  const { attempts, wanted: asked } = scanView(step, draft, limits);
  const attempt = attempts + 1;
  const result = await answer(
    station.devices.capture({
      packetId: draft.packetId,
      step,
      // An amendment leaves out what is not asked for, as if it were excepted.
      excepted: SCAN_PARTS[step].filter((part) => !asked.includes(part)),
      attempt,
    }),
  );
  if (!result.ok) {
    set({ running: false, failed: { packetId: draft.packetId, step, error: result.error, at: Date.now() } });
    void queries.invalidateQueries({ queryKey: DEVICES });
    return;
  }
  const { captures, draft: now } = work.state();
  const wanted = new Set<PartName>(scanView(step, now, limits).wanted);
  const fresh = result.value.filter((entry) => wanted.has(entry.part.name));
  // The index fingers come after the approval and are no part of what was approved.
  work.update(step === 'verify' ? {} : UNAPPROVED, { put: keepBest(captures, fresh, attempt) });
  set({ running: false, failed: null });
  if (!isOpen(work)) return;
  announce(resultWords(work, step, limits));
  await commitWork(work);
}

function resultWords(work: Work, step: ScanStep, limits: Limits): string {
  const { t, f } = words();
  const view = scanView(step, work.state().draft, limits);
  if (!view.complete) return t('scan/incomplete');
  if (!view.low) return t('scan/good');
  const eyes = step === 'irises';
  const threshold = f.number(eyes ? limits.irisThreshold : limits.fingerThreshold);
  return view.again
    ? t(eyes ? 'scan/below_iris' : 'scan/below_finger', { threshold })
    : t('scan/belowLast', { threshold, n: f.number(view.attempts) });
}
