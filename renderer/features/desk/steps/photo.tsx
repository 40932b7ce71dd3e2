import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { photoBackground } from '../../../../app/enrollment/biodata.ts';
import { errorShape, type ErrorCode } from '../../../../app/errors.ts';
import { BytesImage } from '../../../components/bytes-image.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { useWords } from '../../../i18n/words.ts';
import { makeCapture } from '../capture.ts';
import { UNAPPROVED } from '../corrections.ts';
import { commitWork } from '../desk-store.ts';
import classes from '../desk.module.css';
import { cameraError, takePhoto } from '../photo.ts';
import { StepFrame } from '../step-frame.tsx';
import type { StepProps } from '../work-context.ts';

type Camera =
  | { readonly kind: 'starting' }
  | { readonly kind: 'open'; readonly stream: MediaStream }
  | { readonly kind: 'failed'; readonly code: ErrorCode };

/** The camera runs only while `on`; unplugged in between it is said at once. A new `attempt` opens it again. */
function useCamera(on: boolean, attempt: number): Camera {
  const [camera, setCamera] = useState<Camera>({ kind: 'starting' });
  useEffect(() => {
    if (!on) return;
    let stream: MediaStream | null = null;
    let gone = false;
    const tell = (next: Camera) => {
      if (!gone) setCamera(next);
    };
    const open = async () => {
      try {
        const opened = await navigator.mediaDevices.getUserMedia({
          audio: false,
          video: { width: { ideal: 1280 }, height: { ideal: 960 } },
        });
        if (gone) return opened.getTracks().forEach((track) => track.stop());
        stream = opened;
        for (const track of opened.getVideoTracks()) {
          track.addEventListener('ended', () => tell({ kind: 'failed', code: 'camera.missing' }));
        }
        tell({ kind: 'open', stream: opened });
      } catch (error) {
        tell({ kind: 'failed', code: cameraError(error) });
      }
    };
    void open();
    return () => {
      gone = true;
      stream?.getTracks().forEach((track) => track.stop());
      setCamera({ kind: 'starting' });
    };
  }, [on, attempt]);
  return camera;
}

export function PhotoStep({ work, state, next, back }: StepProps) {
  const { t, f } = useWords();
  const video = useRef<HTMLVideoElement>(null);
  const photo = state.captures.get('photo');
  const [retaking, setRetaking] = useState(false);
  const [attempt, setAttempt] = useState(1);
  const [notReady, setNotReady] = useState(false);
  const live = photo === undefined || retaking;
  const camera = useCamera(live, attempt);
  const [playing, setPlaying] = useState<MediaStream | null>(null);
  const stream = camera.kind === 'open' ? camera.stream : null;
  const ready = stream !== null && playing === stream;
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    element.srcObject = stream;
    // Refused only where the element went away meanwhile: then nobody waits for it.
    if (stream !== null) void element.play().catch(() => undefined);
  }, [stream]);
  const background = photoBackground({
    tanggalLahir: String(state.draft.biodata['tanggalLahir'] ?? ''),
    kewarganegaraan: state.draft.biodata['kewarganegaraan'] === 2 ? 2 : 1,
  });

  const take = async () => {
    if (video.current === null) return;
    const bytes = takePhoto(video.current);
    setNotReady(bytes === null);
    if (bytes === null) return;
    const capture = await makeCapture('photo', 'image/jpeg', bytes, null, (photo?.part.attempts ?? 0) + 1);
    work.update(UNAPPROVED, { put: [capture] });
    setRetaking(false);
    void commitWork(work);
  };

  const failed = camera.kind === 'failed';
  return (
    <StepFrame
      heading={t('stepLong/photo')}
      secondary={
        <>
          {back}
          {photo !== undefined && (
            <Button variant="default" onClick={() => setRetaking(!retaking)}>
              {t(retaking ? 'common/cancel' : 'photo/retake')}
            </Button>
          )}
        </>
      }
      primary={
        live
          ? failed
            ? { label: t('common/again'), run: () => setAttempt(attempt + 1) }
            : { label: t('photo/take'), run: () => void take(), disabled: !ready }
          : { label: t('common/next'), run: next }
      }
    >
      <div className={classes['photo']}>
        <div className={classes['photoFrame']} data-background={background}>
          {live ? (
            <>
              <video
                ref={video}
                className={classes['video']}
                aria-label={t('photo/live')}
                onPlaying={() => setPlaying(stream)}
                muted
                playsInline
              />
              <span className={classes['guide']} aria-hidden />
              {!ready && !failed && <p className={classes['photoNote']}>{t('photo/starting')}</p>}
            </>
          ) : (
            <BytesImage bytes={photo.bytes} alt={t('photo/taken')} className={classes['video']} />
          )}
        </div>
        <div className={classes['photoSide']}>
          <p className={classes['read']}>
            <span className={classes['swatch']} data-background={background} aria-hidden />
            {t(`photo/background_${background}`)}
          </p>
          <p>{live ? t('photo/guide') : t('photo/using', { size: f.bytes(photo.part.size) })}</p>
          {camera.kind === 'failed' && <ErrorNotice error={errorShape(camera.code)} />}
          {notReady && <Notice tone="act">{t('photo/failed')}</Notice>}
        </div>
      </div>
    </StepFrame>
  );
}
