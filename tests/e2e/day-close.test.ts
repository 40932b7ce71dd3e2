import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { liveText, violationsInBothSchemes } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { atDisk, plainAdults } from '../helpers/closed-station.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** A supervisor's evening: compared, explained, signed, printed, and closed again after a late resident. */
const SHOTS = path.join(root, 'out', 'shots', 'day');

let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let people: Biodata[];

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  center = await startTestCenter();
  home = stationHome(center.url);
  people = plainAdults(await center.residents({ recorded: false }));
  station = await home.launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
  await station.close();
  await atDisk(home, ({ record }) => record(people.splice(0, 2), 600));
  station = await home.launch();
  await login('supervisor');
});

afterAll(async () => {
  await station.close();
  await center.close();
});

const button = (name: string | RegExp) => station.page.getByRole('button', { name, exact: true });
const region = (name: string) => station.page.getByRole('region', { name, exact: true });

async function login(role: 'operator' | 'supervisor'): Promise<void> {
  const { username, password } = demoAccount(role);
  await station.login(username, password);
}

async function see(name: string): Promise<void> {
  const { page } = station;
  const found = await violationsInBothSchemes(page, name);
  await station.resize(1366, 768);
  await station.shot(path.join(SHOTS, `${name}.png`));
  expect(found).toEqual([]);
}

async function openDay(): Promise<void> {
  await station.page.keyboard.press('F4');
  await button(words.day.title).first().press('Enter');
  await station.page.getByRole('heading', { name: words.day.title, exact: true }).waitFor();
}

it('compares by hand until nothing differs, and closes by keyboard with a sheet to print', async () => {
  const { page } = station;
  await station.until(({ outbox }) => outbox.received === 2);
  await openDay();
  await button(words.day.compare).press('Enter');
  await page.getByText(words.day.agrees).waitFor();
  await expect.poll(() => liveText(page)).toContain(words.day.compared);
  await see('agrees');
  await button(words.day.sign).press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('LEMBAR HITUNG NO. 1').waitFor();
  await see('sheet');
  const file = path.join(home.folder, 'lembar.pdf');
  await station.app.evaluate(({ dialog: system }, filePath) => {
    system.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await dialog.getByRole('button', { name: words.slip.pdf }).press('Enter');
  await dialog.getByText(file).waitFor();
  const pdf = readFileSync(file, 'latin1');
  expect(pdf.slice(0, 5)).toBe('%PDF-');
  expect([...pdf.matchAll(/\/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]/g)]).toHaveLength(1);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  // Nothing is new since: no second sheet of the same, and Enter has a place to go on from.
  expect(await button(/Tutup lagi/).count()).toBe(0);
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  expect(await page.locator('[aria-current="page"]').textContent()).toContain(words.frame.supervisor);
});

it('after a late resident says so, and is closed again with a reason while the center is away', async () => {
  await station.close();
  await center.stop();
  await atDisk(home, ({ record }) => record(people.splice(0, 1), 600));
  station = await home.launch();
  await login('supervisor');
  const { page } = station;
  await openDay();
  await page.getByText(/setelah lembar no\. 1/).waitFor();
  await button(words.day.compare).press('Enter');
  await page.getByText(words.day.comparedNot).waitFor();
  await button('Tutup lagi: lembar no. 2').press('Enter');
  await page.getByRole('alert').filter({ hasText: words.common.reasonShort }).waitFor();
  await see('unexplained');
  await page.getByRole('textbox', { name: words.day.reason }).fill('Jaringan putus sejak pagi');
  await button('Tutup lagi: lembar no. 2').press('Enter');
  await page.getByRole('dialog').getByText('Jaringan putus sejak pagi').waitFor();
  await see('sheet-with-reason');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await region(words.day.sheetsList).getByRole('button').count()).toBe(2);
  await see('closed');
  // Nothing asks for a third sheet; who wants one types the reason at once.
  expect(await button('Tutup lagi: lembar no. 3').count()).toBe(0);
  await button(words.day.again).press('Enter');
  const reason = page.getByRole('textbox', { name: words.day.reason });
  await expect.poll(() => reason.evaluate((node) => node === document.activeElement)).toBe(true);
  await button('Tutup lagi: lembar no. 3').waitFor();
});

it('an operator neither sees it nor may call it', async () => {
  const { page } = station;
  await station.logout();
  await login('operator');
  await page.keyboard.press('F4');
  expect(await button(words.day.title).count()).toBe(0);
  const today = (await station.status()).today;
  const codes = await page.evaluate(async (date) => {
    const { day } = window.rekam;
    const answers = await Promise.all([
      day.read({ date: null }),
      day.compare(undefined),
      day.close({ date, reason: 'Tidak boleh' }),
      day.sheet({ date, number: 1 }),
      day.print({ date, number: 1, printer: null }),
    ]);
    return answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
  }, today);
  expect(codes).toEqual(codes.map(() => 'role.forbidden'));
});
