import { IconAlertTriangle, IconCircleCheck, IconEye, IconFingerprint } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { ScanStep } from '../../../../app/enrollment/biometrics.ts';
import { useReleased } from '../../../components/canvas-memory.ts';
import { useWords } from '../../../i18n/words.ts';
import { queries } from '../../../query.ts';
import { DEVICES } from './use-scanner.ts';
import { LIVE_HEIGHT, LIVE_WIDTH, useLive, type Live } from './live.ts';
import type { Taken } from './scan-view.ts';
import classes from './scan.module.css';

/** What the scanner sees, in a frame that keeps its place whether there is a picture or not. */
export function LiveView({
  step,
  on,
  busy,
  taken,
  practice,
  ready,
}: {
  step: ScanStep;
  on: boolean;
  busy: boolean;
  /** Nothing is left to take: the frame says how that ended instead of a picture. */
  taken: Taken | null;
  /** A practice scanner has no pictures. */
  practice: boolean;
  /** The scanner would capture all the same: never promised of one that is gone or busy. */
  ready: boolean;
}) {
  const { t } = useWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  // Painted on a canvas: no picture has an address that somebody would have to give back.
  const live = useLive(step, on && !practice, busy, canvas);
  useEffect(() => {
    // Pictures that begin or end are news of the scanner too.
    void queries.invalidateQueries({ queryKey: DEVICES });
  }, [live.kind]);
  useReleased(canvas);
  const done = busy ? null : taken;
  const Own = step === 'irises' ? IconEye : IconFingerprint;
  const Empty = done === 'good' ? IconCircleCheck : done === 'low' ? IconAlertTriangle : Own;
  const note = noteOf(live.kind, busy, taken, practice);
  return (
    <figure
      className={classes['live']}
      data-live={done === null ? live.kind : 'off'}
      aria-label={t('scan/live')}
    >
      <Empty className={classes['liveMark']} data-done={done ?? undefined} size={72} stroke={1} aria-hidden />
      <canvas ref={canvas} width={LIVE_WIDTH} height={LIVE_HEIGHT} />
      {note !== null && (
        <figcaption className={classes['liveNote']} data-busy={busy}>
          {t(`scan/${note}`)}
          {note === 'liveFailed' && ready && ` ${t('scan/liveFailedStill')}`}
          {note === 'liveFailed' && live.kind === 'failed' && live.error !== null && (
            <small>{t('app/code', { code: live.error.code })}</small>
          )}
        </figcaption>
      )}
    </figure>
  );
}

type Note = 'running' | `taken_${Taken}` | 'livePractice' | 'liveWaiting' | 'liveFailed';

function noteOf(live: Live['kind'], busy: boolean, taken: Taken | null, practice: boolean): Note | null {
  if (busy) return 'running';
  if (taken !== null) return `taken_${taken}`;
  if (practice) return 'livePractice';
  if (live === 'on') return null;
  return live === 'waiting' ? 'liveWaiting' : 'liveFailed';
}
