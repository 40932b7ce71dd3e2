import { Button } from '@mantine/core';
import type { PacketId } from '../../../app/ids.ts';
import type { SyncSummary } from '../../../app/ipc/status.ts';
import { useNow } from '../../clock.ts';
import { useWords } from '../../i18n/words.ts';
import { problemText } from '../outbox/doctor.tsx';
import classes from './supervisor.module.css';

/** What the last sync by hand came to: what went, what was held or failed and why, what still waits. */
export function Summary({
  summary,
  onInspect,
}: {
  summary: SyncSummary | null;
  onInspect: (packetId: PacketId) => void;
}) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const now = useNow();
  return (
    <section aria-labelledby="summary-title" className={classes['card']}>
      <h2 id="summary-title">{t('supervisor/summaryTitle')}</h2>
      {summary === null ? (
        <p className={classes['cause']}>{t('supervisor/summaryNone')}</p>
      ) : (
        <>
          <p>
            {t(`supervisor/ended_${summary.ended}`)}{' '}
            <span className={classes['cause']}>
              {t('supervisor/summaryAt', {
                from: f.moment(summary.startedAt, now),
                to: f.moment(summary.endedAt, now),
              })}
            </span>
          </p>
          {summary.cause !== null && <p className={classes['cause']}>{t(`cause/${summary.cause}`)}</p>}
          <dl className={classes['sums']}>
            {(
              [
                ['sumReceived', summary.received],
                ['sumHeld', summary.held],
                ['sumFailed', summary.failed],
                ['sumRemaining', summary.remaining],
                ['sumReview', summary.review],
              ] as const
            ).map(([name, value]) => (
              <div key={name}>
                <dt>{t(`supervisor/${name}`)}</dt>
                <dd>
                  {f.number(value)}
                  {name === 'sumReceived' && value > 0 && <small> {f.bytes(summary.receivedBytes)}</small>}
                </dd>
              </div>
            ))}
          </dl>
          {summary.stuck.length > 0 && (
            <ul className={classes['stuck']} aria-label={t('supervisor/stuck')}>
              {summary.stuck.map(({ packetId, sequence, holdReason, problem }) => (
                <li key={packetId}>
                  <span>
                    <strong>{t('finding/of', { numbers: String(sequence) })}</strong>{' '}
                    {holdReason === null ? t('supervisor/failedWhy') : t(`holdReason/${holdReason}`)}{' '}
                    {holdReason === null && problem !== null && problemText(problem, vocabulary)}
                  </span>
                  <Button
                    variant="default"
                    aria-label={t('supervisor/inspect', { number: String(sequence) })}
                    onClick={() => onInspect(packetId)}
                  >
                    {t('doctor/open')}
                  </Button>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </section>
  );
}
