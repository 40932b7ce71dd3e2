import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { Response, TicketRow } from '../../../app/ipc/contract.ts';
import { useApp } from '../../app-state.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useNow } from '../../clock.ts';
import { useWords } from '../../i18n/words.ts';
import { ask, shapeOf, station } from '../../station.ts';
import { openDraft, openResident, useDesk } from './desk-store.ts';
import classes from './desk.module.css';
import { FindBox } from './find-box.tsx';

function Row({
  number,
  name,
  note,
  current,
  onOpen,
}: {
  number: string;
  name: string;
  note: string;
  current: boolean;
  onOpen: (() => void) | null;
}) {
  const content = (
    <>
      <span className={classes['rowNumber']}>{number}</span>
      <span className={classes['rowText']}>
        <strong>{name}</strong>
        <small>{note}</small>
      </span>
    </>
  );
  return (
    <li>
      {onOpen === null ? (
        <div className={classes['row']} data-done>
          {content}
        </div>
      ) : (
        <button
          type="button"
          className={classes['row']}
          aria-current={current ? 'true' : undefined}
          onClick={onOpen}
        >
          {content}
        </button>
      )}
    </li>
  );
}

function Tickets({ rows, openId }: { rows: readonly TicketRow[]; openId: string | null }) {
  const { t, f } = useWords();
  // Those still to be served first; who is done stays below for a look back.
  const sorted = [...rows].sort(
    (a, b) => Number(a.state === 'done') - Number(b.state === 'done') || a.number - b.number,
  );
  return (
    <ul>
      {sorted.map((row) => {
        const { packetId } = row;
        const open = packetId === null ? () => openResident(row.nik) : () => openDraft(packetId);
        const called = row.calledAt === null ? '' : ` · ${f.time(row.calledAt)}`;
        return (
          <Row
            key={row.number}
            number={String(row.number)}
            name={row.nama}
            note={t(`ticketState/${row.state}`) + called}
            current={packetId !== null && packetId === openId}
            onOpen={row.state === 'done' ? null : () => void open()}
          />
        );
      })}
    </ul>
  );
}

export function Queue({ today }: { today: UseQueryResult<Response<'desk.today'>> }) {
  const { t, f } = useWords();
  const now = useNow();
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const openId = useDesk((state) =>
    state.view.kind === 'working' ? state.view.work.state().draft.packetId : null,
  );
  const drafts = useQuery({
    queryKey: ['desk', 'drafts'],
    queryFn: () => ask(station.drafts.list(undefined)),
  });
  const desaName = (kode: string) => kecamatan?.desa.find((desa) => desa.kode === kode)?.nama ?? kode;
  const { data } = today;
  // A served resident's draft stands under its number already.
  const withTicket = new Set(data?.tickets.filter((row) => row.state !== 'done').map((row) => row.packetId));
  const loose = (drafts.data ?? []).filter((row) => !withTicket.has(row.packetId));

  return (
    <section className={classes['queue']} aria-labelledby="queue-title">
      <h2 id="queue-title" className={classes['queueTitle']}>
        {t('desk/queue')}
        {data !== undefined && <small>{f.date(`${data.date}T12:00:00`)}</small>}
      </h2>
      <FindBox today={data?.date ?? new Date(now).toISOString().slice(0, 10)}>
        <div className={classes['lists']}>
          {today.isError && <ErrorNotice error={shapeOf(today.error)} onRetry={() => void today.refetch()} />}
          <h3 className={classes['listTitle']}>{t('desk/tickets')}</h3>
          {data === undefined || data.tickets.length === 0 ? (
            <p className={classes['listNote']}>
              {t(today.isPending ? 'common/loading' : 'desk/ticketsEmpty')}
            </p>
          ) : (
            <Tickets rows={data.tickets} openId={openId} />
          )}
          <h3 className={classes['listTitle']}>{t('desk/drafts')}</h3>
          {loose.length === 0 ? (
            <p className={classes['listNote']}>
              {t(drafts.isPending ? 'common/loading' : 'desk/draftsEmpty')}
            </p>
          ) : (
            <ul>
              {loose.map((row) => (
                <Row
                  key={row.packetId}
                  number=""
                  name={row.nama}
                  note={`${t(`step/${row.step}`)} · ${f.moment(row.updatedAt, now)}`}
                  current={row.packetId === openId}
                  onOpen={() => void openDraft(row.packetId)}
                />
              ))}
            </ul>
          )}
          <h3 className={classes['listTitle']}>{t('desk/summons')}</h3>
          {data === undefined || data.summons.length === 0 ? (
            <p className={classes['listNote']}>
              {t(today.isPending ? 'common/loading' : 'desk/summonsEmpty')}
            </p>
          ) : (
            <>
              <ul>
                {data.summons.map((row) => (
                  <Row
                    key={row.nik}
                    number=""
                    name={row.nama}
                    note={`${formatNik(row.nik)} · ${desaName(row.desa)}, ${t(`desk/${row.session}`)}`}
                    current={false}
                    onOpen={row.recorded ? null : () => void openResident(row.nik)}
                  />
                ))}
              </ul>
              <p className={classes['listNote']}>
                {t('desk/summonsMore', {
                  shown: f.number(data.summons.length),
                  total: f.number(data.summonsTotal),
                })}
              </p>
            </>
          )}
        </div>
      </FindBox>
    </section>
  );
}
