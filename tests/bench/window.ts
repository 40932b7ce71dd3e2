import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { _electron, type ElectronApplication } from 'playwright-core';
import { commitRecord } from '../../main/store/records.ts';
import { sha256, signJws } from '../../main/security/sign.ts';
import { JWS_TYPES, type ReferenceLine } from '../../app/sync/protocol.ts';
import { buildApp } from '../../scripts/build.ts';
import { ensureDisplay } from '../../scripts/display.ts';
import { electronRuntime, fallbackDir, launchArgs, launchEnv, root } from '../../scripts/runtime.mjs';
import { StationWindow } from '../../scripts/station-window.ts';
import { LONE_SUPERVISOR, makeLoneStation, NOBODY } from '../helpers/lone-station.ts';
import { newPacketId, testBiodata } from '../helpers/store.ts';
import type { Area, Found } from './goals.ts';
import { inFolder, median, ms, timed } from './measure.ts';

export const windowArea: Area = {
  name: 'window',
  measures: ['cold-start', 'memory'],
  run: () => inFolder(measure),
};

const ROUNDS = 7;
const QUEUED = 10_000;
/** Memory is read when a window has been left alone for so long. */
const SETTLE_MS = 4_000;

/** In turn, by the same driver: a window with one empty field, and the station up to its login. */
async function measure(folder: string): Promise<Found> {
  const display = await ensureDisplay();
  try {
    await buildApp();
    const dirs = { dataDir: path.join(folder, 'data'), keyDir: path.join(folder, 'keys') };
    await queue(dirs);
    const blank = blankWindow();
    const starts = { blank: [] as number[], station: [] as number[], answering: [] as number[] };
    const memory = { blank: [] as number[], station: [] as number[] };
    // The first of each only warms the disk's cache.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const [blankMs, app] = await timed(() => startBlank(blank, path.join(folder, 'blank')));
      await settle();
      const blankBytes = await bytesOf(app);
      await app.close();
      const [stationMs, station] = await timed(() => startStation(dirs));
      const [afterMs] = await timed(() => station.page.getByRole('banner').getByText('Losari').waitFor());
      await station.login(LONE_SUPERVISOR.username, LONE_SUPERVISOR.password);
      await settle();
      const stationBytes = await bytesOf(station.app);
      await station.close();
      if (round === 0) continue;
      starts.blank.push(blankMs);
      starts.station.push(stationMs);
      starts.answering.push(stationMs + afterMs);
      memory.blank.push(blankBytes);
      memory.station.push(stationBytes);
    }
    const pairs = starts.station.map((station, round) => station / (starts.blank[round] ?? Number.NaN));
    const megabytes = (bytes: readonly number[]): string => `${(median(bytes) / 2 ** 20).toFixed(0)} MB`;
    return {
      ratios: {
        // Of pairs that follow one another: a machine that grows slower or faster meanwhile does so to both.
        'cold-start': median(pairs),
        memory: median(memory.station) / median(memory.blank),
      },
      beside: [
        [
          'start: blank, login takes typing, database open',
          `${ms(median(starts.blank))}, ${ms(median(starts.station))}, ${ms(median(starts.answering))}`,
        ],
        ['memory: blank, station', `${megabytes(memory.blank)}, ${megabytes(memory.station)}`],
      ],
    };
  } finally {
    display.stop();
  }
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

async function startStation(dirs: { dataDir: string; keyDir: string }): Promise<StationWindow> {
  const station = await StationWindow.launch({ ...dirs, centerUrl: NOBODY });
  await station.page.getByRole('textbox', { name: 'Nama pengguna' }).waitFor();
  return station;
}

async function startBlank(
  blank: { executable: string; args: readonly string[] },
  folder: string,
): Promise<ElectronApplication> {
  const app = await _electron.launch({
    executablePath: blank.executable,
    args: [...blank.args, `--user-data-dir=${folder}`],
    env: launchEnv(process.env),
  });
  const page = await app.firstWindow();
  await page.getByRole('textbox').waitFor();
  return app;
}

/** The same Electron over an app of ten lines. The stand-in only opens what lies in its own folder, so it gets a twin. */
function blankWindow(): { executable: string; args: readonly string[] } {
  const runtime = electronRuntime();
  const flags = launchArgs().filter((arg) => arg.startsWith('--'));
  const twin = path.join(root, '.cache', 'blank-window');
  rmSync(twin, { recursive: true, force: true });
  if (runtime.kind === 'installed') {
    writeBlankApp(twin);
    return { executable: runtime.executable, args: [...flags, twin] };
  }
  linkTree(fallbackDir, twin);
  writeBlankApp(path.join(twin, 'resources', 'app'));
  return { executable: path.join(twin, path.basename(runtime.executable)), args: flags };
}

/** Hard links to all files; the app's own link among them leads back here and is left out. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    if (entry.isDirectory()) linkTree(source, path.join(to, entry.name));
    else if (entry.isFile()) linkSync(source, path.join(to, entry.name));
  }
}

function writeBlankApp(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"name":"blank","version":"1.0.0","main":"main.cjs"}');
  writeFileSync(
    path.join(folder, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron');
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1366, height: 768 });
  window.loadURL('data:text/html,<input aria-label="blank">');
});
app.on('window-all-closed', () => app.quit());
`,
  );
}

/** Of all processes of the app. Shared pages count in part (PSS) where the system says so, else in each. */
async function bytesOf(app: ElectronApplication): Promise<number> {
  const processes = await app.evaluate(({ app: electron }) =>
    electron.getAppMetrics().map(({ pid, memory }) => ({ pid, kilobytes: memory.workingSetSize })),
  );
  return processes.reduce((sum, { pid, kilobytes }) => sum + (pssOf(pid) ?? kilobytes) * 1024, 0);
}

function pssOf(pid: number): number | null {
  const file = `/proc/${pid}/smaps_rollup`;
  if (!existsSync(file)) return null;
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(file, 'utf8'))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes);
}

/** A station with a long queue. The packets are small: bytes on the disk are no memory. */
async function queue(dirs: { dataDir: string; keyDir: string }): Promise<void> {
  await makeLoneStation(dirs, ({ db, api, keys, by, stationId }) => {
    db.pragma('synchronous = OFF');
    const now = Date.now();
    const operator = { accountId: by, name: LONE_SUPERVISOR.name };
    const people = Array.from({ length: QUEUED }, (_, index) => testBiodata(index));
    const lines = people.map((biodata): ReferenceLine => ({ type: 'resident', biodata, recorded: null }));
    api.reference.apply(lines, '2', now);
    const sealed = Buffer.alloc(4096, 1);
    const date = new Date(now).toISOString().slice(0, 10);
    for (const biodata of people) {
      const draft = api.drafts.begin({ packetId: newPacketId(), nik: biodata.nik, date, by, now });
      const { packetId, revision } = draft;
      const input = {
        ...{ packetId, revision, draft, biodata, sealed, date, thumbnail: null, by: operator, risks: [] },
        ...{
          sealedSha256: sha256(sealed),
          recordedAt: now,
          clockOffsetMs: null,
          recipientKeyId: 'sealing-1',
        },
      };
      commitRecord(db, input, stationId, (manifest) =>
        signJws(JWS_TYPES.manifest, stationId, manifest, keys.station),
      );
    }
  });
}
