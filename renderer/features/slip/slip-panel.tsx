import { Button, NativeSelect } from '@mantine/core';
import { createPortal } from 'react-dom';
import { useApp } from '../../app-state.ts';
import { ScrollRegion } from '../../components/aria.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useWords, type Vocabulary } from '../../i18n/words.ts';
import { choose } from './slip-choice.ts';
import { PAPERS, SlipPaper } from './slip-paper.tsx';
import classes from './slip.module.css';
import type { SlipDesk } from './use-slip.ts';

/** What became of the last paper, in one line. */
function doneText({ done, printer, slip }: SlipDesk, { t }: Vocabulary): string {
  if (done === null) return '';
  switch (done.to) {
    case 'printer':
      return t('slip/toPrinter', {
        printer: slip?.printers.find(({ name }) => name === printer)?.label ?? printer,
      });
    case 'pdf':
      return t('slip/toFile', { file: done.file });
    case 'cancelled':
      return t('slip/cancelled');
  }
}

/** Paper, printer, PDF, and what became of it, beside the paper as it will be printed. */
export function SlipPanel({ desk, children }: { desk: SlipDesk; children?: React.ReactNode }) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const { slip, paper, printer, busy, done, failed, hand } = desk;
  const said = doneText(desk, vocabulary);
  return (
    <div className={classes['panel']}>
      <div className={classes['side']}>
        {children}
        {failed !== null && <ErrorNotice error={failed.error} onRetry={failed.again} />}
        <output className={classes['said']} aria-live="polite">
          {said !== '' && <StateMark tone={done?.to === 'cancelled' ? 'waiting' : 'safe'}>{said}</StateMark>}
          {slip !== null && slip.printed > 0 && (
            <p className={classes['note']}>
              {t('slip/again', { times: f.number(slip.printed), count: slip.printed })}
            </p>
          )}
        </output>
        <div className={classes['choices']}>
          <NativeSelect
            label={t('slip/paper')}
            value={paper}
            disabled={busy !== null}
            data={PAPERS.map((value) => ({ value, label: t(`slip/paper_${value}`) }))}
            onChange={(event) =>
              choose({ paper: PAPERS.find((value) => value === event.currentTarget.value) ?? paper })
            }
          />
          {slip !== null && printer !== null && (
            <NativeSelect
              label={t('slip/printer')}
              value={printer}
              disabled={busy !== null}
              data={slip.printers.map(({ name, label }) => ({ value: name, label }))}
              onChange={(event) => choose({ printer: event.currentTarget.value })}
            />
          )}
          {slip !== null && printer === null && <p className={classes['note']}>{t('slip/noPrinter')}</p>}
        </div>
        <div className={classes['pdf']}>
          <Button
            variant="default"
            disabled={slip === null || busy === 'printer'}
            loading={busy === 'pdf'}
            onClick={() => hand('pdf')}
            aria-describedby="slip-plain"
          >
            {t('slip/pdf')}
          </Button>
          <p id="slip-plain" className={classes['note']}>
            {t('slip/pdfPlain')}
          </p>
        </div>
      </div>
      <ScrollRegion className={classes['preview']} aria-label={t('slip/preview')}>
        {slip !== null && (
          <div className={classes['zoom']} data-paper={paper}>
            <SlipPaper slip={slip} kecamatan={kecamatan} paper={paper} />
          </div>
        )}
      </ScrollRegion>
      {slip !== null &&
        createPortal(
          // Main prints only what stands here for exactly this packet, count and paper.
          <div className={classes['sheet']} data-sheet={`${slip.packetId} ${slip.printed} ${paper}`}>
            <SlipPaper slip={slip} kecamatan={kecamatan} paper={paper} />
          </div>,
          document.body,
        )}
    </div>
  );
}
