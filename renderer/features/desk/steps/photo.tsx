import { Button, NativeSelect } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import {
  judgePhoto,
  seenBackground,
  type Advice,
  type Background,
  type PhotoJudgement,
} from '../../../../app/enrollment/photo.ts';
import { unfitParts, wantedBackground } from '../../../../app/enrollment/quality.ts';
import { errorShape } from '../../../../app/errors.ts';
import { painted } from '../../../after-paint.ts';
import { announce } from '../../../components/announcer.tsx';
import { BytesImage } from '../../../components/bytes-image.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import { useWords } from '../../../i18n/words.ts';
import { makeCapture } from '../capture.ts';
import { UNAPPROVED } from '../corrections.ts';
import { commitWork, fill } from '../desk-store.ts';
import { useCamera } from '../face/camera.ts';
import { take, useFaceState } from '../face/face.ts';
import { useLiveJudgement } from '../face/live.ts';
import { makeSpeaker } from '../face/speaker.ts';
import { smallPhoto, takePhoto } from '../photo.ts';
import { useLimits } from '../scan/scan-work.tsx';
import { StepFrame, type Primary } from '../step-frame.tsx';
import type { StepProps } from '../work-context.ts';
import { keepUnfinished } from '../unfinished.ts';
import {
  keptShot,
  PhotoAdvice,
  PhotoQuality,
  UnfitPhoto,
  unfinishedShot,
  type Shot,
} from './photo-judged.tsx';
import classes from './photo.module.css';

export function PhotoStep({ work, state, next, back }: StepProps) {
  const { t, f } = useWords();
  const video = useRef<HTMLVideoElement>(null);
  const photo = state.captures.get('photo');
  const [attempt, setAttempt] = useState(1);
  const [notReady, setNotReady] = useState(false);
  const [taking, setTaking] = useState(false);
  // Unfit, or not judged at all: it enters the draft only with a reason.
  const { packetId } = state.draft;
  const [unfit, setUnfit] = useState<Shot | null>(() => unfinishedShot(packetId));
  // One that waited while the step was left: given up, it is the camera's turn, and its attempt has counted.
  const [retaking, setRetaking] = useState(unfit !== null);
  const attempts = useRef(Math.max(photo?.part.attempts ?? 0, unfit?.attempt ?? 0));
  const [keptAdvice, setKeptAdvice] = useState<readonly Advice[]>([]);
  // The camera stays on behind an unfit photo: taking it again must not wait for the device.
  const cameraOn = photo === undefined || retaking;
  const live = cameraOn && unfit === null;
  const { camera, cameras, chosen, choose } = useCamera(cameraOn, attempt);
  const face = useFaceState();
  const [playing, setPlaying] = useState<MediaStream | null>(null);
  const stream = camera.kind === 'open' ? camera.stream : null;
  const ready = stream !== null && playing === stream;
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    element.srcObject = stream;
    // Refused only where the element went away meanwhile: then nobody waits for it.
    if (stream !== null) void element.play().catch(() => undefined);
  }, [stream, live]);
  const limits = useLimits();
  const background = wantedBackground(state.draft.biodata);
  const judgement = useLiveJudgement(video, live && ready && face !== 'failed' && !taking, background);

  const keep = async (shot: Shot, override: string | null) => {
    const small = await smallPhoto(shot.bytes);
    const capture = await makeCapture('photo', 'image/jpeg', shot.bytes, small, shot.attempt);
    const quality = shot.judgement?.score ?? null;
    const part = {
      ...capture.part,
      quality,
      ...(override !== null && { override }),
      ...(shot.background !== undefined && { background: shot.background }),
    };
    work.update(UNAPPROVED, { put: [{ ...capture, part }] });
    keepUnfinished(null);
    setUnfit(null);
    setKeptAdvice(shot.judgement?.advice ?? []);
    setRetaking(false);
    void commitWork(work);
  };

  const giveUp = () => {
    keepUnfinished(null);
    setUnfit(null);
  };

  const shoot = async () => {
    const element = video.current;
    if (element === null) return;
    setTaking(true);
    await painted();
    const shot = await shootOnce(element, background, face !== 'failed');
    setTaking(false);
    setNotReady(shot === null);
    if (shot === null) return;
    attempts.current += 1;
    const taken = { ...shot, attempt: attempts.current };
    if (taken.judgement?.advice.length === 0) {
      await keep(taken, null);
      announce(t('photo/fit'));
    } else {
      setUnfit(taken);
      // The next element has no picture yet, although the camera stays open: a photo taken at once would fail.
      setPlaying(null);
    }
  };

  // The biodata may have been corrected since, and ask for another colour.
  const refused =
    photo !== undefined && !retaking && unfitParts([photo.part], state.draft.biodata, limits).length > 0;
  const asked = unfit ?? (refused ? keptShot(photo) : null);
  const shown = live ? undefined : (asked ?? photo);
  const reason = useRef<HTMLInputElement>(null);
  const asks = asked !== null;
  useEffect(() => {
    // After the frame, which gives the focus to its primary action.
    if (asks) reason.current?.focus();
  }, [asks]);

  const again = () => (unfit === null ? setRetaking(true) : giveUp());
  const failed = camera.kind === 'failed';
  const primary = (): Primary => {
    if (asks) return { label: t('photo/keep'), run: () => reason.current?.form?.requestSubmit() };
    if (!live) return { label: t('common/next'), run: next };
    if (failed) return { label: t('common/again'), run: () => setAttempt(attempt + 1) };
    // Open, but without a picture for a moment: the focus stays.
    const busy = taking || (stream !== null && !ready);
    return { label: t('photo/take'), run: () => void fill(work, shoot), disabled: stream === null, busy };
  };
  return (
    <StepFrame
      heading={t(asks ? 'photo/unfit' : 'stepLong/photo')}
      secondary={
        <>
          {back}
          {photo !== undefined && !asks && (
            // Another button each time: the focus goes on to the primary action, and Enter does not cancel.
            <Button key={String(retaking)} variant="default" onClick={() => setRetaking(!retaking)}>
              {t(retaking ? 'common/cancel' : 'photo/retake')}
            </Button>
          )}
          {asks && (
            <Button variant="default" onClick={again}>
              {t('photo/retake')}
            </Button>
          )}
        </>
      }
      primary={primary()}
    >
      <div className={classes['photo']}>
        <div className={classes['frame']} data-background={background}>
          {shown === undefined ? (
            <>
              <video
                ref={video}
                className={classes['picture']}
                aria-label={t('photo/live')}
                onPlaying={() => setPlaying(stream)}
                muted
                playsInline
              />
              <span className={classes['guide']} data-fit={judgement?.fit ?? false} aria-hidden />
              {!ready && !failed && <p className={classes['note']}>{t('photo/starting')}</p>}
            </>
          ) : (
            <BytesImage bytes={shown.bytes} alt={t('photo/taken')} className={classes['picture']} />
          )}
        </div>
        <div className={classes['side']}>
          <p className={classes['read']}>
            <span className={classes['swatch']} data-background={background} aria-hidden />
            {t(`photo/background_${background}`)}
          </p>
          {asked !== null && (
            <UnfitPhoto
              field={reason}
              waitsFor={unfit === null ? null : packetId}
              shot={asked}
              onKeep={(reason) => void keep(asked, reason)}
              onRetake={again}
            />
          )}
          {live && !failed && <LiveAdvice judgement={ready ? judgement : null} loading={face !== 'failed'} />}
          {!live && !asks && photo !== undefined && (
            <>
              <PhotoQuality
                score={photo.part.quality}
                fit={photo.part.override === undefined}
                override={photo.part.override}
              />
              <PhotoAdvice advice={keptAdvice} />
              <p>{t('photo/using', { size: f.bytes(photo.part.size) })}</p>
            </>
          )}
          {live && <p className={classes['hint']}>{t('photo/guide')}</p>}
          {live && cameras.length > 1 && (
            <NativeSelect
              label={t('photo/camera')}
              value={chosen}
              data={cameras.map((device, index) => ({
                value: device.deviceId,
                label:
                  device.label === '' ? t('photo/cameraNumber', { n: f.number(index + 1) }) : device.label,
              }))}
              onChange={(event) => choose(event.currentTarget.value)}
            />
          )}
          {live && camera.kind === 'failed' && <ErrorNotice error={errorShape(camera.code)} />}
          {live && !failed && face === 'failed' && <ErrorNotice error={errorShape('camera.faceModel')} />}
          {live && notReady && <Notice tone="act">{t('photo/failed')}</Notice>}
        </div>
      </div>
    </StepFrame>
  );
}

/** The frame that is on the screen now; without judgement where the face check cannot run. Null: nothing to take yet. */
async function shootOnce(
  video: HTMLVideoElement,
  background: Background,
  judged: boolean,
): Promise<Omit<Shot, 'attempt'> | null> {
  if (judged) {
    try {
      const { bytes, seen } = await take(new VideoFrame(video));
      if (bytes !== null) {
        const judgement = judgePhoto(seen.measure, background, seen.scale);
        return { bytes, judgement, background: seenBackground(seen.measure) };
      }
    } catch {
      // The check failed on this one: the operator judges it.
    }
  }
  const bytes = takePhoto(video);
  return bytes === null ? null : { bytes, judgement: null, background: undefined };
}

/** What to mend first, in one sentence that is also said; the box keeps its height, so nothing jumps. */
function LiveAdvice({ judgement, loading }: { judgement: PhotoJudgement | null; loading: boolean }) {
  const { t } = useWords();
  const [speak] = useState(() => makeSpeaker(announce, () => performance.now()));
  // A fit face with advice stands before another wall: that comes second.
  const first = judgement === null || judgement.fit ? undefined : judgement.advice[0];
  const text = judgement === null ? null : t(first === undefined ? 'photo/ready' : `photo/advice/${first}`);
  useEffect(() => {
    if (text !== null) speak(text);
  }, [text, judgement, speak]);
  return (
    <div className={classes['live']}>
      {judgement === null || text === null ? (
        loading && (
          <StateMark tone="waiting" open>
            {t('photo/looking')}
          </StateMark>
        )
      ) : (
        <>
          <span className={classes['read']}>
            <StateMark tone={judgement.fit ? 'safe' : 'act'}>{text}</StateMark>
          </span>
          <PhotoAdvice advice={judgement.advice.filter((code) => code !== first)} />
        </>
      )}
    </div>
  );
}
