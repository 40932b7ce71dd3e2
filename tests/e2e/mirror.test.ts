// The second copy in the real window: chosen by the supervisor, safe, pulled out, back; then the database is spoiled,
// and the station stands again and says what came back.
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { id as words } from '../../renderer/i18n/id.ts';
import { currentStep, openResident, workToTheEnd } from '../../scripts/desk-work.ts';
import { tabTo } from '../../scripts/keyboard-work.ts';
import { databaseFile } from '../../main/intake/start-worker.ts';
import { loadKeys } from '../../main/security/keys.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { spoilPage } from '../helpers/spoil-page.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let disk: string;
let folder: string;
let niks: string[];
const shots = path.join(root, 'out');

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  center = await startTestCenter();
  home = stationHome(center.url);
  disk = path.join(home.folder, 'usb');
  mkdirSync(disk);
  station = await home.launch();
  await station.resize(1366, 768);
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
  niks = (await center.residents({ recorded: false }))
    .filter((one) => one.tanggalLahir < '1995')
    .map(({ nik }) => nik);
});

afterAll(async () => {
  await station.close();
  await center.close();
});

/** What the center was told of the mirror's state, in order. */
async function mirrorsTold(): Promise<(string | null)[]> {
  const rows = await center.running.db.selectFrom('journal').select('fact').orderBy('change').execute();
  return rows.flatMap(({ fact }) => (fact.type === 'state' ? [fact.mirror] : []));
}

const statusBar = (text: RegExp | string) =>
  station.page.getByRole('contentinfo', { name: words.status.label }).getByText(text).waitFor();

/** Up to the first hole of a text. */
const upTo = (text: string): string => text.split('{{')[0] ?? '';

async function login(role: 'operator' | 'supervisor'): Promise<void> {
  const { username, password } = demoAccount(role);
  await station.login(username, password);
}

it('an operator may not choose the folder; the supervisor does, by keys, and the status bar says that all is safe', async () => {
  await login('operator');
  const refused = await station.page.evaluate(() => window.rekam.mirror.choose());
  expect(refused.ok ? 'ok' : refused.error.code).toBe('role.forbidden');
  await statusBar(words.status.mirror_none);
  await station.logout();

  await login('supervisor');
  const { page } = station;
  await station.app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, disk);
  await page.keyboard.press('F4');
  await tabTo(page, [words.mirror.choose]);
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText(words.mirror.chosen).waitFor();
  await statusBar(words.status.mirror_same);
  // The demo's disk and the station's are one here, and the supervisor is told.
  await page.getByText(words.mirror.sameDisk).waitFor();
  await station.shot(path.join(shots, 'mirror-supervisor.png'));
  const [own = ''] = readdirSync(disk);
  folder = path.join(disk, own);
  await station.logout();
});

it('an enrollment has its second copy within seconds, and the desk says so', async () => {
  await login('operator');
  const { page } = station;
  await center.stop();
  await openResident(page, niks[0] ?? '');
  await workToTheEnd(page);
  await expect.poll(() => readdirSync(folder).filter((name) => name.endsWith('.jws')).length).toBe(1);
  await station.until(({ mirror }) => mirror.state === 'ok' && mirror.behind === 0, 10_000);
});

it('pulled out, it is told at the desk and on the status bar; plugged in again, it catches up', async () => {
  const { page } = station;
  renameSync(folder, `${folder}.away`);
  await station.until(({ mirror }) => mirror.state === 'lost', 15_000);
  await openResident(page, niks[1] ?? '');
  await workToTheEnd(page);
  await statusBar('Salinan kedua: terlepas, 1 belum tersalin');
  await page.keyboard.press('Escape');
  await page.getByRole('alert').getByText(upTo(words.mirror.lost)).waitFor();
  await station.shot(path.join(shots, 'mirror-lost.png'));

  renameSync(`${folder}.away`, folder);
  await statusBar(words.status.mirror_same);
  await page.getByRole('alert').getByText(upTo(words.mirror.lost)).waitFor({ state: 'detached' });
  // On one disk with the station the bar says so, whether all is copied or not.
  await station.until(({ mirror }) => mirror.state === 'ok' && mirror.behind === 0);
  expect(readdirSync(folder).filter((name) => name.endsWith('.jws'))).toHaveLength(2);
});

it('one bit turned in the audit log, which every start reads: the station stands again by itself', async () => {
  await station.close();
  const { database } = loadKeys({ keyDir: home.keyDir, keystore: null, mayMake: false });
  spoilPage({ file: databaseFile(home.dataDir), key: Buffer.from(database) }, 'audit', 'leaf');
  station = await home.launch();
  await station.resize(1366, 768);
  await station.page.getByText(upTo(words.recovery.damaged)).waitFor();
  await station.until(({ outbox }) => outbox.waiting === 2);
  expect(readdirSync(home.dataDir).filter((name) => name.startsWith('rusak-'))).toHaveLength(1);
});

it('the database spoiled while the center is away: set aside, both enrollments back, one sentence says it, and the window gives its draft back', async () => {
  const drafting = niks[2] ?? '';
  await login('operator');
  await openResident(station.page, drafting);
  // Anywhere but at the first step: in the window's copy and in the database.
  await station.page.keyboard.press('F6');
  await station.page.getByText(words.desk.saved).waitFor();
  await station.close();
  const file = path.join(home.dataDir, 'rekam.db');
  writeFileSync(file, Buffer.alloc(statSync(file).size, 'x'));
  station = await home.launch();
  await station.resize(1366, 768);
  const { page } = station;
  await page.getByText(upTo(words.recovery.damaged)).waitFor();
  await page
    .getByText('2 paket kembali ke antrean kirim: 0 dari berkas lama, 2 dari salinan kedua.')
    .waitFor();
  await station.shot(path.join(shots, 'mirror-recovered.png'));
  const aside = readdirSync(home.dataDir).filter((name) => name.startsWith('rusak-'));
  expect(aside).toHaveLength(2);
  for (const name of aside) expect(existsSync(path.join(home.dataDir, name, 'rekam.db'))).toBe(true);

  await center.start();
  await station.untilResidents(200);
  const done = await station.until(({ outbox }) => outbox.received === 2 && outbox.waiting === 0);
  expect(done.mirror.state).toBe('ok');
  // The office's other desk hears of the mirror as it is, not as it stands before anybody has looked.
  await expect.poll(async () => (await mirrorsTold()).at(-1), { timeout: 20_000 }).toMatch(/^(ok|behind)$/);
  await login('operator');
  expect((await station.outbox()).map(({ nik }) => nik).sort()).toEqual(niks.slice(0, 2).sort());
  expect(await center.packetCount()).toBe(2);

  // The draft went with the database, but not with the window.
  const [, sentence = ''] = words.desk.broughtBack.split('}}');
  await page.getByRole('alert').getByText(sentence).waitFor();
  await station.shot(path.join(shots, 'desk-brought-back.png'));
  await page.getByRole('button', { name: words.desk.broughtBackOpen }).click();
  expect(await currentStep(page)).toBe('photo');
  const drafts = await page.evaluate(() => window.rekam.drafts.list());
  expect(drafts.ok ? drafts.value.map(({ nik }) => nik) : drafts).toEqual([drafting]);
});
