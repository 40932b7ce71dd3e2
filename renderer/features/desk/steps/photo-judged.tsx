import { TextInput } from '@mantine/core';
import { useEffect, useMemo, useState, type RefObject } from 'react';
import { REASON_MAX, REASON_MIN } from '../../../../app/reason.ts';
import type { Advice, PhotoJudgement, SeenBackground } from '../../../../app/enrollment/photo.ts';
import type { PacketId } from '../../../../app/ids.ts';
import type { Capture } from '../../../../app/ipc/contract.ts';
import { errorShape } from '../../../../app/errors.ts';
import { useEscape } from '../../../components/keys.ts';
import { ErrorNotice } from '../../../components/notice.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import { useWords } from '../../../i18n/words.ts';
import { keepUnfinished, unfinishedOf } from '../unfinished.ts';
import classes from './photo.module.css';

/** A photo as it was taken; `judgement` is null where the face check could not run. */
export interface Shot {
  readonly bytes: Uint8Array;
  readonly judgement: PhotoJudgement | null;
  readonly attempt: number;
  readonly background: SeenBackground | undefined;
}

export function PhotoAdvice({ advice }: { advice: readonly Advice[] }) {
  const { t } = useWords();
  if (advice.length === 0) return null;
  return (
    <ul className={classes['advice']}>
      {advice.map((code) => (
        <li key={code}>{t(`photo/advice/${code}`)}</li>
      ))}
    </ul>
  );
}

export function PhotoQuality({
  score,
  fit,
  override,
}: {
  score: number | null;
  fit: boolean;
  override?: string | undefined;
}) {
  const { t, f } = useWords();
  return (
    <div className={classes['quality']}>
      {score === null ? (
        <StateMark tone="waiting">{t('photo/qualityNone')}</StateMark>
      ) : (
        <StateMark tone={fit ? 'safe' : 'act'}>
          {t(fit ? 'photo/qualityGood' : 'photo/qualityLow', { score: f.number(score) })}
        </StateMark>
      )}
      {override !== undefined && <p>{t('photo/overridden', { reason: override })}</p>}
    </div>
  );
}

/** The photo that waited for its reason when the step was left or the session locked. */
export function unfinishedShot(packetId: PacketId): Shot | null {
  const photo = unfinishedOf('photo', packetId);
  if (photo === null) return null;
  const judgement = photo.judgement === null ? null : (JSON.parse(photo.judgement) as PhotoJudgement);
  const { bytes, attempt, background } = photo;
  return { bytes, judgement, attempt, background: background ?? undefined };
}

/** The draft's own photo, whose background is not the one that the biodata ask for. */
export function keptShot({ part, bytes }: Capture): Shot {
  const { quality, attempts, background } = part;
  return {
    bytes,
    judgement: { fit: true, score: quality ?? 0, advice: ['background'] },
    attempt: attempts,
    background,
  };
}

function asUnfinished({ bytes, judgement, attempt, background }: Shot) {
  return {
    kind: 'photo',
    bytes,
    attempt,
    judgement: judgement === null ? null : JSON.stringify(judgement),
    background: background ?? null,
  } as const;
}

interface Asked {
  /** Of the reason: the step's primary action sends its form, as Enter in it does. */
  readonly field: RefObject<HTMLInputElement | null>;
  /** The draft that has it not yet: it must not be lost when the step is left. Null where the draft holds it. */
  readonly waitsFor: PacketId | null;
  readonly shot: Shot;
  readonly onKeep: (reason: string) => void;
}

/** Never accepted silently, never in the way: what is wrong with it, and a reason or another try. */
export function UnfitPhoto({ onRetake, ...asked }: Asked & { onRetake: () => void }) {
  const { shot } = asked;
  const { t } = useWords();
  const [first, ...others] = shot.judgement?.advice ?? [];
  // As in every other form: Escape gives this one up, and the resident stays at the desk.
  useEscape(onRetake);
  return (
    <>
      {shot.judgement === null ? (
        <ErrorNotice error={errorShape('camera.faceModel')} />
      ) : (
        <div role="alert" className={classes['quality']}>
          {first !== undefined && (
            <span className={classes['read']}>
              <StateMark tone="act">{t(`photo/advice/${first}`)}</StateMark>
            </span>
          )}
          <PhotoAdvice advice={others} />
        </div>
      )}
      {shot.judgement !== null && <PhotoQuality score={shot.judgement.score} fit={shot.judgement.fit} />}
      <WhyKept {...asked} />
    </>
  );
}

/** By itself: a letter of the reason draws nothing else anew. */
function WhyKept({ field, waitsFor, shot, onKeep }: Asked) {
  const { t } = useWords();
  const [reason, setReason] = useState(
    () => (waitsFor === null ? null : unfinishedOf('photo', waitsFor))?.reason ?? '',
  );
  const photo = useMemo(() => asUnfinished(shot), [shot]);
  useEffect(() => {
    if (waitsFor !== null) keepUnfinished({ ...photo, packetId: waitsFor, reason });
  }, [waitsFor, photo, reason]);
  const [short, setShort] = useState(false);

  const keep = () => {
    if (reason.trim().length >= REASON_MIN) return onKeep(reason.trim());
    setShort(true);
    field.current?.focus();
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
    >
      <TextInput
        ref={field}
        label={t('photo/reason')}
        description={t('photo/reasonHelp')}
        value={reason}
        maxLength={REASON_MAX}
        error={short ? <span role="alert">{t('photo/reasonShort')}</span> : null}
        onChange={(event) => {
          setReason(event.currentTarget.value);
          setShort(false);
        }}
        autoComplete="off"
      />
    </form>
  );
}
