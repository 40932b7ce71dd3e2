import type { TakeoverReport, TakeoverRow, TakeoverState } from '../../../app/ipc/takeover.ts';
import type { Tone } from '../../components/state-mark.tsx';
import type { Vocabulary } from '../../i18n/words.ts';

type Words = Pick<Vocabulary, 't' | 'f'>;

export interface Said {
  readonly tone: Tone;
  readonly text: string;
}

/** What a run brought, what of the mirror stayed behind, and what to do about that. */
export function reportSentences(report: TakeoverReport, { t, f }: Words): Said[] {
  const said: Said[] = [
    {
      tone: 'safe',
      text: t(report.known > 0 ? 'takeover/takenAgain' : 'takeover/taken', {
        taken: f.number(report.taken),
        known: f.number(report.known),
      }),
    },
  ];
  const add = (name: 'rowless' | 'damaged' | 'foreign' | 'halves') => {
    if (report[name] > 0)
      said.push({ tone: 'act', text: t(`takeover/${name}`, { many: f.number(report[name]) }) });
  };
  add('rowless');
  add('damaged');
  add('foreign');
  add('halves');
  return said;
}

/** How far the center is in it. */
export function standing(row: TakeoverRow, activation: TakeoverState['activation'], { t, f }: Words): Said {
  if (row.endedAt === null) return { tone: 'act', text: t('takeover/unfinished', { label: row.label }) };
  const names = { label: row.label, waiting: f.number(row.waiting), received: f.number(row.received) };
  if (activation === 'pending') return { tone: 'waiting', text: t('takeover/pending', names) };
  if (activation === 'refused') return { tone: 'act', text: t('takeover/noVoucher', names) };
  if (row.refused) return { tone: 'act', text: t('takeover/notTold', names) };
  if (row.toldAt === null) return { tone: 'waiting', text: t('takeover/untold', names) };
  return row.waiting > 0
    ? { tone: 'running', text: t('takeover/sending', names) }
    : { tone: 'safe', text: t('takeover/over', names) };
}

/** Numbers that nobody has: those residents must come again. */
export function gapSentence({ gaps, label }: TakeoverRow, { t }: Words): Said | null {
  if (gaps.length === 0) return null;
  const numbers = gaps.map(({ from, to }) =>
    from === to ? String(from) : t('finding/range', { from: String(from), to: String(to) }),
  );
  return { tone: 'act', text: t('takeover/gaps', { label, numbers: numbers.join(', ') }) };
}
