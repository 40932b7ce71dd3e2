import { outcomesAnswerSchema, PATHS } from '../../app/sync/protocol.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { readJson, type Call } from './call.ts';
import { notOurs } from './classify.ts';

/** Verdicts since the last ones we know of, page by page, each applied with its cursor in one transaction. */
export async function fetchOutcomes(
  deps: {
    readonly store: Remote<Pick<StoreApi, 'station' | 'outbox'>>;
    readonly call: Call;
    readonly now: () => number;
  },
  signal: AbortSignal,
): Promise<number> {
  let cursor = await deps.store.station.setting('outcomeCursor');
  let count = 0;
  for (;;) {
    const query = cursor === null ? '' : `?after=${encodeURIComponent(cursor)}`;
    const response = await deps.call({ method: 'GET', target: PATHS.outcomes + query, signal });
    const page = await readJson(response, outcomesAnswerSchema, deps.now());
    if (page.outcomes.length > 0 || page.cursor !== cursor) {
      await deps.store.outbox.outcomes(page.outcomes, page.cursor, deps.now());
    }
    count += page.outcomes.length;
    if (!page.more) return count;
    if (page.cursor === cursor) throw notOurs('centerError', 'cursor-stands');
    cursor = page.cursor;
  }
}
