import { Button } from '@mantine/core';
import { IconEye, IconFingerprint } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import {
  IRISES,
  LEFT_FOUR,
  RIGHT_FOUR,
  THUMBS,
  type BodyPart,
  type Exception,
  type ScanStep,
} from '../../../../app/enrollment/biometrics.ts';
import type { ErrorShape } from '../../../../app/errors.ts';
import type { Capture } from '../../../../app/ipc/contract.ts';
import { useApp } from '../../../app-state.ts';
import { announce } from '../../../components/announcer.tsx';
import { BytesImage } from '../../../components/bytes-image.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import { useWords } from '../../../i18n/words.ts';
import { answer, station } from '../../../station.ts';
import { keepBest } from '../capture.ts';
import { UNAPPROVED } from '../corrections.ts';
import { commitWork } from '../desk-store.ts';
import classes from '../desk.module.css';
import { StepFrame } from '../step-frame.tsx';
import type { StepProps } from '../work-context.ts';
import { ExceptionButton, ExceptionList, ExceptionPanel } from './exceptions.tsx';

/** The slap in the order in which the hand lies on the glass, left to right. */
const PARTS: Readonly<Record<ScanStep, readonly BodyPart[]>> = {
  right4: RIGHT_FOUR,
  left4: [...LEFT_FOUR].reverse(),
  thumbs: THUMBS,
  irises: IRISES,
};
/** Where the policy has not arrived: what the center's default says. */
const DEFAULTS = { fingerThreshold: 60, irisThreshold: 60, maxAttempts: 3 };

export function Quality({ score, threshold }: { score: number | null; threshold: number }) {
  const { t, f } = useWords();
  if (score === null) return <StateMark tone="safe">{t('scan/qualityNone')}</StateMark>;
  const good = score >= threshold;
  return (
    <StateMark tone={good ? 'safe' : 'act'}>
      {t(good ? 'scan/qualityGood' : 'scan/qualityLow', { score: f.number(Math.round(score)) })}
    </StateMark>
  );
}

function Tile({
  part,
  capture,
  exception,
  threshold,
}: {
  part: BodyPart;
  capture: Capture | undefined;
  exception: Exception | undefined;
  threshold: number;
}) {
  const { t } = useWords();
  const name = t(`part/${part}`);
  const Empty = part.startsWith('iris.') ? IconEye : IconFingerprint;
  return (
    <li className={classes['tile']}>
      <div className={classes['tileImage']}>
        {capture?.preview != null ? (
          <BytesImage bytes={capture.preview} alt={t('scan/image', { part: name })} />
        ) : (
          <Empty size={44} stroke={1} aria-hidden />
        )}
      </div>
      <strong>{name}</strong>
      {exception !== undefined ? (
        <StateMark tone="running">{t(`exceptionReason/${exception.reason}`)}</StateMark>
      ) : capture === undefined ? (
        <StateMark tone="waiting" open>
          {t('scan/notYet')}
        </StateMark>
      ) : (
        <Quality score={capture.part.quality} threshold={threshold} />
      )}
    </li>
  );
}

/** Fingers and irises: captured by the device, best attempt of each part kept, again while below the threshold. */
export function ScanStepView({ work, state, next, back, step }: StepProps & { step: ScanStep }) {
  const { t, f } = useWords();
  const policy = useApp((app) => app.info?.policy) ?? DEFAULTS;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  const [excepting, setExcepting] = useState<BodyPart | null>(null);
  const close = useCallback(() => setExcepting(null), []);
  const parts = PARTS[step];
  const threshold = step === 'irises' ? policy.irisThreshold : policy.fingerThreshold;

  const exceptionOf = (part: BodyPart) => state.draft.exceptions.find((entry) => entry.part === part);
  const wanted = parts.filter((part) => exceptionOf(part) === undefined);
  const held = wanted.map((part) => state.captures.get(part));
  const attempts = Math.max(0, ...held.map((capture) => capture?.part.attempts ?? 0));
  const complete = held.every((capture) => capture !== undefined);
  const low = held.some(
    (capture) => capture !== undefined && capture.part.quality !== null && capture.part.quality < threshold,
  );
  const again = complete && low && attempts < policy.maxAttempts;

  const capture = async () => {
    setBusy(true);
    setError(null);
    announce(t('scan/running'));
    const attempt = attempts + 1;
    const { draft } = work.state();
    const result = await answer(
      station.devices.capture({
        packetId: draft.packetId,
        step,
        excepted: draft.exceptions.map((entry) => entry.part),
        attempt,
      }),
    );
    setBusy(false);
    if (!result.ok) return setError(result.error);
    const asked = result.value.filter((entry) => wanted.some((part) => part === entry.part.name));
    work.update(UNAPPROVED, { put: keepBest(work.state().captures, asked, attempt) });
    await commitWork(work);
  };

  if (excepting !== null) {
    return <ExceptionPanel work={work} state={state} parts={parts} chosen={excepting} onClose={close} />;
  }
  const retry = { label: t('scan/retake'), run: () => void capture(), busy };
  const goOn = { label: t('common/next'), run: next };
  const firstOpen = wanted.find((part) => !state.captures.has(part)) ?? wanted[0] ?? parts[0] ?? null;
  return (
    <StepFrame
      heading={t(`stepLong/${step}`)}
      quiet={
        <>
          <ExceptionButton onClick={() => setExcepting(firstOpen)} />
          {complete && wanted.length > 0 && !again && (
            <Button variant="subtle" onClick={() => void capture()} disabled={busy}>
              {t('scan/retake')}
            </Button>
          )}
          {again && (
            <Button variant="subtle" onClick={next} disabled={busy}>
              {t('scan/accept')}
            </Button>
          )}
        </>
      }
      secondary={back}
      primary={
        again || (error !== null && !complete)
          ? retry
          : complete
            ? { ...goOn, busy }
            : { label: t('scan/take'), run: () => void capture(), busy }
      }
    >
      <p className={classes['read']}>{busy ? t('scan/running') : t(`scan/guide_${step}`)}</p>
      <ul className={classes['tiles']} aria-label={t('scan/parts')}>
        {parts.map((part) => (
          <Tile
            key={part}
            part={part}
            capture={state.captures.get(part)}
            exception={exceptionOf(part)}
            threshold={threshold}
          />
        ))}
      </ul>
      <output className={classes['scanNotes']}>
        {attempts > 0 && (
          <p className={classes['quietText']}>
            {t('scan/attempt', { n: f.number(attempts), max: f.number(policy.maxAttempts) })}
          </p>
        )}
        {wanted.length === 0 && <p>{t('scan/allExcepted')}</p>}
        {complete && wanted.length > 0 && !low && <StateMark tone="safe">{t('scan/good')}</StateMark>}
        {again && <Notice>{t('scan/below', { threshold: f.number(threshold) })}</Notice>}
        {complete && low && !again && (
          <Notice>{t('scan/belowLast', { threshold: f.number(threshold), n: f.number(attempts) })}</Notice>
        )}
      </output>
      {error !== null && <ErrorNotice error={error} />}
      <ExceptionList work={work} state={state} parts={parts} />
    </StepFrame>
  );
}
