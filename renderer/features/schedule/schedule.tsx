import { Button, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { ListOrder } from '../../../app/ipc/schedule.ts';
import type { SummonedGroup } from '../../../app/desk/schedule.ts';
import { go } from '../../app-state.ts';
import { useEscape } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { useWords } from '../../i18n/words.ts';
import { ask, shapeOf, station } from '../../station.ts';
import { CapacityForm } from './capacity.tsx';
import { CarriedCard } from './carried.tsx';
import { GroupList } from './group-list.tsx';
import { ImportPanel } from './import-panel.tsx';
import { ListDialog } from './list-dialog.tsx';
import { People } from './people.tsx';
import classes from './schedule.module.css';

/** Who is called when: the lists of each session for the desa, and the dinas' list coming in. */
export default function Schedule() {
  const { t } = useWords();
  const [from, setFrom] = useState<string | null>(null);
  const [chosen, setChosen] = useState<SummonedGroup | null>(null);
  const [listed, setListed] = useState<ListOrder | null>(null);
  const [importing, setImporting] = useState(false);
  const importButton = useRef<HTMLButtonElement>(null);
  const query = useQuery({
    queryKey: ['schedule', 'groups', from],
    queryFn: () => ask(station.schedule.read({ from })),
    placeholderData: keepPreviousData,
  });
  const { data } = query;
  // The dialog hears its own Escape, and a list that is being read is left by its own button.
  useEscape(() => {
    if (listed !== null || importing) return;
    if (chosen !== null) setChosen(null);
    else go('supervisor');
  });
  return (
    <div className={classes['screen']}>
      <PageHead title={t('schedule/title')} lead={t('schedule/lead')} onBack={() => go('supervisor')} />
      {query.isError && <ErrorNotice error={shapeOf(query.error)} onRetry={() => void query.refetch()} />}
      {query.isPending && <p className={classes['quiet']}>{t('common/loading')}</p>}
      {data !== undefined &&
        (importing ? (
          <ImportPanel
            onEnd={() => {
              setImporting(false);
              requestAnimationFrame(() => importButton.current?.focus());
            }}
          />
        ) : (
          <div className={classes['columns']}>
            <section className={classes['card']} aria-labelledby="groups-title">
              <div className={classes['row']}>
                <h2 id="groups-title">{t('schedule/groups')}</h2>
                <span className={classes['spring']} />
                <TextInput
                  type="date"
                  label={t('schedule/from')}
                  value={from ?? data.today}
                  onChange={(event) => setFrom(event.currentTarget.value || null)}
                />
              </div>
              <GroupList schedule={data} chosen={chosen} onChoose={setChosen} />
            </section>
            <div className={classes['column']}>
              {chosen === null ? (
                <>
                  <section className={classes['card']} aria-labelledby="import-title">
                    <h2 id="import-title">{t('schedule/import')}</h2>
                    <p className={classes['quiet']}>{t('schedule/importLead')}</p>
                    <div>
                      <Button ref={importButton} onClick={() => setImporting(true)}>
                        {t('schedule/importStart')}
                      </Button>
                    </div>
                  </section>
                  <CarriedCard today={data.today} onList={setListed} />
                  <CapacityForm capacity={data.capacity} />
                </>
              ) : (
                <People
                  key={`${chosen.date} ${chosen.session} ${chosen.desa}`}
                  group={chosen}
                  onPrint={() => setListed({ kind: 'group', ...chosen })}
                  onClose={() => setChosen(null)}
                />
              )}
            </div>
          </div>
        ))}
      {listed !== null && <ListDialog order={listed} onClose={() => setListed(null)} />}
    </div>
  );
}
