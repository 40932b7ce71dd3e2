import { z } from 'zod';
import { accountIdSchema, type AccountId } from '../../../app/ids.ts';
import {
  formatRecoveryCode,
  kitSchema,
  recoveryAnswerSchema,
  type Kit,
  type KitStation,
} from '../../../app/sync/recovery.ts';
import { PATHS } from '../../../app/sync/protocol.ts';
import { RekamError } from '../../../app/errors.ts';
import { keysOfCode, makeRecoveryBody, makeSalt } from '../../security/recovery-code.ts';
import { seal } from '../../security/seal.ts';
import type { Remote, StationRecord, StoreApi } from '../../store/api.ts';
import { readJson, type Call } from '../call.ts';
import { verdictOf } from '../classify.ts';

/** What the station keeps of a kit: it can write its own part anew, and read neither. */
export const keptKitSchema = z.object({
  kit: kitSchema.omit({ station: true }),
  recipient: z.string(),
  by: accountIdSchema,
  byName: z.string(),
});
export type KeptKit = z.infer<typeof keptKitSchema>;

export interface IssuedKit {
  readonly kept: KeptKit;
  /** For the paper alone. */
  readonly code: string;
}

/**
 * A new recovery code, and what the center wraps for it. The one before it is void from now on.
 * @throws RekamError `password.wrong`, `center.unreachable`, `center.answer`
 */
export async function issueKit(
  deps: { readonly call: Call; readonly record: StationRecord; readonly now: () => number },
  by: { readonly accountId: AccountId; readonly name: string },
  password: string,
  signal: AbortSignal,
): Promise<IssuedKit> {
  const { call, record, now } = deps;
  const body = makeRecoveryBody();
  const salt = makeSalt();
  const { recipient } = await keysOfCode(body, salt);
  const json = { recipient, supervisor: by.accountId, password };
  let sealed: string;
  try {
    const response = await call({ method: 'POST', target: PATHS.recovery, json, signal });
    ({ sealed } = await readJson(response, recoveryAnswerSchema, now()));
  } catch (error) {
    throw refused(error);
  }
  const { stationId, label } = record.activation;
  const kit = {
    ...{ v: 1 as const, stationId, label, madeAt: new Date(now()).toISOString() },
    ...{ salt: salt.toString('base64'), center: sealed },
  };
  return { code: formatRecoveryCode(body), kept: { kit, recipient, by: by.accountId, byName: by.name } };
}

function refused(error: unknown): unknown {
  const verdict = verdictOf(error);
  if (verdict === null) return error;
  if (verdict.problem === 'password-wrong') return new RekamError('password.wrong', {}, error);
  const isAnswer = verdict.kind === 'request' || verdict.kind === 'hold' || verdict.kind === 'offset';
  return new RekamError(isAnswer ? 'center.answer' : 'center.unreachable', {}, error);
}

export async function readKept(store: Remote<Pick<StoreApi, 'station'>>): Promise<KeptKit | null> {
  const stored = await store.station.setting('recoveryKit');
  return stored === null || stored === '' ? null : keptKitSchema.parse(JSON.parse(stored));
}

/** What the station adds to it, as it stands now. */
export async function stationPart(
  store: Remote<Pick<StoreApi, 'accounts'>>,
  { activation, centerUrl }: StationRecord,
): Promise<KitStation> {
  return { v: 1, stationId: activation.stationId, centerUrl, accounts: await store.accounts.all() };
}

export async function completeKit({ kit, recipient }: KeptKit, part: KitStation): Promise<Buffer> {
  const station = await seal(Buffer.from(JSON.stringify(part), 'utf8'), recipient);
  const whole: Kit = { ...kit, station: Buffer.from(station).toString('base64') };
  return Buffer.from(`${JSON.stringify(whole)}\n`, 'utf8');
}
