import { parseActivationCode } from '../../../app/sync/activation.ts';
import { PATHS } from '../../../app/sync/protocol.ts';
import { takeoverAnswerSchema } from '../../../app/sync/recovery.ts';
import type { Remote, StoreApi } from '../../store/api.ts';
import { readJson, type Call } from '../call.ts';
import { verdictOf } from '../classify.ts';
import type { SyncLog } from '../log.ts';

interface TellDeps {
  readonly store: Remote<Pick<StoreApi, 'takeovers'>>;
  readonly call: Call;
  readonly now: () => number;
  readonly log: SyncLog;
}

/** Tells the center of each station that was taken over here: its key is worth nothing from then on. */
export async function tellTakeovers({ store, call, now, log }: TellDeps, signal: AbortSignal): Promise<void> {
  for (const { stationId, voucher, last } of await store.takeovers.untold()) {
    const code = parseActivationCode(voucher);
    const json = { stationId, last, secret: code.ok ? code.value.secret : '' };
    try {
      const response = await call({ method: 'POST', target: PATHS.takeover, json, signal });
      const answer = await readJson(response, takeoverAnswerSchema, now());
      await store.takeovers.told(stationId, answer.last, now());
      log.info('takeover.told', { last: answer.last });
    } catch (error) {
      const verdict = verdictOf(error);
      if (verdict?.kind !== 'request') throw error;
      // For good: a person at the center has to revoke the dead one.
      await store.takeovers.refused(stationId, verdict.problem, now());
      log.warn('takeover.refused', { problem: verdict.problem });
    }
  }
}
