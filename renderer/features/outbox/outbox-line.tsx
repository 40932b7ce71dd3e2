import { memo } from 'react';
import type { PacketState } from '../../../app/enrollment/lifecycle.ts';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { OutboxRow } from '../../../app/ipc/contract.ts';
import { OUTCOME_REASONS } from '../../../app/sync/protocol.ts';
import { StateMark, type Tone } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords, type Vocabulary } from '../../i18n/words.ts';
import { useStatus } from '../../status.ts';
import { useTraining } from '../training/training.tsx';
import classes from './outbox.module.css';

export const STATE_TONE: Readonly<Record<PacketState, Tone>> = {
  recorded: 'waiting',
  review: 'waiting',
  returned: 'act',
  sending: 'running',
  held: 'act',
  received: 'safe',
  accepted: 'safe',
  rejected: 'act',
  duplicate: 'safe',
  superseded: 'safe',
};

/** Amber as long as a person has something to do for it. */
export function toneOf({ state, task }: Pick<OutboxRow, 'state' | 'task'>): Tone {
  return task ? 'act' : STATE_TONE[state];
}

/** Why it stands as it stands, in one line. */
function why(row: OutboxRow, { t }: Vocabulary): string {
  if (row.state === 'held') return row.holdReason === null ? '' : t(`holdReason/${row.holdReason}`);
  if (row.state === 'review') return t('outbox/waitsReview');
  if (row.state === 'returned') return row.task ? t('outbox/toRecord') : '';
  if (row.state === 'duplicate') return row.task ? t('outbox/toMatch') : '';
  if (row.state !== 'rejected' || row.outcome === null) return '';
  const reasons = row.outcome.reasons.map((reason) => {
    const known = OUTCOME_REASONS.find((code) => code === reason.code) ?? 'other';
    return t(`outcomeReason/${known}`);
  });
  const remedy = row.outcome.remedy === null ? '' : t(`remedy/${row.outcome.remedy}`);
  return [remedy, reasons.join(', ')].filter((text) => text !== '').join(' ');
}

function sentText(row: OutboxRow, { t, f }: Vocabulary): string {
  const total = f.bytes(row.size);
  if (row.offset >= row.size || row.receivedAt !== null) return total;
  return row.offset === 0
    ? t('outbox/notSent', { total })
    : t('outbox/sentOf', { done: f.bytes(row.offset), total });
}

function nextAttempt(
  row: OutboxRow,
  training: boolean,
  offline: boolean,
  now: number,
  { t, f }: Vocabulary,
): string {
  if (row.state === 'held' || row.state === 'review') return t('outbox/person');
  if (row.state !== 'recorded') return t('outbox/done');
  if (training) return t('outbox/training');
  if (offline) return t('outbox/waitsLink');
  const wait = row.nextAttemptAt === null ? 0 : Date.parse(row.nextAttemptAt) - now;
  const when = wait < 30_000 ? t('outbox/now') : t('outbox/inTime', { time: f.duration(wait) });
  return row.attempts === 0 ? when : t('outbox/attemptAt', { n: f.number(row.attempts + 1), when });
}

export interface RowActs {
  readonly onSlip: (row: OutboxRow) => void;
  /** Null for an operator, who sees the state alone. */
  readonly onInspect: ((row: OutboxRow) => void) | null;
}

function Cells({ row, onSlip, onInspect }: { row: OutboxRow } & RowActs) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const offline = useStatus((status) => status?.link.state === 'offline');
  const training = useTraining();
  const reason = why(row, vocabulary);
  const name = row.isErased ? t('outbox/erased') : row.nama;
  const now = useNow();
  return (
    <>
      <td>{f.number(row.sequence)}</td>
      <td className={classes['two']}>
        <strong title={name}>{name}</strong>
        <small>{row.isErased ? t('outbox/erasedWhy') : formatNik(row.nik)}</small>
      </td>
      <td className={classes['two']}>
        <span>{f.moment(row.recordedAt, now)}</span>
        {row.origin !== null && <small title={row.origin}>{t('outbox/origin', { label: row.origin })}</small>}
      </td>
      <td className={classes['two']}>
        <StateMark tone={toneOf(row)}>{t(`packetState/${row.state}`)}</StateMark>
        {reason !== '' && (
          <span className={classes['why']} title={reason}>
            {reason}
            {row.lastProblem === null ? '' : ` · ${row.lastProblem}`}
          </span>
        )}
      </td>
      <td>{sentText(row, vocabulary)}</td>
      <td>{nextAttempt(row, training, offline, now, vocabulary)}</td>
      <td>{row.receivedAt === null ? t('common/empty') : f.moment(row.receivedAt, now)}</td>
      <td className={classes['slip']}>
        <button
          type="button"
          className={classes['slipButton']}
          aria-label={t('slip/openOf', { nama: name })}
          disabled={row.isErased}
          onClick={() => onSlip(row)}
        >
          {t('slip/open')}
        </button>
      </td>
      {onInspect !== null && (
        <td className={classes['slip']}>
          <button
            type="button"
            className={classes['slipButton']}
            aria-label={t('doctor/openOf', { nama: row.isErased ? String(row.sequence) : row.nama })}
            onClick={() => onInspect(row)}
          >
            {t('doctor/open')}
          </button>
        </td>
      )}
    </>
  );
}

/** One packet. While its page is being fetched the line is there, empty, so that nothing jumps. */
export const OutboxLine = memo(function OutboxLine({
  row,
  index,
  top,
  ...acts
}: {
  row: OutboxRow | undefined;
  index: number;
  top: number;
} & RowActs) {
  const { t } = useWords();
  return (
    <tr
      aria-rowindex={index + 2}
      className={classes['line']}
      data-row
      style={{ transform: `translateY(${top}px)` }}
    >
      {row === undefined ? (
        <td className={classes['loading']}>{t('common/loading')}</td>
      ) : (
        <Cells row={row} {...acts} />
      )}
    </tr>
  );
});
