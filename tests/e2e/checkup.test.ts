import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHECKS, type CheckupFinding } from '../../app/checkup/finding.ts';
import { CHECK_TITLES } from '../../app/checkup/words.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { liveText, violations } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { atDisk, plainAdults } from '../helpers/closed-station.ts';
import { findPlainText } from '../helpers/plain-text.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** The supervisor looks after a station that has residents, recordings and a past, and hands support a folder. */
const SHOTS = path.join(root, 'out', 'shots', 'checkup');
const run = promisify(execFile);
let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let people: { nik: string; nama: string }[];

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  center = await startTestCenter();
  home = stationHome(center.url);
  station = await home.launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
  await station.close();
  const residents = await center.residents({ recorded: false });
  people = residents;
  await center.stop();
  await atDisk(home, ({ record }) => record(plainAdults(residents).slice(0, 3), 6_000));
  station = await home.launch();
  const { username, password } = demoAccount('supervisor');
  await station.login(username, password);
});

afterAll(async () => {
  await station.close();
  await center.close();
});

const button = (name: string) => station.page.getByRole('button', { name, exact: true });

async function doctor(): Promise<{ findings: CheckupFinding[]; code: number; text: string }> {
  const asked = (...extra: string[]) =>
    run(process.execPath, [
      ...[path.join(root, 'scripts', 'doctor.ts'), '--data', home.dataDir, '--keys', home.keyDir],
      ...['--ports', '9', ...extra],
    ]);
  const { stdout } = await asked('--json');
  const { stdout: text } = await asked();
  return { findings: JSON.parse(stdout) as CheckupFinding[], code: 0, text };
}

it('says line by line how the station is and what to do', async () => {
  const { page } = station;
  await station.until(({ link }) => link.state === 'offline');
  await page.keyboard.press('F4');
  await button(words.checkup.title).press('Enter');
  await page.getByText(words.checkup.never).waitFor();
  await page.keyboard.press('Enter');
  const list = page.getByRole('list', { name: words.checkup.title });
  await list.waitFor();
  expect(await list.getByRole('listitem').count()).toBe(CHECKS.length);
  for (const check of CHECKS) await list.getByText(CHECK_TITLES[check].id, { exact: true }).waitFor();
  await list.getByText('3 paket aman di stasiun ini').waitFor();
  await list.getByText('Data stasiun utuh').waitFor();
  await list.getByText('Mintalah pusat memasang penyimpanan kunci sistem.').waitFor();
  expect(await liveText(page)).toContain(words.checkup.all_look);
  expect(await violations(page)).toEqual([]);
  await station.shot(path.join(SHOTS, 'found.png'));
});

it('writes support files about nobody into a chosen folder', async () => {
  const { page } = station;
  const parent = path.join(home.folder, 'usb');
  mkdirSync(parent);
  await station.app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
  }, parent);
  await button(words.checkup.bundle).press('Enter');
  await page.getByText('Tidak ada data warga di dalamnya.', { exact: false }).first().waitFor();
  const [made = ''] = readdirSync(parent);
  await page.getByRole('main').getByText(path.join(parent, made)).waitFor();
  const texts = people.flatMap(({ nik, nama }) => [nik, nama]);
  texts.push('Siti Aminah', home.folder);
  expect(findPlainText(path.join(parent, made), texts)).toEqual([]);
  const summary = readFileSync(path.join(parent, made, 'pemeriksaan.json'), 'utf8');
  expect(JSON.parse(summary)).toMatchObject({
    examination: { sound: true, station: { packets: { recorded: 3 } } },
  });
  expect(readFileSync(path.join(parent, made, 'log.jsonl'), 'utf8')).toContain('"event":"start"');
  await station.shot(path.join(SHOTS, 'bundle.png'));
});

it('says so where the folder cannot be written', async () => {
  await station.app.evaluate(({ dialog }) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: ['/proc/1'] });
  });
  await button(words.checkup.bundle).press('Enter');
  const said = station.page.getByRole('alert').filter({ hasText: 'tidak dapat ditulis' });
  await said.waitFor();
  expect(await said.innerText()).toContain('Stasiun tidak berubah');
  await station.page.keyboard.press('Escape');
  await button(words.supervisor.sync).waitFor();
});

it('npm run doctor says the same beside the running station, and after it', async () => {
  const besides = await doctor();
  expect(besides.findings.map(({ code }) => code)).toEqual([
    'keys.file',
    'database.sound',
    'audit.whole',
    expect.stringMatching(/^disk\./) as string,
    'mirror.unread',
    'clock.right',
    'camera.unseen',
    'devices.none',
    'link.offline',
    'versions.release',
  ]);
  expect(besides.text).toContain('3 paket aman di stasiun ini');
  await station.close();
  const after = await doctor();
  expect(after.findings.find(({ check }) => check === 'link')?.params).toEqual({ waiting: 3 });
  expect(existsSync(path.join(home.dataDir, 'rekam.db'))).toBe(true);
  station = await home.launch();
  const { username, password } = demoAccount('operator');
  await station.login(username, password);
});
