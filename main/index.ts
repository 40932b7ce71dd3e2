// First: libsodium and uuid look for Web Crypto on the global object as they load.
import './security/web-crypto.ts';
import { app, type BrowserWindow } from 'electron';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RekamError } from '../app/errors.ts';
import { CONTRACT, type EventName, type EventPayload } from '../app/ipc/contract.ts';
import { NO_LIMITS } from '../app/sync/limits.ts';
import { STATION_CARD_FILE } from '../app/sync/mirror.ts';
import { DeskClock } from './clock.ts';
import { practiceScanners } from './devices/practice.ts';
import { createSbiScanners } from './devices/registry.ts';
import { SBI_PORTS } from './devices/sbi-search.ts';
import { trainingScanners } from './devices/training.ts';
import type { Environment } from './environment.ts';
import { examineInThread } from './checkup/examination.ts';
import { StationCheckup } from './checkup/checkup.ts';
import { factsOfStation } from './checkup/facts.ts';
import { mayAutostart, setAutostart } from './autostart.ts';
import { accountHandlers, accountHandlersInTraining } from './ipc/accounts.ts';
import { auditHandlers, auditHandlersInTraining } from './ipc/audit.ts';
import { BatteryGauge } from './ipc/battery.ts';
import { BatteryLog } from './ipc/battery-log.ts';
import { checkupHandlers, checkupHandlersInTraining } from './ipc/checkup.ts';
import { courierHandlers, courierHandlersInTraining } from './ipc/courier.ts';
import { dayHandlers, dayHandlersInTraining } from './ipc/day.ts';
import { deskHandlers } from './ipc/desk.ts';
import { deviceHandlers } from './ipc/devices.ts';
import { createFourEyes } from './ipc/four-eyes.ts';
import { requirePassword } from './ipc/password.ts';
import { recoveryHandlers, recoveryHandlersInTraining } from './ipc/recovery.ts';
import type { Border, Handlers } from './ipc/register.ts';
import { sessionHandlers } from './ipc/session.ts';
import { currentPolicy, idleLockMinutes, isAutostartOn, readDemo, stationHandlers } from './ipc/station.ts';
import { slipHandlers } from './ipc/slip.ts';
import { DiskRoom } from './ipc/room.ts';
import { StatusBoard } from './ipc/status.ts';
import { StateTeller } from './ipc/tell-state.ts';
import { mirrorHandlers, mirrorHandlersInTraining } from './ipc/mirror.ts';
import { outageHandlers, outageHandlersInTraining } from './ipc/outages.ts';
import { outboxHandlers, outboxHandlersInTraining } from './ipc/outbox.ts';
import { progressHandlers, progressHandlersInTraining } from './ipc/progress.ts';
import { scheduleHandlers, scheduleHandlersInTraining } from './ipc/schedule.ts';
import { settingHandlers, settingHandlersInTraining, storedLimits } from './ipc/settings.ts';
import { syncHandlers, syncHandlersInTraining } from './ipc/sync.ts';
import { takeoverHandlers, takeoverHandlersInTraining } from './ipc/takeover.ts';
import { beat, finishBeforeQuit, refuseToStart, restartApp, watchIdle, watchSystem } from './lifecycle.ts';
import { reason, type Log } from './log.ts';
import { ListImport } from './schedule/list-import.ts';
import { loadKeys } from './security/keys.ts';
import { osKeystore } from './security/keystore.ts';
import { Sessions, type DeskSession } from './security/sessions.ts';
import { publicKeyX } from './security/sign.ts';
import type { StationRecord } from './store/api.ts';
import { DatabaseCheck } from './intake/check.ts';
import { noticeBehind, recover, recovered, startStore } from './intake/recover.ts';
import { databaseFile } from './intake/start-worker.ts';
import { activateStation } from './sync/activate.ts';
import type { SyncEngine } from './sync/api.ts';
import { Courier } from './sync/courier/courier.ts';
import { createSyncEngine } from './sync/engine.ts';
import { readCard } from './sync/mirror/card.ts';
import { Mirror } from './sync/mirror/mirror.ts';
import { stationCall } from './sync/call.ts';
import { issueKit } from './sync/takeover/kit.ts';
import { Takeover } from './sync/takeover/takeover.ts';
import { createTransport, type StationTransport } from './sync/transport.ts';
import { TrainingDesk } from './training/desk.ts';

/** The Electron that package.json names; an older one is the runtime for development and tests. */
const RELEASE_ELECTRON_MAJOR = 45;

const WORKER_FILE = join(__dirname, 'worker.cjs');
const EXAMINER_FILE = join(__dirname, 'examiner.cjs');

export interface Opening {
  readonly environment: Environment;
  readonly window: BrowserWindow;
  readonly log: Log;
  readonly openBorder: (border: Border) => void;
}

/** Composition root: the only file that sees every room. Nothing here decides; it connects. */
export async function startStation({ environment, window, log, openBorder }: Opening): Promise<void> {
  const { dataDir } = environment;
  const clock = new DeskClock();
  const keys = loadKeys({
    keyDir: environment.keyDir,
    keystore: osKeystore(),
    // New keys would not open a database that is already there, nor be the station's whose card lies there.
    mayMake: ![databaseFile(dataDir), join(dataDir, STATION_CARD_FILE)].some((file) => existsSync(file)),
  });
  const atDisk = { workerFile: WORKER_FILE, dataDir, keys, nativeBinding: environment.nativeBinding };
  const card = readCard(dataDir, keys.station);
  const { worker, uncleanStop, auditBrokenAt, damage } = await startStore({
    ...atDisk,
    ...{ card, now: clock.now() },
    onDead: (error) => refuseToStart(error, log),
  });
  const { store } = worker;
  if (auditBrokenAt !== null) log.error('audit.broken', { sequence: auditBrokenAt });
  if (damage !== null) {
    log.error('store.damaged', { why: damage.note.why, setAside: damage.note.folder });
    await recover(store, damage, { card, now: clock.now() });
  } else await noticeBehind(store, card, clock.now());
  clock.restore(await store.station.knownTime());
  const { language } = environment;
  // Written only where it differs: a start need not wait for the disk.
  if (language !== null && language !== (await store.station.setting('language')))
    await store.station.set('language', language);

  const tell = <E extends EventName>(event: E, payload: EventPayload<E>): void => {
    if (!window.isDestroyed()) window.webContents.send(event, payload);
  };

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

  const room = new DiskRoom({ store, dataDir, low: () => board.changed() });
  const battery = new BatteryGauge();
  const teller = new StateTeller({
    ...{ store, log, version: app.getVersion() },
    now: () => clock.now(),
    elapsed: () => performance.now(),
  });
  const spells = new BatteryLog({
    keep: (isOn) => store.outages.onBattery(isOn, clock.now()),
    failed: (error) => log.error('power.log', { reason: reason(error) }),
  });
  const board = new StatusBoard({
    store,
    engine: () => engine,
    ...{ room, battery },
    mirror: () => mirror.status(),
    storeDamaged: () => check.isDamaged,
    keysInFile: keys.inFile,
    now: () => clock.now(),
    startOfDay: () => clock.startOfDay(),
    today: () => clock.today(),
    publish: (status) => {
      tell('station.statusChanged', status);
      void teller.tell(status);
      void spells.tell(status.power.source);
    },
    log,
  });

  const sessions = new Sessions((session, why) => {
    tell('session.ended', { reason: why });
    void training.end();
    void forgetList();
    scanners.unwatch();
    if (check.isDamaged) restartApp();
    store.accounts.loggedOut(session.accountId, clock.now(), why).catch((error: unknown) => {
      log.error('session.audit', { reason: reason(error) });
    });
  });

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

  const isDevelopment = Number.parseInt(process.versions.electron, 10) < RELEASE_ELECTRON_MAJOR;
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
  if (damage !== null) {
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

  // What stays the same in training: who is there, and what the station says about itself.
  const common = {
    ...stationHandlers({
      store,
      fixed: {
        version: app.getVersion(),
        demo: readDemo(environment.demo),
        developmentRuntime: isDevelopment,
        auditBrokenAt,
        uncleanStop:
          uncleanStop === null
            ? null
            : { lastAliveAt: new Date(uncleanStop.lastAliveAt).toISOString(), drafts: uncleanStop.drafts },
      },
      battery: (report) => {
        battery.report(report);
        board.changed();
      },
      autostart: {
        isPossible: mayAutostart(app, environment.autostart),
        set: (isOn) => setAutostart(app, isOn, log),
      },
      centerUrl: environment.centerUrl,
      status: () => board.read(),
      activate,
      activated: startEngine,
      now: () => clock.now(),
    }),
    ...sessionHandlers({
      store,
      sessions,
      draftKey: keys.draft,
      training: {
        begin: (by) => training.begin(by),
        end: () => training.end(),
        draftKey: () => training.draftKey(),
      },
      changedPassword: () => engine?.wake(),
      now: () => clock.now(),
    }),
  };
  const isStill = ({ accountId }: DeskSession) => sessions.current()?.accountId === accountId;
  const policyNow = () => currentPolicy(store);
  const scanners = createSbiScanners({
    ports: environment.devicePorts ?? SBI_PORTS,
    anchors: async () => (await policyNow())?.deviceAnchors ?? [],
    now: () => clock.corrected(),
    log,
  });
  const examine = (auditOnly: boolean) =>
    examineInThread(EXAMINER_FILE, {
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

  const training: TrainingDesk<Handlers> = new TrainingDesk({
    dataDir,
    workerFile: WORKER_FILE,
    nativeBinding: environment.nativeBinding,
    model: async () => {
      const real = await store.station.record();
      const policy = await policyNow();
      return real === null || policy === null ? null : { kecamatan: real.activation.kecamatan, policy };
    },
    audit: (what, by) => store.audit.append({ at: clock.now(), by, what, subject: by }),
    furnish: (own) => ({
      ...common,
      ...deskHandlers({
        ...atDesk,
        store: own,
        recorded: () => undefined,
      }),
      ...deviceHandlers({ ...withScanner, scanners: trainingScanners(scanners, practiceScanners()) }),
      ...slipHandlers({ ...atDesk, store: own, window, training: true }),
      ...outboxHandlersInTraining(),
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
  await training.wipe();

  const record = await store.station.record();
  if (record !== null) startEngine(record, await storedLimits(store));

  openBorder({
    contract: CONTRACT,
    sessions,
    training: () => training.desk(),
    handlers: {
      ...common,
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
      ...syncHandlers({ store, engine: () => engine, now: () => clock.now() }),
      ...progressHandlers({ store, now: () => clock.now(), today: () => clock.today() }),
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
          return issueKit(
            { call, record, now: () => clock.now() },
            by,
            password,
            AbortSignal.timeout(60_000),
          );
        },
        now: () => clock.now(),
        changed: () => mirror.wake(),
      }),
      ...takeoverHandlers({ store, sessions, takeover, window }),
    },
  });
  mirror.start();
  takeover.start();
  check.start(uncleanStop !== null);

  app.on('second-instance', () => {
    // Somebody may click the icon while the window is already gone and the station finishes.
    if (window.isDestroyed()) return;
    if (window.isMinimized()) window.restore();
    window.focus();
  });

  if (mayAutostart(app, environment.autostart)) setAutostart(app, await isAutostartOn(store), log);
  watchSystem(
    window,
    {
      left: () => sessions.end('idle'),
      pausing: async (why) => {
        await store.audit.append({ at: clock.now(), by: null, what: `system.${why}`, subject: null });
        await spells.paused();
        await store.station.alive(clock.now(), clock.corrected());
        await worker.flush();
      },
      resumed: async () => {
        transport?.dropKept();
        engine?.slept();
        mirror.wake();
        board.changed();
        await store.audit.append({ at: clock.now(), by: null, what: 'system.resume', subject: null });
      },
    },
    log,
  );
  board.start();
  const alive = beat(async () => {
    await store.station.alive(clock.now(), clock.corrected());
    await store.accounts.countLocks();
  }, log);
  const idle = watchIdle(
    () => idleLockMinutes(store),
    () => sessions.end('idle'),
    log,
  );
  finishBeforeQuit(async () => {
    clearInterval(alive);
    clearInterval(idle);
    board.stop();
    sessions.end('logout');
    await training.end();
    await courier.stop();
    await takeover.stop();
    await mirror.stop();
    await check.stop();
    await engine?.stop();
    transport?.close();
    await store.accounts.countLocks();
    await store.station.end(clock.now(), clock.corrected());
    await worker.close();
    log.info('stop');
  }, log);
}
