import { useQuery } from '@tanstack/react-query';
import { LINK_CAUSES } from '../../../app/sync/link.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useNow } from '../../clock.ts';
import { ScrollRegion } from '../../components/aria.ts';
import { useWords } from '../../i18n/words.ts';
import { ask, shapeOf, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import classes from './supervisor.module.css';

const COLUMNS = ['from', 'to', 'for', 'meanwhile'] as const;

/** Every interval without the center, newest first: when, how long, why, and how many were recorded in it. */
export function Outages() {
  const { t, f } = useWords();
  // A new one begins or ends with the link's state; the key brings the list with it.
  const since = useStatus((status) => status?.link.since ?? null);
  const list = useQuery({
    queryKey: ['outages', since],
    queryFn: () => ask(station.sync.outages(undefined)),
    placeholderData: (previous) => previous,
  });
  const now = useNow();
  const causeText = (code: string) => {
    const known = LINK_CAUSES.find((cause) => cause === code);
    return known === undefined ? t('supervisor/causeUnknown') : t(`cause/${known}`);
  };
  return (
    <section aria-labelledby="outages-title" className={classes['card']}>
      <h2 id="outages-title">{t('supervisor/outages')}</h2>
      {list.isError && <ErrorNotice error={shapeOf(list.error)} onRetry={() => void list.refetch()} />}
      {list.isPending && <p className={classes['cause']}>{t('common/loading')}</p>}
      {list.data?.length === 0 && <p className={classes['cause']}>{t('supervisor/outagesEmpty')}</p>}
      {list.data !== undefined && list.data.length > 0 && (
        <ScrollRegion className={classes['tableBox']} aria-label={t('supervisor/outagesTable')}>
          <table className={classes['table']}>
            <thead>
              <tr>
                {COLUMNS.map((column) => (
                  <th key={column} scope="col">
                    {t(`supervisor/${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {list.data.map((outage) => (
                <tr key={outage.startedAt}>
                  <td>
                    {f.moment(outage.startedAt, now)}
                    <small>{causeText(outage.cause)}</small>
                  </td>
                  <td>{outage.endedAt === null ? t('supervisor/lasting') : f.moment(outage.endedAt, now)}</td>
                  <td>
                    {f.duration(
                      (outage.endedAt === null ? now : Date.parse(outage.endedAt)) -
                        Date.parse(outage.startedAt),
                    )}
                  </td>
                  <td>
                    {t('supervisor/residents', {
                      many: f.number(outage.recordedMeanwhile),
                      count: outage.recordedMeanwhile,
                    })}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </section>
  );
}
