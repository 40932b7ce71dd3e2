import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OUTAGE_WORDS } from '../../app/desk/outage-words.ts';
import { monthAfter } from '../../app/desk/outages.ts';
import { localDay } from '../../app/local-day.ts';
import { en } from '../../renderer/i18n/en.ts';
import { id } from '../../renderer/i18n/id.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { liveText, violationsInBothSchemes } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { activatedAtDisk, plainAdults } from '../helpers/closed-station.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';
import { recordResident, testCaptures } from '../helpers/store.ts';

/** A supervisor's month: the center that was away for a day, the power that went twice, and the report to the camat. */
const SHOTS = path.join(root, 'out', 'shots', 'outages');
const MONTH = monthAfter(localDay(Date.now()).slice(0, 7), -1);
/** With so many outages that the paper's first page and the next are full. */
const BAD_MONTH = monthAfter(MONTH, -1);
const FULL_PAGES = 32;
const at = (day: number, hour: number, minute = 0, month = MONTH) => {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(year, number - 1, day, hour, minute).getTime();
};

let center: TestCenter;
let home: StationHome;
let station: StationWindow;

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  center = await startTestCenter();
  home = stationHome(center.url);
  const people = plainAdults(await center.residents({ recorded: false }));
  await activatedAtDisk(home, center.url, await center.activationCode(), async ({ api, store, operator }) => {
    api.reference.apply(
      people.slice(0, 9).map((biodata) => ({ type: 'resident', biodata, recorded: null })),
      null,
      at(14, 8),
    );
    const record = async (index: number, now: number) => {
      const captures = testCaptures(undefined, 600);
      const nik = people[index]?.nik ?? '';
      await recordResident({ store, operator }, nik, { captures, now, date: localDay(now) });
    };
    for (let index = 0; index < FULL_PAGES; index += 1) {
      const [day, hour] = [1 + (index % 28), 8 + Math.floor(index / 28) * 4];
      api.outages.began(at(day, hour, 0, BAD_MONTH), 'captivePortal');
      api.outages.ended(at(day, hour + 1, 25, BAD_MONTH));
    }
    api.station.begin(at(14, 8));
    api.outages.began(at(14, 12), 'timeout');
    for (const [index, hour] of [13, 13, 14].entries()) await record(index, at(14, hour));
    await record(3, at(15, 9));
    api.outages.ended(at(15, 10, 30));
    for (const index of [4, 5]) {
      const nik = people[index]?.nik;
      if (nik !== undefined) api.desk.arrive(localDay(at(21, 9)), nik, operator.accountId, at(21, 9));
    }
    api.outages.onBattery(true, at(21, 9, 30));
    await record(6, at(21, 9, 40));
    api.station.alive(at(21, 10), at(21, 10));
    api.station.begin(at(21, 11, 45));
    api.station.end(at(21, 16), at(21, 16));
  });
  station = await home.launch();
  await station.untilResidents(200);
});

afterAll(async () => {
  await station.close();
  await center.close();
});

const button = (name: string | RegExp) => station.page.getByRole('button', { name, exact: true });

async function login(role: 'operator' | 'supervisor'): Promise<void> {
  const { username, password } = demoAccount(role);
  await station.login(username, password);
}

async function see(name: string): Promise<void> {
  const { page } = station;
  const found = await violationsInBothSchemes(page, name, () =>
    station.shot(path.join(SHOTS, `${name}-dark.png`)),
  );
  await station.shot(path.join(SHOTS, `${name}.png`));
  expect(found).toEqual([]);
}

/** Where the system's own dialog, which no test can press, lets a file go. */
async function saveAs(name: string): Promise<string> {
  const file = path.join(home.folder, name);
  await station.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  return file;
}

async function refusals(): Promise<string[]> {
  return await station.page.evaluate(async (month) => {
    const { outages } = window.rekam;
    const answers = await Promise.all([
      outages.read({ month: null }),
      outages.sheet({ month }),
      outages.print({ id: crypto.randomUUID(), printer: null }),
      outages.export({ month, language: 'id' }),
    ]);
    return answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
  }, MONTH);
}

it('is refused to an operator, who sees no way to it', async () => {
  await login('operator');
  await station.page.keyboard.press('F4');
  expect(await button(id.outages.title).count()).toBe(0);
  expect(await refusals()).toEqual(Array(4).fill('role.forbidden'));
  await station.logout();
});

it('shows a month of link and power, as a timeline and as a table', async () => {
  await login('supervisor');
  const { page } = station;
  await page.keyboard.press('F4');
  await button(id.outages.title).waitFor();
  await station.shot(path.join(SHOTS, 'way.png'));
  await button(id.outages.title).press('Enter');
  await page.getByRole('heading', { name: id.outages.title, exact: true }).waitFor();
  expect(await page.locator('[aria-current="page"]').textContent()).toContain(id.frame.supervisor);
  await page.getByRole('combobox', { name: id.outages.month }).selectOption(MONTH);
  const table = page.getByRole('table');
  await table.waitFor();
  const rows = await table.getByRole('row').allTextContents();
  expect(
    rows.slice(1).map((row) => Object.values(OUTAGE_WORDS).findIndex((word) => row.includes(word.id))),
  ).toEqual(['timeout', 'battery', 'stop'].map((cause) => Object.keys(OUTAGE_WORDS).indexOf(cause)));
  expect(rows[1]).toMatch(/22 j 30 mnt44$/);
  // Who was recorded on the battery, and both who waited when it was empty.
  expect(rows[2]).toMatch(/30 mnt11$/);
  expect(rows[3]).toMatch(/1 j 45 mnt02$/);
  const lanes = await page
    .getByRole('img')
    .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
  expect(lanes).toEqual(
    expect.arrayContaining([
      'Jaringan: 12.00 sampai 24.00',
      'Jaringan: 00.00 sampai 10.30',
      'Listrik/PC: 09.30 sampai 10.00, 10.00 sampai 11.45',
    ]),
  );
  await page.getByText('7 warga').waitFor();
  await see('month');
});

/** What the audit log has of the station, newest first. */
function acts(): Promise<string[]> {
  return station.page.evaluate(async () => {
    const all = await window.rekam.audit.list({
      ...{ by: null, group: 'station', from: null, to: null, offset: 0, limit: 20 },
    });
    return all.ok ? all.value.rows.map(({ what }) => what) : [];
  });
}

it('saves it as CSV and makes the paper for the camat, both on record', async () => {
  const { page } = station;
  const csv = await saveAs('gangguan.csv');
  await button(id.outages.csv).press('Enter');
  await expect.poll(() => liveText(page), { timeout: 20_000 }).toContain(csv);
  const lines = readFileSync(csv, 'utf8').split('\r\n');
  expect(lines).toHaveLength(5);
  expect(lines[1]).toBe(`Jaringan;${MONTH}-14 12:00;${MONTH}-15 10:30;1350;${OUTAGE_WORDS.timeout.id};4;4`);
  const pdf = await saveAs('gangguan.pdf');
  await button(id.outages.print).press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/Kepada Yth. Camat/).waitFor();
  await see('report');
  await dialog.getByRole('button', { name: id.slip.pdf }).press('Enter');
  await dialog.getByText(pdf).waitFor();
  const bytes = readFileSync(pdf, 'latin1');
  expect(bytes.slice(0, 5)).toBe('%PDF-');
  expect([...bytes.matchAll(/\/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]/g)]).toHaveLength(1);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await acts()).toEqual(expect.arrayContaining(['outages.exported', 'outages.printed']));
});

it('of a bad month fills two pages, and nothing of them is cut off', async () => {
  const { page } = station;
  await page.getByRole('combobox', { name: id.outages.month }).selectOption(BAD_MONTH);
  await page.getByText(`${FULL_PAGES} kali`).waitFor();
  await station.shot(path.join(SHOTS, 'bad-month.png'));
  expect(await page.getByRole('main').evaluate((main) => main.scrollHeight - main.clientHeight)).toBe(0);
  const pdf = await saveAs('penuh.pdf');
  await button(id.outages.print).press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Halaman 2 dari 2').waitFor();
  const room = await dialog
    .getByRole('article')
    .evaluateAll((papers) => papers.map((paper) => paper.scrollHeight - paper.clientHeight));
  expect(room).toEqual([0, 0]);
  await dialog.getByText('Halaman 1 dari 2').scrollIntoViewIfNeeded();
  await station.shot(path.join(SHOTS, 'bad-report.png'));
  await dialog.getByRole('button', { name: id.slip.pdf }).press('Enter');
  await dialog.getByText(pdf).waitFor();
  expect([...readFileSync(pdf, 'latin1').matchAll(/\/MediaBox ?\[0 0/g)]).toHaveLength(2);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: id.outages.month }).selectOption(MONTH);
  await page.getByText('7 warga').waitFor();
});

it('how far the kecamatan is goes to the camat and into a file the same way', async () => {
  const { page } = station;
  await page.keyboard.press('F4');
  await button(id.progress.title).press('Enter');
  await page.getByRole('region', { name: id.progress.desaTable }).waitFor();
  const csv = await saveAs('kemajuan.csv');
  await button(id.progress.csv).press('Enter');
  await expect.poll(() => liveText(page), { timeout: 20_000 }).toContain(csv);
  const lines = readFileSync(csv, 'utf8').trim().split('\r\n');
  const table = page.getByRole('region', { name: id.progress.desaTable }).getByRole('row');
  // The window has one more for the whole kecamatan.
  expect(lines).toHaveLength((await table.count()) - 1);
  const first = (await table.nth(1).getByRole('cell').allTextContents()).map((text) => text.replace('.', ''));
  expect(lines[1]?.split(';').slice(2, 4)).toEqual(first.slice(0, 2));
  const pdf = await saveAs('kemajuan.pdf');
  await button(id.progress.print).press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/Kepada Yth. Camat/).waitFor();
  await see('progress-report');
  // As many desa as one page is to hold.
  const over = await dialog.getByRole('article').evaluate((paper, most) => {
    const rows = paper.querySelector('tbody');
    while (rows?.lastElementChild != null && rows.children.length < most)
      rows.append(rows.lastElementChild.cloneNode(true));
    return paper.scrollHeight - paper.clientHeight;
  }, 12);
  expect(over).toBe(0);
  await dialog.getByRole('button', { name: id.slip.pdf }).press('Enter');
  await dialog.getByText(pdf).waitFor();
  expect([...readFileSync(pdf, 'latin1').matchAll(/\/MediaBox ?\[0 0/g)]).toHaveLength(1);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await acts()).toEqual(expect.arrayContaining(['progress.exported', 'progress.printed']));
  await page.keyboard.press('F4');
  await button(id.outages.title).first().press('Enter');
  await page.getByRole('combobox', { name: id.outages.month }).selectOption(MONTH);
  await page.getByText('7 warga').waitFor();
});

it('says the same in English, and that a month had none', async () => {
  const { page } = station;
  await page.getByRole('banner').getByRole('button').last().click();
  await page.getByRole('radio', { name: 'English' }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: en.outages.title, exact: true }).waitFor();
  await see('month-en');
  await page.getByRole('combobox', { name: en.outages.month }).selectOption(monthAfter(BAD_MONTH, -1));
  await page.getByText(/^No outage in/).waitFor();
  expect(await page.getByRole('table').count()).toBe(0);
  await see('none-en');
});

it('is refused in training', async () => {
  await station.page.evaluate(() => window.rekam.session.train(true));
  expect(await refusals()).toEqual(Array(4).fill('role.forbidden'));
  await station.page.evaluate(() => window.rekam.session.train(false));
});
