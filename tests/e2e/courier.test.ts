import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { id as words } from '../../renderer/i18n/id.ts';
import { openResident, workToTheEnd } from '../../scripts/desk-work.ts';
import { tabTo } from '../../scripts/keyboard-work.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** The center is not reachable: two enrollments leave on a disk, and their receipts come back on it. */
let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let disk: string;
let pack: string;

beforeAll(async () => {
  center = await startTestCenter();
  home = stationHome(center.url);
  disk = path.join(home.folder, 'usb');
  mkdirSync(disk);
  station = await home.launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
  const { username, password } = demoAccount('operator');
  await station.login(username, password);
  const residents = (await center.residents({ recorded: false })).filter((one) => one.tanggalLahir < '1995');
  await center.stop();
  for (const { nik } of residents.slice(0, 2)) {
    await openResident(station.page, nik);
    await workToTheEnd(station.page);
  }
  await station.until((status) => status.link.state === 'offline');
});

afterAll(async () => {
  await station.close();
  await center.close();
});

/** The system's own dialog, which no test can press: it answers with this, or was closed. */
async function dialogAnswers(chosen: string | null): Promise<void> {
  await station.app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () =>
      Promise.resolve({ canceled: filePath === null, filePaths: filePath === null ? [] : [filePath] });
  }, chosen);
}

async function press(name: string): Promise<void> {
  await tabTo(station.page, [name]);
  await station.page.keyboard.press('Enter');
}

/** On the screen, and said to a screen reader. */
async function heard(text: string | RegExp): Promise<void> {
  const region = station.page.getByRole('region', { name: words.courier.title });
  await region.getByText(text).waitFor();
  await station.page.getByRole('status').getByText(text).waitFor();
}

it('refuses an operator all of it', async () => {
  const answers = await station.page.evaluate(async () => [
    await window.rekam.courier.state(),
    await window.rekam.courier.pack(),
    await window.rekam.courier.cancel(),
    await window.rekam.courier.receipts(),
  ]);
  expect(answers.map((answer) => (answer.ok ? 'ok' : answer.error.code))).toEqual(
    Array(4).fill('role.forbidden'),
  );
});

it('copies what waits to a disk, by keys alone, and says that it was read back', async () => {
  await station.logout();
  const { username, password } = demoAccount('supervisor');
  await station.login(username, password);
  const { page } = station;
  await page.keyboard.press('F4');
  await page.getByText(/^Salin 2 paket \(.+\) yang menunggu/).waitFor();
  await dialogAnswers(null);
  await press(words.courier.pack);
  await page.getByText(words.courier.idle).waitFor();
  expect(readdirSync(disk)).toEqual([]);

  await dialogAnswers(disk);
  await press(words.courier.pack);
  await heard(/^2 paket \(.+\) tersalin dan terbaca kembali/);
  const [folder = ''] = readdirSync(disk);
  pack = path.join(disk, folder);
  expect(readdirSync(pack)).toHaveLength(3);
  expect((await station.status()).outbox.waiting).toBe(2);
});

it('says so when the disk cannot be written, with nothing lost', async () => {
  const { page } = station;
  await dialogAnswers(path.join(home.folder, 'gone', 'disk'));
  writeFileSync(path.join(home.folder, 'gone'), 'a file where a folder should be');
  await press(words.courier.pack);
  await page.getByText('courier.diskGone').waitFor();
  expect((await station.status()).outbox.waiting).toBe(2);
});

it('takes the receipts in, and the queue shows the packets as received though the link is still down', async () => {
  const { page } = station;
  const letter = path.join(home.folder, 'letter.jsonl');
  writeFileSync(letter, 'no receipts in here');
  await dialogAnswers(letter);
  await press(words.courier.receipts);
  await page.getByText('courier.notReceipts').waitFor();

  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      path.join(root, 'center', 'main.ts'),
      ...['import', disk, '--data', center.data, '--database', center.running.databaseUrl],
    ],
    { cwd: root },
  );
  expect(stdout).toContain('2 received, 0 held already, 0 refused');

  await dialogAnswers(path.join(pack, 'tanda-terima.jsonl'));
  await press(words.courier.receipts);
  const answered = words.courier.answered.replace('{{received}}', '2').replace('{{waiting}}', '0');
  await heard(answered);
  const status = await station.until((now) => now.outbox.received === 2);
  expect(status.outbox.waiting).toBe(0);
  expect(status.link.state).toBe('offline');
  await page.keyboard.press('F3');
  await page.getByText(words.packetState.received).first().waitFor();
  expect((await station.outbox()).map(({ state }) => state)).toEqual(['received', 'received']);
});

it('finds nothing twice when the link is back', async () => {
  await center.start();
  await station.until((status) => status.link.state === 'online');
  await station.page.keyboard.press('F4');
  await press(words.supervisor.sync);
  await station.page.getByText(words.supervisor.ended_done).first().waitFor();
  expect(await center.packetCount()).toBe(2);
  expect(readFileSync(path.join(pack, 'tanda-terima.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2);
  rmSync(disk, { recursive: true });
});
