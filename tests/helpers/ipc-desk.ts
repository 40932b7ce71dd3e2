// A whole desk behind the real border, without Electron: the real handlers over real stores, a scanner that draws, a real
// courier and mirror whose dialogs are answered by the test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RekamError } from '../../app/errors.ts';
import { AT_START } from '../../app/ipc/at-start.ts';
import { CONTRACT } from '../../app/ipc/contract.ts';
import { practiceScanners } from '../../main/devices/practice.ts';
import { StationCheckup } from '../../main/checkup/checkup.ts';
import { factsOfStation } from '../../main/checkup/facts.ts';
import { accountHandlers, accountHandlersInTraining } from '../../main/ipc/accounts.ts';
import { auditHandlers, auditHandlersInTraining } from '../../main/ipc/audit.ts';
import { checkupHandlers, checkupHandlersInTraining } from '../../main/ipc/checkup.ts';
import { courierHandlers, courierHandlersInTraining } from '../../main/ipc/courier.ts';
import { BatteryGauge } from '../../main/ipc/battery.ts';
import { dayHandlers, dayHandlersInTraining } from '../../main/ipc/day.ts';
import { deskHandlers } from '../../main/ipc/desk.ts';
import { deviceHandlers } from '../../main/ipc/devices.ts';
import { createFourEyes } from '../../main/ipc/four-eyes.ts';
import { mirrorHandlers, mirrorHandlersInTraining } from '../../main/ipc/mirror.ts';
import { outageHandlers, outageHandlersInTraining } from '../../main/ipc/outages.ts';
import { outboxHandlers, outboxHandlersInTraining } from '../../main/ipc/outbox.ts';
import { requirePassword } from '../../main/ipc/password.ts';
import type { Border, SideHandlers, Sides } from '../../main/ipc/register.ts';
import { recoveryHandlers, recoveryHandlersInTraining } from '../../main/ipc/recovery.ts';
import { reviewHandlers, reviewHandlersInTraining } from '../../main/ipc/review.ts';
import { DiskRoom } from '../../main/ipc/room.ts';
import { sessionHandlers } from '../../main/ipc/session.ts';
import { slipHandlers } from '../../main/ipc/slip.ts';
import { currentPolicy, stationHandlers } from '../../main/ipc/station.ts';
import { StatusBoard } from '../../main/ipc/status.ts';
import { progressHandlers, progressHandlersInTraining } from '../../main/ipc/progress.ts';
import { scheduleHandlers, scheduleHandlersInTraining } from '../../main/ipc/schedule.ts';
import { settingHandlers, settingHandlersInTraining } from '../../main/ipc/settings.ts';
import { syncHandlers, syncHandlersInTraining } from '../../main/ipc/sync.ts';
import { takeoverHandlers, takeoverHandlersInTraining } from '../../main/ipc/takeover.ts';
import { ListImport } from '../../main/schedule/list-import.ts';
import { Sessions, type DeskSession } from '../../main/security/sessions.ts';
import { publicKeyX } from '../../main/security/sign.ts';
import { verifyAudit } from '../../main/store/audit-verify.ts';
import { examine } from '../../main/store/examine.ts';
import { activateStation } from '../../main/sync/activate.ts';
import { Mirror } from '../../main/sync/mirror/mirror.ts';
import { Takeover } from '../../main/sync/takeover/takeover.ts';
import { courierOf } from './courier.ts';
import { openTestStore, TEST_DATE, TEST_NOW, type TestStore } from './store.ts';

export interface IpcDesk {
  readonly real: TestStore;
  readonly training: TestStore;
  readonly border: Border;
  readonly sides: Sides;
  readonly sessions: Sessions;
  readonly person: (role: 'operator' | 'supervisor', training: boolean) => DeskSession;
  /** For what a person chooses in the system's own dialogs. */
  readonly disk: string;
  close(): Promise<void>;
}

const quiet = () => {};
const LOG = { info: quiet, warn: quiet, error: quiet };

export async function ipcDesk(residents = 40): Promise<IpcDesk> {
  const real = await openTestStore({ residents, inMemory: true });
  const training = await openTestStore({ residents, inMemory: true });
  const onDisk = await openTestStore({ residents: 2 });
  const disk = mkdtempSync(join(tmpdir(), 'rekam-carried-'));
  const now = () => TEST_NOW;
  const window = {
    isDestroyed: () => false,
    webContents: {
      getPrintersAsync: () => Promise.resolve([]),
      mainFrame: { executeJavaScript: () => Promise.resolve(null) },
    },
  } as never;
  const room = new DiskRoom({
    store: real.store,
    dataDir: real.dir,
    stat: () => Promise.resolve({ bavail: 2 ** 30, bsize: 4096 }),
  });
  const sessions = new Sessions(quiet);
  const isStill = () => true;
  const mirror = new Mirror({
    ...{ store: real.store, stationKey: real.stationKey, dataDir: real.dir, now, log: LOG },
    record: () => real.store.station.record(),
    changed: quiet,
    restored: quiet,
  });
  const takeover = new Takeover({
    ...{ store: real.store, now, changed: quiet, taken: quiet, log: LOG },
    record: () => real.store.station.record(),
    confirm: ({ username, password }) =>
      requirePassword(real.store, username, password, now, 'password.wrong'),
    activate: () => Promise.reject(new RekamError('center.unreachable')),
  });
  const board = new StatusBoard({
    ...{
      store: real.store,
      engine: () => null,
      room,
      battery: new BatteryGauge(),
      mirror: () => mirror.status(),
      storeDamaged: () => false,
    },
    ...{
      keysInFile: true,
      now,
      startOfDay: () => TEST_NOW - 3 * 3600_000,
      today: () => TEST_DATE,
      publish: quiet,
      log: LOG,
    },
  });
  const checkup = new StationCheckup({
    examine: () =>
      Promise.resolve(
        examine(
          { file: onDisk.file, key: onDisk.key, nativeBinding: null },
          { auditOnly: false, speaksOf: () => null },
        ),
      ),
    others: async () =>
      factsOfStation(await board.read(), [], { activated: true, rekam: '0', runtime: '0', isRelease: false }),
    ...{ now, log: LOG },
  });
  const atStart = {
    ...stationHandlers({
      store: real.store,
      fixed: { version: '0', demo: null, developmentRuntime: true, uncleanStop: null, auditBrokenAt: null },
      battery: quiet,
      autostart: { isPossible: false, set: quiet },
      centerUrl: null,
      status: () => board.read(),
      activate: (centerUrl, code) =>
        activateStation({
          centerUrl,
          code,
          stationKeyX: publicKeyX(real.stationKey),
          label: 'x',
          appVersion: '0',
        }),
      activated: quiet,
      firstPicture: quiet,
      shown: quiet,
      now,
    }),
    ...sessionHandlers({
      ...{ store: real.store, sessions, draftKey: new Uint8Array(32), now, changedPassword: quiet },
      training: {
        begin: () => Promise.resolve(),
        end: () => Promise.resolve(),
        draftKey: () => new Uint8Array(32),
      },
    }),
  };
  const atDesk = {
    ...{ now, today: () => TEST_DATE, sessionNow: () => 'pagi' as const, room, recorded: quiet },
    confirm: async (caller: DeskSession, password: string) => {
      await requirePassword(real.store, caller.username, password, now, 'password.wrong');
    },
  };
  const devices = deviceHandlers({
    scanners: practiceScanners(),
    policy: () => currentPolicy(real.store),
    show: quiet,
  });
  const handlers: SideHandlers = {
    ...deskHandlers({ ...atDesk, store: real.store }),
    ...devices,
    ...slipHandlers({ store: real.store, window, training: false, now }),
    ...outboxHandlers({ store: real.store, engine: () => null, now, changed: quiet }),
    ...reviewHandlers({ store: real.store, engine: () => null, now, changed: quiet }),
    ...syncHandlers({ store: real.store, engine: () => null, now }),
    ...progressHandlers({
      ...{ store: real.store, window, isStill, now, corrected: now, today: () => TEST_DATE },
    }),
    ...dayHandlers({
      ...{ store: real.store, window, now, today: () => TEST_DATE, engine: () => null },
      stationKeyX: publicKeyX(real.stationKey),
    }),
    ...scheduleHandlers({
      ...{ store: real.store, window, isStill, now, today: () => TEST_DATE, changed: quiet },
      list: new ListImport({ store: real.store, now, changed: quiet }),
    }),
    ...outageHandlers({
      ...{ store: real.store, window, isStill, now, corrected: now, today: () => TEST_DATE },
    }),
    ...checkupHandlers({ store: real.store, checkup, window, dataDir: real.dir, version: '0', isStill, now }),
    ...courierHandlers({ store: real.store, courier: courierOf(real), window, isStill, now, settled: quiet }),
    ...mirrorHandlers({ mirror, window, isStill }),
    ...recoveryHandlers({
      ...{ store: real.store, window, isStill, now, changed: quiet },
      issue: () => Promise.reject(new RekamError('center.unreachable')),
    }),
    ...takeoverHandlers({ store: real.store, sessions, takeover, window }),
    ...settingHandlers({ store: real.store, now }),
    ...accountHandlers({ store: real.store, now, changedPassword: quiet }),
    ...auditHandlers({
      ...{ store: real.store, window, isStill, now, stationKey: real.stationKey },
      fourEyes: createFourEyes({ store: real.store, now }),
      verify: () => Promise.resolve(verifyAudit(real.db, () => null)),
    }),
  };
  const inTraining: SideHandlers = {
    ...deskHandlers({ ...atDesk, store: training.store }),
    ...devices,
    ...slipHandlers({ store: training.store, window, training: true, now }),
    ...outboxHandlersInTraining(),
    ...reviewHandlersInTraining(),
    ...syncHandlersInTraining(),
    ...progressHandlersInTraining(),
    ...dayHandlersInTraining(),
    ...scheduleHandlersInTraining(),
    ...outageHandlersInTraining(),
    ...settingHandlersInTraining(),
    ...courierHandlersInTraining(),
    ...checkupHandlersInTraining(),
    ...mirrorHandlersInTraining(),
    ...recoveryHandlersInTraining(),
    ...takeoverHandlersInTraining(),
    ...accountHandlersInTraining(),
    ...auditHandlersInTraining(),
  };
  const sides: Sides = { contract: CONTRACT, handlers, training: () => inTraining };
  return {
    ...{ real, training, sessions, disk },
    border: {
      sessions,
      atStart: { contract: { ...AT_START }, handlers: atStart },
      sides: Promise.resolve(sides),
    },
    sides,
    person: (role, isTraining) => ({
      ...real[role],
      username: role,
      role,
      training: isTraining,
      mustChange: false,
    }),
    close: async () => {
      await takeover.stop();
      await mirror.stop();
      for (const store of [real, training, onDisk]) store.destroy();
      rmSync(disk, { recursive: true, force: true });
    },
  };
}
