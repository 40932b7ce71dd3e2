import { Button } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { BodyPart, ScanStep } from '../../../../app/enrollment/biometrics.ts';
import { useWords } from '../../../i18n/words.ts';
import { ScanWork, useScan } from '../scan/scan-work.tsx';
import { StepFrame } from '../step-frame.tsx';
import type { StepProps } from '../work-context.ts';
import { ExceptionButton, ExceptionPanel } from './exceptions.tsx';
import { KeepLowPanel } from './keep-low.tsx';

/** What stands in place of a step for as long as it is asked; gone with the step it belongs to. */
interface Panel {
  readonly step: ScanStep;
  readonly asks: BodyPart | 'which part' | 'keep low';
}

/** Fingers and irises: captured by the device, best attempt of each part kept, again while below the threshold. To stop
 * before the policy's attempts wants a reason. One view from hand to hand and on to the eyes: what a step shares with
 * the next (the frame, its heading and its action with the focus) is not built anew. */
export function ScanStepView({ work, state, next, back, step }: StepProps & { step: ScanStep }) {
  const { t } = useWords();
  const scan = useScan(work, state, step);
  const [panel, setPanel] = useState<Panel | null>(null);
  const open = (asks: Panel['asks']) => setPanel({ step, asks });
  const close = useCallback(() => setPanel(null), []);
  const { view, busy, primary } = scan;

  if (panel !== null && panel.step !== step) setPanel(null);
  else if (panel !== null) {
    if (panel.asks === 'keep low') return <KeepLowPanel work={work} scan={scan} onClose={close} />;
    const chosen = panel.asks === 'which part' ? null : panel.asks;
    return <ExceptionPanel work={work} state={state} parts={view.parts} chosen={chosen} onClose={close} />;
  }
  return (
    <StepFrame
      heading={t(`stepLong/${step}`)}
      quiet={
        <>
          <ExceptionButton onClick={() => open('which part')} />
          {primary === null && view.wanted.length > 0 && (
            <Button variant="subtle" onClick={scan.take} disabled={busy}>
              {t('scan/retake')}
            </Button>
          )}
          {primary !== null && view.complete && (
            <Button variant="subtle" onClick={view.again ? () => open('keep low') : next} disabled={busy}>
              {t('scan/accept')}
            </Button>
          )}
        </>
      }
      secondary={back}
      primary={primary ?? { label: t('common/next'), run: next, busy }}
    >
      <ScanWork work={work} state={state} scan={scan} onExcept={open} />
    </StepFrame>
  );
}
