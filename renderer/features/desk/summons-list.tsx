import { IconTicket } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { Response } from '../../../app/ipc/contract.ts';
import { useApp } from '../../app-state.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { ask, shapeOf, station } from '../../station.ts';
import { openResident } from './desk-store.ts';
import { Disclosure, More, PAGE } from './disclosure.tsx';
import { PersonButton } from './person.tsx';
import classes from './queue.module.css';
import { giveNumber } from './tickets.ts';

type Group = Response<'desk.today'>['groups'][number];

/** Choosing somebody serves at once; the quiet button beside only gives a number. */
function Summoned({ nik, nama }: { nik: string; nama: string }) {
  const { t } = useWords();
  // A summons may be here before its resident's biodata.
  const name = nama === '' ? formatNik(nik) : nama;
  return (
    <li className={classes['pair']}>
      <PersonButton name={name} note={formatNik(nik)} open={() => void openResident(nik)} />
      <button
        type="button"
        className={classes['give']}
        aria-label={t('ticket/giveFor', { nama: name })}
        title={t('ticket/give')}
        onClick={() => void giveNumber(nik)}
      >
        <IconTicket size={20} aria-hidden />
      </button>
    </li>
  );
}

function People({ group }: { group: Group }) {
  const { t } = useWords();
  const { session, desa } = group;
  const people = useInfiniteQuery({
    queryKey: ['desk', 'summons', session, desa],
    queryFn: ({ pageParam }) => ask(station.desk.summons({ session, desa, offset: pageParam, limit: PAGE })),
    initialPageParam: 0,
    getNextPageParam: (last, all) => (last.length < PAGE ? undefined : all.length * PAGE),
    placeholderData: keepPreviousData,
    gcTime: 30_000,
  });
  if (people.isError) {
    return <ErrorNotice error={shapeOf(people.error)} onRetry={() => void people.refetch()} />;
  }
  const rows = people.data?.pages.flat();
  if (rows === undefined) return <p className={classes['note']}>{t('common/loading')}</p>;
  const left = people.hasNextPage ? group.count - rows.length : 0;
  return (
    <>
      <ul>
        {rows.map((row) => (
          <Summoned key={row.nik} nik={row.nik} nama={row.nama} />
        ))}
      </ul>
      <More shown={{ count: rows.length, left, more: () => void people.fetchNextPage() }} />
    </>
  );
}

/** Today's summons who have not come, by session and desa. */
export function SummonsList({ groups }: { groups: readonly Group[] }) {
  const { t, f } = useWords();
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const desaName = (kode: string) => kecamatan?.desa.find((desa) => desa.kode === kode)?.nama ?? kode;
  return groups.map((group) => (
    <Disclosure
      key={`${group.session} ${group.desa}`}
      label={t('desk/summonsGroup', { desa: desaName(group.desa), session: t(`desk/${group.session}`) })}
      note={t('desk/summonsLeft', { many: f.number(group.count) })}
    >
      <People group={group} />
    </Disclosure>
  ));
}
