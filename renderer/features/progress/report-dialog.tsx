import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../app-state.ts';
import { useWords } from '../../i18n/words.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import { PaperDialog } from '../slip/paper-dialog.tsx';
import { ReportPaper } from './report-paper.tsx';

/** How far the kecamatan is, for the camat, on its way to the printer or into a PDF. */
export function ReportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const by = useApp((state) => state.person?.name ?? '');
  const query = useQuery({
    queryKey: ['progress', 'sheet'],
    queryFn: () => ask(station.progress.sheet(undefined)),
    // Main prints the last one that it gave.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data } = query;
  return (
    <PaperDialog
      title={t('progress/report')}
      sheet={data === undefined ? null : `progress ${data.id}`}
      printers={data?.printers ?? []}
      failed={query.isError ? shapeOf(query.error) : null}
      onRetry={() => void query.refetch()}
      print={(printer) => answer(station.progress.print({ id: data?.id ?? '', printer }))}
      printed={t('progress/printed')}
      onClose={onClose}
    >
      {data !== undefined && <ReportPaper sheet={data} kecamatan={kecamatan} by={by} />}
    </PaperDialog>
  );
}
