import { Button } from '@mantine/core';
import { StateMark, type Tone } from '../../../components/state-mark.tsx';
import { useWords } from '../../../i18n/words.ts';
import classes from './scan.module.css';
import type { DeskScanner, ScannerStatus } from './use-scanner.ts';

const TONES: Readonly<Record<ScannerStatus, Tone>> = {
  ready: 'safe',
  busy: 'running',
  notReady: 'act',
  unregistered: 'act',
  missing: 'act',
};

/** Which scanner serves this step and how it is; looked for again where it is missing or not ready. */
export function DeviceLine({
  scanner,
  busy,
  untrusted,
}: {
  scanner: DeskScanner;
  busy: boolean;
  /** It is there and answers, and what it answers is not believed. */
  untrusted: boolean;
}) {
  const { t } = useWords();
  const { row, status, searching } = scanner;
  return (
    <div className={classes['device']}>
      <div className={classes['deviceText']}>
        <State scanner={scanner} busy={busy} untrusted={untrusted} />
        {row !== null && (
          <small className={classes['deviceName']}>
            {row.practice ? t(`scan/practice_${row.kind}`) : `${row.make} ${row.model}`}
            {row.practice && <span className={classes['practice']}>{t('scan/practice')}</span>}
          </small>
        )}
      </div>
      {status !== 'ready' && status !== 'busy' && (
        <Button
          variant="default"
          onClick={() => void scanner.search()}
          loading={searching}
          disabled={busy || status === null}
        >
          {t('scan/search')}
        </Button>
      )}
    </div>
  );
}

function State({
  scanner: { status, error, searching },
  busy,
  untrusted,
}: {
  scanner: DeskScanner;
  busy: boolean;
  untrusted: boolean;
}) {
  const { t, error: sentence } = useWords();
  if (busy) return <StateMark tone="running">{t('scan/device_busy')}</StateMark>;
  if (searching) return <StateMark tone="running">{t('scan/searching')}</StateMark>;
  if (error !== null) return <StateMark tone="act">{sentence(error)}</StateMark>;
  if (untrusted && status === 'ready') return <StateMark tone="act">{t('scan/device_untrusted')}</StateMark>;
  if (status === null) return <StateMark tone="waiting">{t('common/loading')}</StateMark>;
  return <StateMark tone={TONES[status]}>{t(`scan/device_${status}`)}</StateMark>;
}
