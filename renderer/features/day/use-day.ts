import { useQuery } from '@tanstack/react-query';
import { ask, station } from '../../station.ts';
import { useStatus } from '../../status.ts';

/** The count of one day as it stands now. @param date ISO date at the desk; null for today */
export function useDay(date: string | null) {
  // Whatever is recorded, sent, held or answered moves it.
  const moved = useStatus((status) =>
    status === null
      ? ''
      : `${status.today} ${status.recordedToday} ${status.outbox.waiting} ${status.outbox.held} ${status.outbox.received} ${status.reference.cursor}`,
  );
  return useQuery({
    queryKey: ['day', date, moved],
    queryFn: () => ask(station.day.read({ date })),
    placeholderData: (before) => before,
    gcTime: 0,
    staleTime: 0,
  });
}
