/**
 * npm run desk: a full day at one window, by keys alone and without waiting for anybody. It tells how much of an
 * enrollment is the interface's own time, how long the slowest key press took, and whether the window is at the end of
 * the day as quick and as small as at its beginning.
 *
 * --residents N (300)
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { ktpStanding } from '../app/enrollment/biodata.ts';
import { DEMO_ACCOUNTS } from '../center/demo/losari.ts';
import { buildApp } from './build.ts';
import { startCenterProcess } from './center-process.ts';
import { CompositorRecord } from './compositor-record.ts';
import { readStored } from './desk-work.ts';
import { ensureDisplay } from './display.ts';
import { KEY_MS, type Keys, KeyWatch, told } from './key-watch.ts';
import { recordByKeyboard, scanNik } from './keyboard-work.ts';
import { root } from './runtime.mjs';
import { startSbiSimulator } from './sbi/simulator.ts';
import { StationWindow } from './station-window.ts';

/** The first enrollments load what is loaded once; after them the beginning is measured, as many as the end. */
const WARM_UP = 10;
const SAMPLE = 30;
const CONTROL_KEYS = 5_000;
/** So often the keys are taken over, well before the record's ring comes round. */
const TAKE_TURNS = 5;
const TAKE_KEYS = 500;

const { values } = parseArgs({ options: { residents: { type: 'string', default: '300' } } });
const residents = Number(values.residents);
if (!Number.isInteger(residents) || residents < WARM_UP + SAMPLE)
  throw new Error(`--residents takes a whole number from ${WARM_UP + SAMPLE}`);

interface Turn {
  readonly seconds: number;
  readonly megabytes: number;
  /** Of these, by kind of process (Browser is main). */
  readonly processes: Readonly<Record<string, number>>;
}

async function main(): Promise<void> {
  await buildApp();
  const display = await ensureDisplay();
  const home = mkdtempSync(path.join(tmpdir(), 'rekam-desk-'));
  const scanner = await startSbiSimulator();
  const center = await startCenterProcess({
    dataDir: path.join(home, 'center'),
    port: 0,
    database: null,
    deviceAnchors: [scanner.anchor],
    yields: true,
  });
  const station = await StationWindow.launch({
    dataDir: path.join(home, 'data'),
    keyDir: path.join(home, 'keys'),
    centerUrl: center.url,
    devicePort: scanner.port,
  });
  // The driver and the scanner stand for people and machines of their own, as the center does: they yield, too.
  setPriority(constants.priority.PRIORITY_LOW);
  try {
    const operator = DEMO_ACCOUNTS.find((account) => account.role === 'operator');
    if (operator === undefined || center.activationCode === null) throw new Error('the demo is not new');
    await station.activate(center.activationCode);
    await station.untilResidents(48_000);
    await station.login(operator.username, operator.password);
    const record = await CompositorRecord.start(station.app);
    await mustTellLate(station, record);
    const { turns, keys } = await workDay(station, record);
    report(turns, keys, await controlKeys(station, record, Math.min(keys.pressed, CONTROL_KEYS)));
  } finally {
    await station.close();
    await center.stop();
    await scanner.close();
    display.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

async function workDay(
  station: StationWindow,
  record: CompositorRecord | null,
): Promise<{ turns: Turn[]; keys: Keys }> {
  const { page } = station;
  const people = await unrecorded(page);
  const watch = await KeyWatch.start(page, record);
  const turns: Turn[] = [];
  for (const nik of people.slice(0, residents)) {
    const start = performance.now();
    await scanNik(page, nik);
    await recordByKeyboard(page);
    await readStored(page);
    turns.push({ seconds: (performance.now() - start) / 1000, ...(await memory(station)) });
    if (turns.length % TAKE_TURNS === 0) await watch.take();
    if (turns.length % 25 === 0)
      console.log(`  ${turns.length} recorded, ${average(turns.slice(-25), 'seconds')} s each`);
  }
  if (turns.length < residents) throw new Error(`only ${turns.length} residents could be found`);
  await watch.take();
  return { turns, keys: watch.keys() };
}

/** Adults of the register by the beginnings of names, until there are enough. */
async function unrecorded(page: Page): Promise<string[]> {
  const found = new Map<string, string>();
  for (const first of 'ABCDEHIJKLMNRSTUWY') {
    for (const second of 'AEIOU') {
      const rows = await page.evaluate(async (query) => {
        const result = await window.rekam.desk.find({ query, limit: 50 });
        return result.ok ? result.value.rows : [];
      }, first + second);
      for (const row of rows) {
        // Whoever is seventeen by age alone: the others are shown a panel first.
        const standing = ktpStanding({ tanggalLahir: row.tanggalLahir, statusKawin: 1 }, today());
        if (row.recorded === 'no' && standing === 'wajib') found.set(row.nik, row.nama);
      }
    }
    if (found.size >= residents) break;
  }
  return [...found.keys()];
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** A window of the same Electron that holds nothing but a counter of keys. */
async function counterWindow(station: StationWindow): Promise<Page> {
  const opened = station.app.waitForEvent('window');
  await station.app.evaluate(async ({ BrowserWindow }) => {
    const window = new BrowserWindow({ width: 1366, height: 768 });
    await window.loadURL('data:text/html,<button autofocus>0</button>');
  });
  const page = await opened;
  await page.evaluate(() => {
    const button = document.querySelector('button');
    button?.addEventListener('keydown', () => {
      button.textContent = String(Number(button.textContent) + 1);
    });
    button?.focus();
  });
  return page;
}

/**
 * A measure that calls nothing late would prove nothing. Of two keys one takes the page too long to handle, the other to
 * paint, while pictures of something else go on: both must be told late.
 */
async function mustTellLate(station: StationWindow, record: CompositorRecord | null): Promise<void> {
  const page = await counterWindow(station);
  const watch = await KeyWatch.start(page, record);
  await page.evaluate((tooLong) => {
    const work = (): void => {
      const until = performance.now() + tooLong;
      while (performance.now() < until);
    };
    window.addEventListener('keydown', ({ key }) => {
      if (key === 'h') work();
      else requestAnimationFrame(work);
    });
    document.body.animate([{ opacity: 1 }, { opacity: 0.5 }], { duration: 200, iterations: Infinity });
    const clock = document.body.appendChild(document.createElement('p'));
    setInterval(() => {
      clock.textContent = String(performance.now());
    }, 10);
  }, KEY_MS);
  for (const [index, key] of ['h', 'p'].entries()) {
    await page.keyboard.press(key);
    await page.getByText(String(index + 1), { exact: true }).waitFor();
    await watch.take();
  }
  await page.close();
  const { seen, notInRecord } = watch.keys();
  const late = seen.filter(({ ms, compositorMs }) => ms > KEY_MS && (compositorMs ?? ms) > KEY_MS);
  if (late.length !== 2 || (notInRecord ?? 0) > 0)
    throw new Error(`two keys that take ${KEY_MS} ms are not told late: ${JSON.stringify(seen)}`);
}

/** What of that is the machine's: as many keys, by the same driver, into a window that does next to nothing. */
async function controlKeys(
  station: StationWindow,
  record: CompositorRecord | null,
  count: number,
): Promise<Keys> {
  const page = await counterWindow(station);
  const watch = await KeyWatch.start(page, record);
  for (let at = 1; at <= count; at += 1) {
    await page.keyboard.press('Enter');
    await page.getByText(String(at), { exact: true }).waitFor();
    if (at % TAKE_KEYS === 0) await watch.take();
  }
  await watch.take();
  await page.close();
  return watch.keys();
}

/** Resident memory of all the app's processes, megabytes. */
async function memory(station: StationWindow): Promise<Omit<Turn, 'seconds'>> {
  const metrics = await station.app.evaluate(({ app }) =>
    app.getAppMetrics().map(({ type, memory }) => ({ type, megabytes: memory.workingSetSize / 1024 })),
  );
  const processes: Record<string, number> = {};
  for (const { type, megabytes } of metrics) processes[type] = (processes[type] ?? 0) + Math.round(megabytes);
  return { megabytes: metrics.reduce((sum, { megabytes }) => sum + megabytes, 0), processes };
}

function median(turns: readonly Turn[], key: 'seconds' | 'megabytes'): number {
  const sorted = turns.map((turn) => turn[key]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function average(turns: readonly Turn[], key: 'seconds' | 'megabytes'): string {
  return (turns.reduce((sum, turn) => sum + turn[key], 0) / turns.length).toFixed(2);
}

function report(turns: readonly Turn[], keys: Keys, control: Keys): void {
  const begin = turns.slice(WARM_UP, WARM_UP + SAMPLE);
  const end = turns.slice(-SAMPLE);
  const of = (key: 'seconds' | 'megabytes') => ({
    begin: Number(median(begin, key).toFixed(2)),
    end: Number(median(end, key).toFixed(2)),
    ratio: Number((median(end, key) / median(begin, key)).toFixed(3)),
  });
  const result = {
    residents: turns.length,
    seconds: of('seconds'),
    megabytes: of('megabytes'),
    turns,
    keys,
    control,
  };
  mkdirSync(path.join(root, 'out'), { recursive: true });
  writeFileSync(path.join(root, 'out', 'desk.json'), `${JSON.stringify(result, null, 2)}\n`);
  const { seconds, megabytes } = result;
  console.log(`\n${turns.length} enrollments in one window`);
  console.log(
    `one enrollment   ${seconds.begin} s at the start, ${seconds.end} s at the end (${seconds.ratio})`,
  );
  console.log(
    `memory           ${megabytes.begin} MB at the start, ${megabytes.end} MB at the end (${megabytes.ratio})`,
  );
  console.log(`keys > ${KEY_MS} ms    ${told(keys)}\n  an empty window  ${told(control)}`);
  for (const { ms, eventTimingMs, key, screen, on } of keys.seen.toSorted((x, y) => y.ms - x.ms).slice(0, 12))
    console.log(`  ${ms} ms (Event Timing ${eventTimingMs})  ${key}  ${screen}  ${on}`);
}

await main();
