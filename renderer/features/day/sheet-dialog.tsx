import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../app-state.ts';
import { useWords } from '../../i18n/words.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import { PaperDialog } from '../slip/paper-dialog.tsx';
import type { Opened } from './rows.ts';
import { SheetPaper } from './sheet-paper.tsx';

/** A closed day's sheet: read, printed and saved as often as anybody wants it. */
export function SheetDialog({ opened, onClose }: { opened: Opened; onClose: () => void }) {
  const { t, f } = useWords();
  const { date, number } = opened;
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const query = useQuery({
    queryKey: ['day-sheet', date, number],
    queryFn: () => ask(station.day.sheet({ date, number })),
    gcTime: 0,
  });
  const { data } = query;
  return (
    <PaperDialog
      title={t('day/sheetOf', { date: f.date(`${date}T12:00`), number })}
      sheet={data === undefined ? null : `day ${date} ${number}`}
      printers={data?.printers ?? []}
      failed={query.isError ? shapeOf(query.error) : null}
      onRetry={() => void query.refetch()}
      print={(printer) => answer(station.day.print({ date, number, printer }))}
      printed={t('day/printed')}
      onClose={onClose}
    >
      {data !== undefined && <SheetPaper opened={data} kecamatan={kecamatan} />}
    </PaperDialog>
  );
}
