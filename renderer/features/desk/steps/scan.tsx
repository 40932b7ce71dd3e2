import { Button } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { BodyPart, ScanStep } from '../../../../app/enrollment/biometrics.ts';
import { useWords } from '../../../i18n/words.ts';
import { ScanWork, useScan } from '../scan/scan-work.tsx';
import { StepFrame } from '../step-frame.tsx';
import type { StepProps } from '../work-context.ts';
import { ExceptionButton, ExceptionPanel } from './exceptions.tsx';
import { KeepLowPanel } from './keep-low.tsx';

/** Fingers and irises: captured by the device, best attempt of each part kept, again while below the threshold. To stop
 * before the policy's attempts wants a reason. */
export function ScanStepView({ work, state, next, back, step }: StepProps & { step: ScanStep }) {
  const { t } = useWords();
  const scan = useScan(work, state, step);
  const [excepting, setExcepting] = useState<BodyPart | 'choose' | null>(null);
  const close = useCallback(() => setExcepting(null), []);
  const [keeping, setKeeping] = useState(false);
  const closeKeeping = useCallback(() => setKeeping(false), []);
  const { view, busy, primary } = scan;

  if (excepting !== null) {
    const chosen = excepting === 'choose' ? null : excepting;
    return <ExceptionPanel work={work} state={state} parts={view.parts} chosen={chosen} onClose={close} />;
  }
  if (keeping) return <KeepLowPanel work={work} scan={scan} onClose={closeKeeping} />;
  return (
    <StepFrame
      heading={t(`stepLong/${step}`)}
      quiet={
        <>
          <ExceptionButton onClick={() => setExcepting('choose')} />
          {primary === null && view.wanted.length > 0 && (
            <Button variant="subtle" onClick={scan.take} disabled={busy}>
              {t('scan/retake')}
            </Button>
          )}
          {primary !== null && view.complete && (
            <Button variant="subtle" onClick={view.again ? () => setKeeping(true) : next} disabled={busy}>
              {t('scan/accept')}
            </Button>
          )}
        </>
      }
      secondary={back}
      primary={primary ?? { label: t('common/next'), run: next, busy }}
    >
      <ScanWork work={work} state={state} scan={scan} onExcept={setExcepting} />
    </StepFrame>
  );
}
