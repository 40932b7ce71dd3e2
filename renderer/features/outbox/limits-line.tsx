import { useNow } from '../../clock.ts';
import { useWords, type Vocabulary } from '../../i18n/words.ts';
import { useStatus } from '../../status.ts';
import type { SyncLimits } from '../../../app/sync/limits.ts';
import classes from './outbox.module.css';

const MINUTE_MS = 60_000;

/** 17.00, of a minute of the day. */
function clockTime(minute: number, { f }: Pick<Vocabulary, 'f'>): string {
  return f.time(new Date(2011, 0, 1).getTime() + minute * MINUTE_MS);
}

/** What a supervisor has set, in words; null where nothing is. */
export function limitsText(limits: SyncLimits, vocabulary: Vocabulary): string | null {
  const { t, f } = vocabulary;
  const { ceiling, hours } = limits;
  const parts = [
    ceiling === null ? null : t('limits/ceilingIs', { rate: f.rate(ceiling) }),
    hours === null
      ? null
      : t('limits/hoursAre', {
          from: clockTime(hours.from, vocabulary),
          to: clockTime(hours.to, vocabulary),
        }),
  ].filter((text) => text !== null);
  return parts.length === 0 ? null : parts.join(' ');
}

/** A limit that somebody set is never silent: whoever looks at the queue reads it. */
export function LimitsLine() {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const now = useNow();
  const limits = useStatus((status) => status?.limits ?? null);
  const text = limits === null ? null : limitsText(limits.set, vocabulary);
  if (limits === null || text === null) return null;
  return (
    <span className={classes['limits']}>
      {text}
      {limits.opensAt !== null && ` ${t('limits/opens', { time: f.moment(limits.opensAt, now) })}`}
    </span>
  );
}
