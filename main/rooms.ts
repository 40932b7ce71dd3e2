import { app, type BrowserWindow } from 'electron';
import { hostname } from 'node:os';
import { RekamError } from '../app/errors.ts';
import { CONTRACT, type EventName, type EventPayload } from '../app/ipc/contract.ts';
import { NO_LIMITS } from '../app/sync/limits.ts';
import { StationCheckup } from './checkup/checkup.ts';
import { examineInThread } from './checkup/examination.ts';
import { factsOfStation } from './checkup/facts.ts';
import type { DeskClock } from './clock.ts';
import { practiceScanners } from './devices/practice.ts';
import { createSbiScanners } from './devices/registry.ts';
import { SBI_PORTS } from './devices/sbi-search.ts';
import { trainingScanners } from './devices/training.ts';
import type { Environment } from './environment.ts';
import { DatabaseCheck } from './intake/check.ts';
import { noticeBehind, recovered } from './intake/recover.ts';
import { databaseFile, type StoreWorker } from './intake/start-worker.ts';
import { accountHandlers, accountHandlersInTraining } from './ipc/accounts.ts';
import { auditHandlers, auditHandlersInTraining } from './ipc/audit.ts';
import { checkupHandlers, checkupHandlersInTraining } from './ipc/checkup.ts';
import { courierHandlers, courierHandlersInTraining } from './ipc/courier.ts';
import { dayHandlers, dayHandlersInTraining } from './ipc/day.ts';
import { deskHandlers } from './ipc/desk.ts';
import { deviceHandlers } from './ipc/devices.ts';
import { createFourEyes } from './ipc/four-eyes.ts';
import { mirrorHandlers, mirrorHandlersInTraining } from './ipc/mirror.ts';
import { outageHandlers, outageHandlersInTraining } from './ipc/outages.ts';
import { outboxHandlers, outboxHandlersInTraining } from './ipc/outbox.ts';
import { requirePassword } from './ipc/password.ts';
import { progressHandlers, progressHandlersInTraining } from './ipc/progress.ts';
import { recoveryHandlers, recoveryHandlersInTraining } from './ipc/recovery.ts';
import { reviewHandlers, reviewHandlersInTraining } from './ipc/review.ts';
import type { SideHandlers, Sides } from './ipc/register.ts';
import type { DiskRoom } from './ipc/room.ts';
import { scheduleHandlers, scheduleHandlersInTraining } from './ipc/schedule.ts';
import { settingHandlers, settingHandlersInTraining, storedLimits } from './ipc/settings.ts';
import { slipHandlers } from './ipc/slip.ts';
import { currentPolicy } from './ipc/station.ts';
import type { StatusBoard } from './ipc/status.ts';
import { syncHandlers, syncHandlersInTraining } from './ipc/sync.ts';
import { takeoverHandlers, takeoverHandlersInTraining } from './ipc/takeover.ts';
import { restartApp } from './lifecycle.ts';
import { reason, type Log } from './log.ts';
import { ListImport } from './schedule/list-import.ts';
import type { StationKeys } from './security/api.ts';
import type { DeskSession, Sessions } from './security/sessions.ts';
import { publicKeyX } from './security/sign.ts';
import type { StationRecord } from './store/api.ts';
import { activateStation } from './sync/activate.ts';
import type { SyncEngine } from './sync/api.ts';
import { stationCall } from './sync/call.ts';
import { Courier } from './sync/courier/courier.ts';
import { createSyncEngine } from './sync/engine.ts';
import { readCard } from './sync/mirror/card.ts';
import { Mirror } from './sync/mirror/mirror.ts';
import { issueKit } from './sync/takeover/kit.ts';
import { Takeover } from './sync/takeover/takeover.ts';
import { createTransport, type StationTransport } from './sync/transport.ts';
import { TrainingDesk } from './training/desk.ts';

/** What stands before the login: the store, who is there, and what the window shows of the station. */
export interface Core {
  readonly environment: Environment;
  readonly window: BrowserWindow;
  readonly log: Log;
  readonly clock: DeskClock;
  readonly keys: StationKeys;
  readonly worker: StoreWorker;
  readonly workerFile: string;
  readonly examinerFile: string;
  readonly sessions: Sessions;
  readonly board: StatusBoard;
  readonly room: DiskRoom;
  readonly tell: <E extends EventName>(event: E, payload: EventPayload<E>) => void;
  /** The database was built anew at this start. */
  readonly isRebuilt: boolean;
  readonly wasUnclean: boolean;
  /** The Electron of development and tests, which no release has. */
  readonly isDevelopment: boolean;
}

/** Everything behind the login, at work. */
export interface Rooms extends Sides {
  readonly engine: () => SyncEngine | null;
  readonly mirror: Mirror;
  readonly check: DatabaseCheck;
  readonly trainingDesk: TrainingDesk<SideHandlers>;
  /** @throws RekamError as `activateStation` */
  activate(centerUrl: string, code: string): Promise<StationRecord>;
  startEngine(record: StationRecord): void;
  /** Nobody is logged in any more: what belonged to the session goes. */
  sessionEnded(): void;
  /** The PC has slept: connections hang, and time has passed. */
  resumed(): void;
  stop(): Promise<void>;
}

/** The other half of the composition root. Nothing here decides; it connects. */
export async function openRooms(core: Core): Promise<Rooms> {
  const { environment, window, log, clock, keys, worker, sessions, board, room, tell, isDevelopment } = core;
  const { dataDir } = environment;
  const { store } = worker;
  const atDisk = { workerFile: core.workerFile, dataDir, keys, nativeBinding: environment.nativeBinding };

  // Before anything is recorded.
  if (!core.isRebuilt) await noticeBehind(store, readCard(dataDir, keys.station), clock.now());

  let engine: SyncEngine | null = null;
  let transport: StationTransport | null = null;
  const startEngine = (record: StationRecord, limits = NO_LIMITS): void => {
    const link = createTransport({ baseUrl: record.centerUrl, caPem: record.caPem });
    const started = createSyncEngine({
      store,
      record,
      stationKey: keys.station,
      transport: link,
      limits,
      log,
      appVersion: app.getVersion(),
    });
    started.onChange(() => {
      clock.heard(started.state());
      board.changed();
    });
    started.start();
    engine = started;
    transport = link;
  };

  const courier = new Courier({
    store,
    record: () => store.station.record(),
    stationKey: keys.station,
    now: () => clock.now(),
    changed: (state) => tell('courier.changed', state),
    log,
  });

  const list = new ListImport({
    store,
    now: () => clock.now(),
    changed: (progress) => tell('schedule.changed', progress),
  });
  const forgetList = () =>
    list.drop().catch((error: unknown) => log.error('schedule.forget', { reason: reason(error) }));
  // Of a run that ended in the middle of one.
  void forgetList();

  const check = new DatabaseCheck({
    options: atDisk,
    lastCheckedAt: async () => Number((await store.station.setting('checkedAt')) ?? 0),
    checked: (at) => store.station.set('checkedAt', String(at)),
    now: () => clock.now(),
    damaged: () => {
      log.error('store.damaged', { why: 'check', setAside: null });
      board.changed();
      // Nobody is in the middle of anything: the next start mends it.
      if (sessions.current() === null) restartApp();
    },
    failed: (error) => log.error('store.check', { reason: reason(error) }),
  });
  worker.onDamaged(() => check.suspect());
  const mirror = new Mirror({
    store,
    record: () => store.station.record(),
    ...{ stationKey: keys.station, dataDir, log },
    now: () => clock.now(),
    changed: () => board.changed(),
    restored: () => {
      engine?.wake();
      board.changed();
    },
  });
  if (core.isRebuilt) {
    await mirror.raiseAbove();
    recovered(dataDir);
  }

  const activate = (centerUrl: string, code: string) =>
    activateStation({
      centerUrl,
      code,
      stationKeyX: publicKeyX(keys.station),
      label: hostname().slice(0, 80),
      appVersion: app.getVersion(),
    });
  const takeover = new Takeover({
    store,
    record: () => store.station.record(),
    confirm: ({ username, password }) =>
      requirePassword(store, username, password, () => clock.now(), 'password.wrong'),
    activate: async (centerUrl, voucher) => {
      const activated = await activate(centerUrl, voucher);
      await store.station.activate(activated, clock.now());
      startEngine(activated);
    },
    now: () => clock.now(),
    changed: (state) => tell('takeover.changed', state),
    taken: () => {
      engine?.wake();
      mirror.wake();
      board.changed();
    },
    log,
  });

  const isStill = ({ accountId }: DeskSession) => sessions.current()?.accountId === accountId;
  const policyNow = () => currentPolicy(store);
  const scanners = createSbiScanners({
    ports: environment.devicePorts ?? SBI_PORTS,
    anchors: async () => (await policyNow())?.deviceAnchors ?? [],
    now: () => clock.corrected(),
    log,
  });
  const examine = (auditOnly: boolean) =>
    examineInThread(core.examinerFile, {
      ...{ file: databaseFile(dataDir), key: keys.database, auditOnly },
      nativeBinding: environment.nativeBinding,
    });
  const checkup = new StationCheckup({
    examine: () => examine(false),
    others: async () => {
      const [status, found] = await Promise.all([board.read(), scanners.list(true)]);
      return factsOfStation(status, found, {
        activated: engine !== null,
        rekam: app.getVersion(),
        runtime: process.versions.electron,
        isRelease: !isDevelopment,
      });
    },
    now: () => clock.now(),
    log,
  });
  const withScanner = {
    policy: policyNow,
    show: (frame: EventPayload<'devices.frame'>) => tell('devices.frame', frame),
  };
  const atDesk = {
    now: () => clock.now(),
    today: () => clock.today(),
    sessionNow: () => clock.sessionNow(),
    room,
    // In training too: a wrong password counts where it always counts, or training were the place to guess one.
    confirm: async (caller: DeskSession, password: string) => {
      await requirePassword(store, caller.username, password, () => clock.now(), 'password.wrong');
    },
  };

  const trainingDesk: TrainingDesk<SideHandlers> = new TrainingDesk({
    dataDir,
    workerFile: core.workerFile,
    nativeBinding: environment.nativeBinding,
    model: async () => {
      const real = await store.station.record();
      const policy = await policyNow();
      return real === null || policy === null ? null : { kecamatan: real.activation.kecamatan, policy };
    },
    audit: (what, by) => store.audit.append({ at: clock.now(), by, what, subject: by }),
    furnish: (own) => ({
      ...deskHandlers({
        ...atDesk,
        store: own,
        recorded: () => undefined,
      }),
      ...deviceHandlers({ ...withScanner, scanners: trainingScanners(scanners, practiceScanners()) }),
      ...slipHandlers({ ...atDesk, store: own, window, training: true }),
      ...outboxHandlersInTraining(),
      ...reviewHandlersInTraining(),
      ...syncHandlersInTraining(),
      ...progressHandlersInTraining(),
      ...dayHandlersInTraining(),
      ...scheduleHandlersInTraining(),
      ...outageHandlersInTraining(),
      ...settingHandlersInTraining(),
      ...courierHandlersInTraining(),
      ...accountHandlersInTraining(),
      ...auditHandlersInTraining(),
      ...checkupHandlersInTraining(),
      ...mirrorHandlersInTraining(),
      ...recoveryHandlersInTraining(),
      ...takeoverHandlersInTraining(),
    }),
    now: () => clock.now(),
    today: () => clock.today(),
    log,
  });
  await trainingDesk.wipe();

  const handlers: SideHandlers = {
    ...deskHandlers({
      ...atDesk,
      store,
      recorded: () => {
        engine?.wake();
        mirror.wake();
        board.changed();
      },
    }),
    ...deviceHandlers({ ...withScanner, scanners }),
    ...slipHandlers({ ...atDesk, store, window, training: false }),
    ...outboxHandlers({
      store,
      engine: () => engine,
      now: () => clock.now(),
      changed: () => board.changed(),
    }),
    ...reviewHandlers({
      store,
      engine: () => engine,
      now: () => clock.now(),
      changed: () => {
        mirror.wake();
        board.changed();
      },
    }),
    ...syncHandlers({ store, engine: () => engine, now: () => clock.now() }),
    ...progressHandlers({
      ...{ store, window, isStill },
      now: () => clock.now(),
      corrected: () => clock.corrected(),
      today: () => clock.today(),
    }),
    ...dayHandlers({
      ...{ store, window, engine: () => engine, stationKeyX: publicKeyX(keys.station) },
      now: () => clock.now(),
      today: () => clock.today(),
    }),
    ...scheduleHandlers({
      ...{ store, list, window, isStill },
      now: () => clock.now(),
      today: () => clock.today(),
      changed: () => engine?.wake(),
    }),
    ...outageHandlers({
      ...{ store, window, isStill },
      now: () => clock.now(),
      corrected: () => clock.corrected(),
      today: () => clock.today(),
    }),
    ...settingHandlers({ store, now: () => clock.now() }),
    ...accountHandlers({ store, now: () => clock.now(), changedPassword: () => engine?.wake() }),
    ...auditHandlers({
      ...{ store, window, isStill, stationKey: keys.station },
      fourEyes: createFourEyes({ store, now: () => clock.now() }),
      verify: async () => {
        const { audit } = await examine(true);
        if (audit === null) throw new RekamError('store.damaged');
        return audit;
      },
      now: () => clock.now(),
    }),
    ...checkupHandlers({
      ...{ store, checkup, window, dataDir, isStill, version: app.getVersion() },
      now: () => clock.now(),
    }),
    ...courierHandlers({
      ...{ store, courier, window, isStill },
      now: () => clock.now(),
      settled: () => {
        engine?.wake();
        board.changed();
      },
    }),
    ...mirrorHandlers({ mirror, window, isStill }),
    ...recoveryHandlers({
      ...{ store, window, isStill },
      issue: async (by, password) => {
        const record = await store.station.record();
        if (record === null || transport === null) throw new RekamError('center.unreachable');
        const call = stationCall(record, keys.station, transport, clock);
        return issueKit({ call, record, now: () => clock.now() }, by, password, AbortSignal.timeout(60_000));
      },
      now: () => clock.now(),
      changed: () => mirror.wake(),
    }),
    ...takeoverHandlers({ store, sessions, takeover, window }),
  };

  const record = await store.station.record();
  if (record !== null) startEngine(record, await storedLimits(store));
  mirror.start();
  takeover.start();
  check.start(core.wasUnclean);

  return {
    contract: CONTRACT,
    handlers,
    training: () => trainingDesk.desk(),
    engine: () => engine,
    ...{ mirror, check, trainingDesk, activate, startEngine },
    sessionEnded: () => {
      void trainingDesk.end();
      void forgetList();
      scanners.unwatch();
      if (check.isDamaged) restartApp();
    },
    resumed: () => {
      transport?.dropKept();
      engine?.slept();
      mirror.wake();
    },
    stop: async () => {
      await trainingDesk.end();
      await courier.stop();
      await takeover.stop();
      await mirror.stop();
      await check.stop();
      await engine?.stop();
      transport?.close();
    },
  };
}
