import { useQuery } from '@tanstack/react-query';
import { go } from '../../app-state.ts';
import { Notice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { ask, station } from '../../station.ts';
import { useStatus } from '../../status.ts';

/** The last day on which somebody worked here and that nobody closed; nothing where there is none. */
export function UnclosedDay() {
  const { t, f } = useWords();
  const today = useStatus((status) => status?.today ?? null);
  const { data } = useQuery({
    queryKey: ['day', 'unclosed', today],
    queryFn: () => ask(station.day.read({ date: null })),
    gcTime: 0,
  });
  const date = data?.unclosed ?? null;
  if (date === null) return null;
  return (
    <Notice tone="act" quiet action={{ label: t('day/title'), run: () => go('day') }}>
      {t('day/unclosed', { date: f.date(`${date}T12:00`) })}
    </Notice>
  );
}
