import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../app-state.ts';
import { useWords } from '../../i18n/words.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import { PaperDialog } from '../slip/paper-dialog.tsx';
import { ReportPaper } from './report-paper.tsx';

/** A month's report for the camat on its way to the printer or into a PDF. */
export function ReportDialog({ month, onClose }: { month: string; onClose: () => void }) {
  const { t, f } = useWords();
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const by = useApp((state) => state.person?.name ?? '');
  const query = useQuery({
    queryKey: ['outages', 'sheet', month],
    queryFn: () => ask(station.outages.sheet({ month })),
    // Main prints the last one that it gave.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data } = query;
  return (
    <PaperDialog
      title={t('outages/reportOf', { month: f.month(month) })}
      sheet={data === undefined ? null : `outages ${data.id}`}
      printers={data?.printers ?? []}
      failed={query.isError ? shapeOf(query.error) : null}
      onRetry={() => void query.refetch()}
      print={(printer) => answer(station.outages.print({ id: data?.id ?? '', printer }))}
      printed={t('outages/printed')}
      onClose={onClose}
    >
      {data !== undefined && <ReportPaper sheet={data} kecamatan={kecamatan} by={by} />}
    </PaperDialog>
  );
}
