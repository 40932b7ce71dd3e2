import type { CourierState, PackSummary, ReceiptsSummary } from '../../../app/ipc/courier.ts';
import { COURIER_PROBLEMS } from '../../../app/sync/courier.ts';
import type { Tone } from '../../components/state-mark.tsx';
import type { Vocabulary } from '../../i18n/words.ts';

/** What became of it: the first sentence is also said aloud. */
export interface Sentences {
  readonly tone: Tone;
  readonly first: string;
  readonly rest: readonly string[];
}

type Words = Pick<Vocabulary, 't' | 'f'>;

/** As many packets of one cause are named by number. */
const NAMED = 8;

export function sentencesOf(last: NonNullable<CourierState['last']>, words: Words): Sentences {
  return last.kind === 'pack' ? packSentences(last.summary, words) : receiptsSentences(last.summary, words);
}

function packSentences(summary: PackSummary, { t, f }: Words): Sentences {
  const { ended, packets, bytes, copied, kept, unreadable, folder } = summary;
  if (ended === 'cancelled') return { tone: 'waiting', first: t('courier/packCancelled'), rest: [] };
  const rest = [t('courier/packedTo', { folder })];
  if (kept > 0) rest.push(t('courier/packedAgain', { copied: f.number(copied), kept: f.number(kept) }));
  if (unreadable > 0) rest.push(t('courier/unreadable', { many: f.number(unreadable) }));
  return {
    tone: unreadable > 0 ? 'act' : 'safe',
    first: t('courier/packed', { many: f.number(packets), size: f.bytes(bytes) }),
    rest,
  };
}

function receiptsSentences(summary: ReceiptsSummary, { t, f }: Words): Sentences {
  const { received, waiting, refused, packRefused } = summary;
  if (packRefused !== null) {
    const why = t(`courierProblem/${packRefused}`);
    return { tone: 'act', first: t('courier/packRefused', { why }), rest: [] };
  }
  const rest = COURIER_PROBLEMS.flatMap((problem) => {
    const numbers = refused.filter((entry) => entry.problem === problem).map(({ sequence }) => sequence);
    if (numbers.length === 0) return [];
    const named = numbers.slice(0, NAMED).join(', ');
    return t('courier/refused', {
      many: f.number(numbers.length),
      numbers: numbers.length > NAMED ? t('courier/more', { numbers: named }) : named,
      why: t(`courierProblem/${problem}`),
    });
  });
  for (const name of ['known', 'foreign', 'invalid', 'garbage'] as const) {
    if (summary[name] > 0) rest.push(t(`courier/${name}`, { many: f.number(summary[name]) }));
  }
  const isWell = refused.length + summary.invalid + summary.garbage === 0;
  return {
    tone: isWell ? 'safe' : 'act',
    first: t('courier/answered', { received: f.number(received), waiting: f.number(waiting) }),
    rest,
  };
}
