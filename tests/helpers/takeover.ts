import { onTestFinished } from 'vitest';
import { DEMO_ACCOUNTS } from '../../center/demo/losari.ts';
import type { PacketId } from '../../app/ids.ts';
import { requirePassword } from '../../main/ipc/password.ts';
import { publicKeyX } from '../../main/security/sign.ts';
import { activateStation } from '../../main/sync/activate.ts';
import type { SyncEngine } from '../../main/sync/api.ts';
import { stationCall } from '../../main/sync/call.ts';
import { createSyncEngine } from '../../main/sync/engine.ts';
import { issueKit } from '../../main/sync/takeover/kit.ts';
import { Takeover, type TakeoverDeps } from '../../main/sync/takeover/takeover.ts';
import type { Person } from '../../main/sync/takeover/four-eyes.ts';
import { createTransport } from '../../main/sync/transport.ts';
import { mirrorOf, mirrorOn, secondDisk } from './mirror.ts';
import { office, type Office } from './office.ts';
import { openTestStore, type TestStore } from './store.ts';

const quiet = () => {};
const log = { info: quiet, warn: quiet, error: quiet };
const person = ({ username, password }: Person): Person => ({ username, password });
const [operator, supervisor] = DEMO_ACCOUNTS;
/** A supervisor and a second person. */
export const TWO: [Person, Person] = [person(supervisor), person(operator)];

const clock = { now: () => Date.now(), corrected: () => Date.now() };

/** What the supervisor does at the desk: a new sheet, printed. @returns the code on it */
export async function printKit({ test }: Pick<Office, 'test'>, password = TWO[0].password): Promise<string> {
  const record = test.api.station.record();
  const account = test.api.accounts.byUsername(TWO[0].username);
  if (record === null || account === null) throw new Error('no station, or no accounts yet');
  const transport = createTransport({ baseUrl: record.centerUrl, caPem: record.caPem });
  try {
    const call = stationCall(record, test.stationKey, transport, clock);
    const by = { accountId: account.id, name: account.name };
    const signal = new AbortController().signal;
    const { code, kept } = await issueKit({ call, record, now: clock.now }, by, password, signal);
    test.api.station.set('recoveryKit', JSON.stringify(kept));
    return code;
  } finally {
    transport.close();
  }
}

export interface DeadOffice extends Office {
  /** Where its mirror lies. */
  readonly folder: string;
  readonly code: string;
  readonly sent: readonly PacketId[];
  readonly unsent: readonly PacketId[];
}

/** A station whose mirror holds everything, its sheet printed, some of it sent; then its PC dies. */
export async function deadOffice(
  counts: { readonly sent: number; readonly waiting: number },
  options: Parameters<typeof office>[0] = {},
): Promise<DeadOffice> {
  const made = await office(options);
  const disk = secondDisk();
  const { mirror, until, settled } = mirrorOf(made.test);
  await until(({ state }) => state === 'none');
  await mirror.choose(disk, made.test.supervisor.accountId);
  const code = await printKit(made);
  const sent = await made.record(counts.sent);
  await made.engine.syncNow();
  await made.engine.stop();
  const unsent = await made.record(counts.waiting);
  await settled();
  await mirror.stop();
  made.test.close();
  return { ...made, folder: mirrorOn(disk), code, sent, unsent };
}

export interface NewPc {
  readonly test: TestStore;
  readonly takeover: Takeover;
  /** Once it is activated. */
  readonly engine: () => Promise<SyncEngine>;
}

/** A PC that is no station yet, and becomes one by a voucher alone. */
export async function newPc(): Promise<NewPc> {
  const test = await openTestStore({ activated: false });
  onTestFinished(() => test.destroy());
  let started: (engine: SyncEngine) => void = quiet;
  const engine = new Promise<SyncEngine>((resolve) => {
    started = resolve;
  });
  const takeover = takeoverAt(test, {
    activate: async (centerUrl, code) => {
      const record = await activateStation({
        ...{ centerUrl, code, stationKeyX: publicKeyX(test.stationKey) },
        ...{ label: 'PC baru', appVersion: '0.1.0' },
      });
      test.api.station.activate(record, Date.now());
      const transport = createTransport({ baseUrl: record.centerUrl, caPem: record.caPem });
      const made = createSyncEngine({
        store: test.store,
        record,
        stationKey: test.stationKey,
        transport,
        log,
      });
      onTestFinished(async () => {
        await made.stop();
        transport.close();
      });
      made.start();
      started(made);
    },
  });
  return { test, takeover, engine: () => engine };
}

/** The takeover as main makes it over this store. */
export function takeoverAt(test: TestStore, over: Partial<TakeoverDeps> = {}): Takeover {
  const takeover = new Takeover({
    store: test.store,
    record: () => test.store.station.record(),
    confirm: ({ username, password }) =>
      requirePassword(test.store, username, password, Date.now, 'password.wrong'),
    activate: () => Promise.reject(new Error('a station already')),
    now: Date.now,
    changed: quiet,
    taken: quiet,
    log,
    ...over,
  });
  onTestFinished(() => takeover.stop());
  return takeover;
}
