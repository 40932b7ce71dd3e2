// First: libsodium and uuid look for Web Crypto on the global object as they load.
import './security/web-crypto.ts';
import { app, type BrowserWindow } from 'electron';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RekamError } from '../app/errors.ts';
import { AT_START } from '../app/ipc/at-start.ts';
import type { EventName, EventPayload } from '../app/ipc/contract.ts';
import { MIRROR_UNSEEN } from '../app/ipc/mirror.ts';
import { STATION_CARD_FILE } from '../app/sync/mirror.ts';
import { mayAutostart, setAutostart } from './autostart.ts';
import { DeskClock } from './clock.ts';
import type { Environment } from './environment.ts';
import { FirstPictureFile } from './first-picture.ts';
import { recover, startStore } from './intake/recover.ts';
import { databaseFile } from './intake/start-worker.ts';
import { BatteryLog } from './ipc/battery-log.ts';
import { BatteryGauge } from './ipc/battery.ts';
import type { Border } from './ipc/register.ts';
import { DiskRoom } from './ipc/room.ts';
import { sessionHandlers } from './ipc/session.ts';
import { idleLockMinutes, isAutostartOn, readDemo, stationHandlers } from './ipc/station.ts';
import { StatusBoard } from './ipc/status.ts';
import { StateTeller } from './ipc/tell-state.ts';
import { beat, finishBeforeQuit, refuseToStart, watchIdle, watchSystem } from './lifecycle.ts';
import { reason, type Log } from './log.ts';
import type { Core, Rooms } from './rooms.ts';
import { loadKeys } from './security/keys.ts';
import { osKeystore } from './security/keystore.ts';
import { Sessions } from './security/sessions.ts';
import { readCard } from './sync/mirror/card.ts';

/** The Electron that package.json names; an older one is the runtime for development and tests. */
const RELEASE_ELECTRON_MAJOR = 45;
/** A window that draws nothing must not keep what waits from being sent. */
const SHOWN_AT_THE_LATEST_MS = 2_000;
/** What the page has drawn passes this thread on its way to the screen, which nothing may hold up. */
const UNTIL_SEEN_MS = 400;

// Threads lie beside this file; a chunk of it, which rooms.ts is, lies elsewhere.
const WORKER_FILE = join(__dirname, 'worker.cjs');
const EXAMINER_FILE = join(__dirname, 'examiner.cjs');

export interface Opening {
  readonly environment: Environment;
  readonly window: BrowserWindow;
  readonly log: Log;
  readonly openBorder: (border: Border) => void;
}

/**
 * Composition root, with rooms.ts the only files that see every room. Nothing here decides; it connects. What the login
 * needs stands first; the rooms behind it are loaded once the window has drawn it.
 */
export async function startStation({ environment, window, log, openBorder }: Opening): Promise<void> {
  const { dataDir } = environment;
  const clock = new DeskClock();
  const keys = loadKeys({
    keyDir: environment.keyDir,
    keystore: osKeystore(),
    // New keys would not open a database that is already there, nor be the station's whose card lies there.
    mayMake: ![databaseFile(dataDir), join(dataDir, STATION_CARD_FILE)].some((file) => existsSync(file)),
  });
  const card = () => readCard(dataDir, keys.station);
  const { worker, uncleanStop, auditBrokenAt, damage } = await startStore({
    ...{ workerFile: WORKER_FILE, dataDir, keys, nativeBinding: environment.nativeBinding },
    ...{ card, now: clock.now() },
    onDead: (error) => refuseToStart(error, log),
  });
  const { store } = worker;
  if (auditBrokenAt !== null) log.error('audit.broken', { sequence: auditBrokenAt });
  if (damage !== null) {
    log.error('store.damaged', { why: damage.note.why, setAside: damage.note.folder });
    await recover(store, damage, { card: card(), now: clock.now() });
  }
  clock.restore(await store.station.knownTime());
  const { language } = environment;
  // Written only where it differs: a start need not wait for the disk.
  if (language !== null && language !== (await store.station.setting('language')))
    await store.station.set('language', language);

  const tell = <E extends EventName>(event: E, payload: EventPayload<E>): void => {
    if (!window.isDestroyed()) window.webContents.send(event, payload);
  };

  let rooms: Rooms | null = null;
  let letRoomsIn: (rooms: Promise<Rooms>) => void = () => undefined;
  const roomsOpen = new Promise<Rooms>((resolve) => {
    letRoomsIn = resolve;
  });
  // Told by whoever starts the station, also where nobody waits at the border yet.
  roomsOpen.catch(() => undefined);

  const isDevelopment = Number.parseInt(process.versions.electron, 10) < RELEASE_ELECTRON_MAJOR;
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
    engine: () => rooms?.engine() ?? null,
    ...{ room, battery },
    mirror: () => rooms?.mirror.status() ?? MIRROR_UNSEEN,
    storeDamaged: () => rooms?.check.isDamaged ?? false,
    keysInFile: keys.inFile,
    now: () => clock.now(),
    startOfDay: () => clock.startOfDay(),
    today: () => clock.today(),
    publish: (status) => {
      tell('station.statusChanged', status);
      // Another desk must not hear of a mirror that nobody here has looked at yet.
      if (rooms?.mirror.hasLooked === true) void teller.tell(status);
      void spells.tell(status.power.source);
    },
    log,
  });

  const sessions = new Sessions((session, why) => {
    tell('session.ended', { reason: why });
    rooms?.sessionEnded();
    store.accounts.loggedOut(session.accountId, clock.now(), why).catch((error: unknown) => {
      log.error('session.audit', { reason: reason(error) });
    });
  });

  let shown: () => void = () => undefined;
  const isShown = new Promise<void>((resolve) => {
    shown = resolve;
    setTimeout(resolve, SHOWN_AT_THE_LATEST_MS);
  });
  const firstPicture = new FirstPictureFile(dataDir, log);
  // The same in training: who is there, and what the station says about itself.
  const atStart = {
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
      activate: async (centerUrl, code) => (await roomsOpen).activate(centerUrl, code),
      activated: (record) => rooms?.startEngine(record),
      firstPicture: (picture) => firstPicture.keep(picture),
      shown,
      now: () => clock.now(),
    }),
    ...sessionHandlers({
      store,
      sessions,
      draftKey: keys.draft,
      training: {
        begin: async (by) => (await roomsOpen).trainingDesk.begin(by),
        end: async () => (await roomsOpen).trainingDesk.end(),
        draftKey: () => {
          if (rooms === null) throw new RekamError('login.required');
          return rooms.trainingDesk.draftKey();
        },
      },
      changedPassword: () => rooms?.engine()?.wake(),
      now: () => clock.now(),
    }),
  };
  openBorder({ sessions, atStart: { contract: AT_START, handlers: atStart }, sides: roomsOpen });

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
        rooms?.resumed();
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
    const opened = await roomsOpen.catch(() => null);
    await opened?.stop();
    await store.accounts.countLocks();
    await firstPicture.written();
    await store.station.end(clock.now(), clock.corrected());
    await worker.close();
    log.info('stop');
  }, log);

  await isShown;
  await new Promise((resolve) => setTimeout(resolve, UNTIL_SEEN_MS));
  const core: Core = {
    ...{ environment, window, log, clock, keys, worker, sessions, board, room, tell, isDevelopment },
    workerFile: WORKER_FILE,
    examinerFile: EXAMINER_FILE,
    isRebuilt: damage !== null,
    wasUnclean: uncleanStop !== null,
  };
  const opening = import('./rooms.ts')
    .then(({ openRooms }) => openRooms(core))
    .then((opened) => (rooms = opened));
  letRoomsIn(opening);
  await opening;
  board.changed();
}
