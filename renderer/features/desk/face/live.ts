import { useEffect, useState, type RefObject } from 'react';
import { judgePhoto, type Background, type PhotoJudgement } from '../../../../app/enrollment/photo.ts';
import { look } from './face.ts';

/** At least this long between two looks, and at least twice as long as the last one took: a weak PC keeps its cores. */
const REST_MS = 200;

/** What the camera sees now, judged; null while nothing has been seen. Changes only once two looks agree. */
export function useLiveJudgement(
  video: RefObject<HTMLVideoElement | null>,
  on: boolean,
  background: Background,
): PhotoJudgement | null {
  const [judgement, setJudgement] = useState<PhotoJudgement | null>(null);
  useEffect(() => {
    if (!on) return;
    let timer = 0;
    let gone = false;
    let before: string | null = null;
    const lookOnce = async () => {
      const began = performance.now();
      try {
        if (video.current !== null) {
          const seen = await look(new VideoFrame(video.current));
          if (gone) return;
          const judged = judgePhoto(seen.measure, background, seen.scale);
          const now = judged.advice.join(' ');
          if (now === before) setJudgement(judged);
          before = now;
        }
      } catch {
        // No picture yet, or the worker was replaced: the next look tells.
        if (gone) return;
      }
      timer = window.setTimeout(() => void lookOnce(), Math.max(REST_MS, 2 * (performance.now() - began)));
    };
    // The step has only just come up: the first look does not stand between it and the next key.
    timer = window.setTimeout(() => void lookOnce(), REST_MS);
    return () => {
      gone = true;
      window.clearTimeout(timer);
      setJudgement(null);
    };
  }, [video, on, background]);
  return judgement;
}
