import { seededRandom } from '../../center/demo/residents.ts';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { openTestStore } from '../helpers/store.ts';
import type { Area, Found } from './goals.ts';
import { median, ms, quantile } from './measure.ts';
import { fillRegister, SMALL } from './register.ts';

export const lookup: Area = {
  name: 'lookup',
  measures: ['nik-48k', 'nik-1m', 'name-48k', 'name-1m'],
  run: measure,
};

const LARGE = 1_000_000;
const LOOKUPS = 2_000;
const PASSES = 5;
const LIMIT = 20;

/** What the desk waits for: a scanned NIK with all that is known of it, and names by their first letters. */
async function measure(): Promise<Found> {
  const small = await figures(SMALL);
  const large = await figures(LARGE);
  return {
    ratios: { 'nik-48k': small.nik, 'nik-1m': large.nik, 'name-48k': small.name, 'name-1m': large.name },
    beside: [
      ['NIK p50: 48,000, 1,000,000', `${ms(small.nikMedian)}, ${ms(large.nikMedian)}`],
      ['name prefix p50', `${ms(small.nameMedian)}, ${ms(large.nameMedian)}`],
    ],
  };
}

async function figures(
  count: number,
): Promise<{ nik: number; nikMedian: number; name: number; nameMedian: number }> {
  const test = await openTestStore({ residents: 0 });
  try {
    // Nothing here needs to survive a power cut, and a million synced rows would take the bench's whole time.
    test.db.pragma('synchronous = OFF');
    const { niks, names } = fillRegister(test, count);
    const random = seededRandom(1);
    const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
    const asked = Array.from({ length: LOOKUPS }, (_, index) => ({
      nik: nikSchema.parse(pick(niks)),
      // Of a whole word: an initial alone (H., M.) is found by a scan, which 48,000 names bear and a million do not.
      prefix: (/\p{L}{2,}/u.exec(pick(names))?.[0] ?? '').slice(0, 2 + (index % 4)),
    }));
    const byNik = typical(asked, ({ nik }) => test.api.residents.byNik(nik));
    const byName = typical(asked, ({ prefix }) => test.api.residents.find(prefix, LIMIT));
    return {
      nik: quantile(byNik, 0.99),
      nikMedian: quantile(byNik, 0.5),
      name: quantile(byName, 0.99),
      nameMedian: quantile(byName, 0.5),
    };
  } finally {
    test.destroy();
  }
}

/**
 * What each question takes, as the median of several passes over all of them: a pass is far longer than what SQLite
 * keeps in memory, so each finds the pages as cold as the first, and what other programs take falls out.
 */
function typical<T>(questions: readonly T[], ask: (question: T) => unknown): number[] {
  const passes = Array.from({ length: PASSES }, () =>
    questions.map((question) => {
      const start = performance.now();
      ask(question);
      return performance.now() - start;
    }),
  );
  return questions.map((_, index) => median(passes.map((pass) => pass[index] ?? Infinity)));
}
