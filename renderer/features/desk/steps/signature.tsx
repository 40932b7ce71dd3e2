import { Button } from '@mantine/core';
import SignaturePad from 'signature_pad';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { Notice } from '../../../components/notice.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import { useWords } from '../../../i18n/words.ts';
import { canvasBytes, makeCapture } from '../capture.ts';
import { UNAPPROVED } from '../corrections.ts';
import classes from '../desk.module.css';
import {
  decodeSignature,
  encodeSignature,
  PAD_RATIO,
  SIGNATURE_MEDIA_TYPE,
  signatureFault,
  type SignatureFault,
} from '../signature.ts';
import { StepFrame } from '../step-frame.tsx';
import type { StepProps } from '../work-context.ts';
import { ExceptionButton, ExceptionList, ExceptionPanel } from './exceptions.tsx';

export function SignatureStep(props: StepProps) {
  const { work, state, next, back } = props;
  const { t } = useWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const pad = useRef<SignaturePad | null>(null);
  const attempts = useRef(state.captures.get('signature')?.part.attempts ?? 1);
  const latest = useRef(0);
  const [fault, setFault] = useState<SignatureFault | null>(null);
  const [excepting, setExcepting] = useState(false);
  const [landed, setLanded] = useState(0);
  const kept = state.captures.has('signature');
  const excepted = state.draft.exceptions.some((exception) => exception.part === 'signature');

  // Every finished stroke is saved: a power cut takes back nothing of it.
  const keep = useEffectEvent(async () => {
    const element = canvas.current;
    if (pad.current === null || element === null) return;
    const groups = pad.current.toData();
    const problem = signatureFault(groups);
    setFault(problem === 'short' ? null : problem);
    if (problem !== null) return;
    // Read before anything is awaited: the step may be left meanwhile, and what was signed is saved all the same.
    const preview = canvasBytes(element, 'image/png');
    const look = { svg: pad.current.toSVG(), png: preview };
    const bytes = encodeSignature(groups, element.clientWidth, look);
    const own = ++latest.current;
    const capture = await makeCapture('signature', SIGNATURE_MEDIA_TYPE, bytes, preview, attempts.current);
    // A later stroke, or Clear, has the last word.
    if (own !== latest.current) return;
    work.update(UNAPPROVED, { put: [capture] });
    setLanded((turn) => turn + 1);
  });
  const stored = useEffectEvent(() => work.state().captures.get('signature'));

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const ratio = Math.max(window.devicePixelRatio, 1);
    const width = element.clientWidth;
    element.width = width * ratio;
    element.height = (width / PAD_RATIO) * ratio;
    element.getContext('2d')?.scale(ratio, ratio);
    const made = new SignaturePad(element, {
      penColor: '#0b1f3a',
      backgroundColor: '#ffffff',
      minDistance: 1,
    });
    pad.current = made;
    const before = stored();
    if (before !== undefined) {
      const { dotSize, minWidth, maxWidth, penColor, velocityFilterWeight, compositeOperation } = made;
      const look = { dotSize, minWidth, maxWidth, penColor, velocityFilterWeight, compositeOperation };
      const strokes = decodeSignature(before.bytes, width, Date.parse(before.part.capturedAt));
      made.fromData(strokes.map((points) => ({ ...look, points })));
    }
    const onEnd = () => void keep();
    made.addEventListener('endStroke', onEnd);
    return () => {
      made.removeEventListener('endStroke', onEnd);
      made.off();
      pad.current = null;
      // Given up at once, and not when the page's garbage is collected (useReleased).
      element.width = 0;
    };
  }, [excepted, excepting]);

  const clear = () => {
    pad.current?.clear();
    attempts.current += 1;
    latest.current += 1;
    setFault(null);
    if (kept) work.update(UNAPPROVED, { remove: ['signature'] });
    // The next Enter is meant for what will be signed, and must not wipe it out.
    setLanded((turn) => turn + 1);
  };

  const goOn = () => {
    const problem = excepted || kept ? null : (signatureFault(pad.current?.toData() ?? []) ?? null);
    if (problem === null) next();
    else setFault(problem);
  };

  if (excepting) {
    return (
      <ExceptionPanel
        work={work}
        state={state}
        parts={['signature']}
        chosen="signature"
        onClose={() => setExcepting(false)}
      />
    );
  }
  return (
    <StepFrame
      heading={t('stepLong/signature')}
      quiet={!excepted && <ExceptionButton onClick={() => setExcepting(true)} />}
      secondary={
        <>
          {back}
          {!excepted && (
            <Button variant="default" onClick={clear}>
              {t('signature/clear')}
            </Button>
          )}
        </>
      }
      primary={{ label: t('common/next'), run: goOn }}
      landed={landed}
    >
      {excepted ? (
        <ExceptionList work={work} state={state} parts={['signature']} />
      ) : (
        <div className={classes['signature']}>
          <p>{t('signature/guide')}</p>
          <figure aria-label={t('signature/pad')} className={classes['padFrame']}>
            <canvas ref={canvas} className={classes['pad']} />
          </figure>
          <div className={classes['padNote']}>
            {fault !== null && <Notice tone="act">{t(`signature/${fault}`)}</Notice>}
            {fault === null && kept && <StateMark tone="safe">{t('signature/kept')}</StateMark>}
          </div>
        </div>
      )}
    </StepFrame>
  );
}
