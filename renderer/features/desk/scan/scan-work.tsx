import { DEFAULT_LIMITS, type BodyPart, type ScanStep } from '../../../../app/enrollment/biometrics.ts';
import { isEye, type Limits } from '../../../../app/enrollment/quality.ts';
import type { ErrorShape } from '../../../../app/errors.ts';
import { useApp } from '../../../app-state.ts';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import type { Work, WorkState } from '../../../drafts/work.ts';
import { useWords, type Vocabulary } from '../../../i18n/words.ts';
import type { Primary } from '../step-frame.tsx';
import { DeviceLine } from './device-line.tsx';
import { Drawing } from './hands.tsx';
import { LiveView } from './live-view.tsx';
import { capture, useScanState } from './scan-store.ts';
import { listParts, SCAN_PARTS, scanView, takenOf, type ScanView } from './scan-view.ts';
import classes from './scan.module.css';
import { Tiles } from './tiles.tsx';
import { useScanner, type DeskScanner } from './use-scanner.ts';

export interface Scan {
  readonly step: ScanStep;
  readonly view: ScanView;
  readonly limits: Limits;
  readonly busy: boolean;
  /** Of the last capture at this step; gone with the next one. */
  readonly error: ErrorShape | null;
  /** When it failed, milliseconds since the epoch. */
  readonly failedAt: number;
  /** What to place on the glass: the whole step, or by name what is left of it. */
  readonly asked: string;
  readonly take: () => void;
  /** The scanner's next action, or null where all is taken as well as it will be. */
  readonly primary: Primary | null;
}

export function useLimits(): Limits {
  return useApp((app) => app.info?.policy) ?? DEFAULT_LIMITS;
}

export function useScan(work: Work, state: WorkState, step: ScanStep): Scan {
  const vocabulary = useWords();
  const { t } = vocabulary;
  const limits = useLimits();
  const { running: busy, failed } = useScanState();
  const view = scanView(step, state.draft, limits);
  const ours = failed !== null && failed.step === step && failed.packetId === state.draft.packetId;
  const error = ours && view.wanted.length > 0 ? failed.error : null;
  const failedAt = failed?.at ?? 0;
  const take = () => void capture(work, step, limits);
  const label = view.again || error !== null ? t('scan/retake') : t('scan/take');
  const open = view.wanted.length > 0 && (!view.complete || view.again || error !== null);
  return {
    step,
    view,
    limits,
    busy,
    error,
    failedAt,
    asked: askFor(step, view, vocabulary),
    take,
    primary: open ? { label, run: take, busy } : null,
  };
}

/** What mends itself as soon as the scanner is there again. */
const READINESS: readonly string[] = ['device.missing', 'device.unplugged', 'device.notReady', 'device.busy'];

/** The scanner was seen ready since: what was said of it is over. */
function isMended({ error, failedAt }: Scan, scanner: DeskScanner): boolean {
  if (error === null || !READINESS.includes(error.code)) return false;
  return scanner.status === 'ready' && scanner.seenAt > failedAt;
}

function isUntrusted(error: ErrorShape | null): boolean {
  return error?.code === 'device.untrusted' || error?.code === 'device.foreign';
}

function askFor(step: ScanStep, { wanted }: ScanView, { t }: Pick<Vocabulary, 't'>): string {
  if (wanted.length === 0) return '';
  if (wanted.length === SCAN_PARTS[step].length) return t(`scan/guide_${step}`);
  const labels = wanted.map((part) => t(`part/${part}`));
  const parts = listParts(labels, (first, last) => t('scan/list', { first, last }));
  if (step === 'verify') return t('scan/only_verify', { parts });
  if (wanted.every(isEye)) return t('scan/only_eye', { parts });
  switch (wanted.length) {
    case 1:
      return t('scan/only', { parts });
    case 2:
      return t('scan/count_2', { parts });
    default:
      return t('scan/count_3', { parts });
  }
}

/** Live picture and device on one side; on the other what is asked for, or why it failed, over what is there. */
export function ScanWork({
  work,
  state,
  scan,
  onExcept,
  note,
}: {
  work: Work;
  state: WorkState;
  scan: Scan;
  onExcept: (part: BodyPart) => void;
  /** Below what is asked. */
  note?: React.ReactNode;
}) {
  const { step, view, limits, busy, error } = scan;
  const scanner = useScanner(step, busy);
  // Over the tiles, in the place of what was asked: nothing moves, and nothing hides below the edge.
  const message =
    error !== null && !isMended(scan, scanner) ? (
      <ErrorNotice error={error} />
    ) : !busy && view.low && (view.again || view.complete) ? (
      <Low scan={scan} />
    ) : null;
  return (
    <div className={classes['scan']}>
      <div className={classes['liveSide']}>
        <LiveView
          key={step}
          step={step}
          on={scan.primary !== null || busy}
          busy={busy}
          taken={scan.primary === null ? takenOf(view) : null}
          practice={scanner.row?.practice ?? false}
          ready={scanner.status === 'ready'}
        />
        <DeviceLine scanner={scanner} busy={busy} untrusted={isUntrusted(error)} />
      </div>
      <div className={classes['workSide']}>
        <div className={classes['ask']} data-message={message !== null}>
          <div>
            {message ?? <p className={classes['askText']}>{scan.asked}</p>}
            <Tried scan={scan} />
            {note}
          </div>
          {message === null && <Drawing step={step} view={view} />}
        </div>
        <Tiles work={work} state={state} view={view} limits={limits} busy={busy} onExcept={onExcept} />
      </div>
    </div>
  );
}

/** How often it was tried, and that it is good. */
function Tried({ scan: { view, limits, busy } }: { scan: Scan }) {
  const { t, f } = useWords();
  const n = view.attempts + (busy ? 1 : 0);
  return (
    <div className={classes['tried']}>
      {n > 0 && (
        <p>
          {t(n > limits.maxAttempts ? 'scan/attemptMore' : 'scan/attempt', {
            n: f.number(n),
            max: f.number(limits.maxAttempts),
          })}
        </p>
      )}
      {view.wanted.length === 0 && <StateMark tone="running">{t('scan/allExcepted')}</StateMark>}
      {!busy && view.complete && view.wanted.length > 0 && !view.low && (
        <StateMark tone="safe">{t('scan/good')}</StateMark>
      )}
    </div>
  );
}

function Low({ scan: { step, view, limits } }: { scan: Scan }) {
  const { t, f } = useWords();
  const eyes = step === 'irises';
  const threshold = f.number(eyes ? limits.irisThreshold : limits.fingerThreshold);
  if (view.again) return <Notice>{t(eyes ? 'scan/below_iris' : 'scan/below_finger', { threshold })}</Notice>;
  if (!view.complete) return null;
  if (view.override !== null) return <Notice>{t('photo/overridden', { reason: view.override })}</Notice>;
  return <Notice>{t('scan/belowLast', { threshold, n: f.number(view.attempts) })}</Notice>;
}
