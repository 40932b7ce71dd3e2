import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { en } from '../../renderer/i18n/en.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { currentStep, openResident, workToTheEnd } from '../../scripts/desk-work.ts';
import { tabTo } from '../../scripts/keyboard-work.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { liveText, violationsInBothSchemes } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { atDisk, plainAdults } from '../helpers/closed-station.ts';
import { recordResident, testCaptures } from '../helpers/store.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** What an operator records waits in sight of all, until a supervisor has looked at it, by keyboard. */
const SHOTS = path.join(root, 'out', 'shots', 'review');

let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let people: Biodata[];
let first: Biodata;
let second: Biodata;

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  center = await startTestCenter();
  people = plainAdults(await center.residents({ recorded: false }));
  home = stationHome(center.url);
  station = await home.launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
  [first, second] = [nextPerson(), nextPerson()];
});

afterAll(async () => {
  await station.close();
  await center.close();
});

function nextPerson(): Biodata {
  const one = people.shift();
  if (one === undefined) throw new Error('the register has nobody left');
  return one;
}

const button = (name: string | RegExp) => station.page.getByRole('button', { name, exact: true });
const heading = (name: string) => station.page.getByRole('heading', { name, exact: true });
const list = () => station.page.getByRole('listbox', { name: words.reviews.list });
const chosen = () => list().getByRole('option', { selected: true });
const bar = () => station.page.getByRole('contentinfo');
const packets = () => center.packetCount();

async function login(role: 'operator' | 'supervisor'): Promise<void> {
  const { username, password } = demoAccount(role);
  await station.login(username, password);
}

async function see(name: string): Promise<void> {
  const { page } = station;
  const found = await violationsInBothSchemes(page, name, () =>
    station.shot(path.join(SHOTS, `${name}-dark.png`)),
  );
  await station.resize(1366, 768);
  await station.shot(path.join(SHOTS, `${name}.png`));
  expect(found).toEqual([]);
}

async function recordAtDesk(person: Biodata): Promise<void> {
  await openResident(station.page, person.nik);
  await workToTheEnd(station.page);
  await button(/Ke antrean/)
    .first()
    .click();
}

async function stateOf({ nik }: Biodata): Promise<string | undefined> {
  return (await station.outbox()).find((row) => row.nik === nik)?.state;
}

it('is turned on by a supervisor, with what it does in words, and audited', async () => {
  const { page } = station;
  await login('supervisor');
  await page.keyboard.press('F4');
  await button(words.settings.title).press('Enter');
  await heading(words.settings.name_review).waitFor();
  await button(words.settings.changeOf.replace('{{name}}', words.settings.name_review)).press('Enter');
  const off = page.getByRole('radio', { name: words.settings.review_off });
  await expect.poll(() => off.evaluate((node) => node === document.activeElement)).toBe(true);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await heading(words.settings.name_review).scrollIntoViewIfNeeded();
  await see('setting');
  await page.keyboard.press('Enter');
  // The row knows a moment before its form is gone: till then the sentence stands twice, and Escape is the form's.
  await off.waitFor({ state: 'detached' });
  const row = page.getByRole('listitem').filter({ has: heading(words.settings.name_review) });
  await row.getByText(words.settings.reviewAbout_all).waitFor();
  await page.keyboard.press('Escape');
  await button(words.audit.title).press('Enter');
  const entry = page.getByRole('cell').filter({ hasText: `${words.settings.name_review} · ` });
  await entry.first().waitFor();
  expect(await entry.first().textContent()).toContain(words.settings.review_all);
  await page.keyboard.press('Escape');
  await station.logout();
});

it('an operator’s recording is stored at once, waits in sight, and does not go', async () => {
  await login('operator');
  const { page } = station;
  await recordAtDesk(first);
  await recordAtDesk(second);
  await bar().getByText(words.status.review.replace('{{many}}', '2')).waitFor();
  await page.keyboard.press('F3');
  await button(words.outbox.review).click();
  await page.getByRole('row').filter({ hasText: first.nama }).getByText(words.packetState.review).waitFor();
  await see('outbox');
  expect((await station.status()).outbox).toMatchObject({ waiting: 0, review: 2, held: 0 });
  const codes = await page.evaluate(async () => {
    const { review } = window.rekam;
    const answers = [
      await review.list({ which: 'waiting' }),
      await review.approve({ packetIds: ['0194f6a1-0000-7000-8000-000000000000' as never] }),
    ];
    return answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
  });
  expect(codes).toEqual(['role.forbidden', 'role.forbidden']);
  await station.logout();
  expect(await packets()).toBe(0);
});

it('the supervisor is told, looks at face and words alone, and lets one go by Enter', async () => {
  const { page } = station;
  await login('supervisor');
  await page.keyboard.press('F4');
  await button(words.supervisor.sync).press('Enter');
  await page.getByText(words.supervisor.sumReview, { exact: true }).waitFor();
  await page.getByText(/2 paket menunggu tinjauan Anda/).waitFor();
  await see('overview');
  await button(words.needs.go_review).press('Enter');
  await chosen().filter({ hasText: first.nama }).waitFor();
  await expect.poll(() => list().evaluate((node) => node === document.activeElement)).toBe(true);
  const look = page.getByRole('region', { name: first.nama });
  await look.getByText(first.alamat).first().waitFor();
  await look.getByText(/Selesai dalam kurang dari 2 menit/).waitFor();
  const face = page.locator('main canvas');
  expect(await face.count()).toBe(1);
  await expect.poll(() => face.evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeGreaterThan(0);
  await page.keyboard.press('ArrowDown');
  await chosen().filter({ hasText: second.nama }).waitFor();
  await page.keyboard.press('ArrowUp');
  await look.getByText(first.alamat).first().waitFor();
  await see('waiting');
  await page.keyboard.press('Enter');
  await chosen().filter({ hasText: second.nama }).waitFor();
  await expect.poll(() => liveText(page)).toContain(first.nama);
  await expect.poll(packets).toBe(1);
  await center.outcomes(1);
  expect(await stateOf(second)).toBe('review');
});

it('returned with a reason, it is a task at the desk, and the resident is recorded anew', async () => {
  const { page } = station;
  await page.getByRole('region', { name: second.nama }).getByText(second.alamat).first().waitFor();
  await page.keyboard.press('Alt+k');
  await page.getByRole('textbox', { name: words.reviews.returnReason }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await page.keyboard.type('Foto bukan orangnya');
  await see('return');
  await page.keyboard.press('Enter');
  await page.getByText(words.reviews.none_waiting).waitFor();
  await see('empty');
  await button(words.reviews.returned).press('Enter');
  await page.getByText(/Foto bukan orangnya/).waitFor();
  await see('returned');
  await station.logout();

  await login('operator');
  // The key is there with what it opens.
  await button(words.task.open.replace('{{key}}', 'Alt+T')).waitFor();
  await page.keyboard.press('Alt+t');
  const work = page.getByRole('region', { name: words.desk.work });
  await work.getByText('Foto bukan orangnya').waitFor();
  await see('task');
  await page.keyboard.press('Enter');
  expect(await currentStep(page)).toBe('biodata');
  await workToTheEnd(page);
  await button(/Ke antrean/)
    .first()
    .click();
  const rows = (await station.outbox()).filter(({ nik }) => nik === second.nik);
  expect(rows.map(({ state }) => state)).toEqual(['review', 'returned']);
  expect((await station.status()).outbox).toMatchObject({ review: 1, tasks: 0 });
  await station.logout();
});

it('nobody lets their own go', async () => {
  const { page } = station;
  await login('supervisor');
  const own = nextPerson();
  await recordAtDesk(own);
  await page.keyboard.press('F4');
  await button(words.reviews.title).press('Enter');
  await list().waitFor();
  await page.keyboard.press('ArrowDown');
  await chosen().filter({ hasText: own.nama }).waitFor();
  await page.getByRole('region', { name: own.nama }).getByText(words.reviews.own).waitFor();
  await page.keyboard.press('Enter');
  await see('own');
  expect(await stateOf(own)).toBe('review');
  const code = await page.evaluate(async (nik) => {
    const rows = await window.rekam.outbox.list({ filter: 'review', offset: 0, limit: 9 });
    const packet = rows.ok ? rows.value.rows.find((row) => row.nik === nik) : undefined;
    if (packet === undefined) return 'not there';
    const answer = await window.rekam.review.approve({ packetIds: [packet.packetId] });
    return answer.ok ? 'ok' : answer.error.code;
  }, own.nik);
  expect(code).toBe('review.own');
  await page.keyboard.press('ArrowUp');
  await page.getByRole('region', { name: second.nama }).getByText(second.alamat).first().waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(packets).toBe(2);
  await station.logout();
});

it('many that nothing speaks against go at once; in English, and a long list is drawn in part', async () => {
  await station.close();
  const many = people.splice(0, 60);
  await atDisk(home, async ({ store, operator }) => {
    const date = new Date().toISOString().slice(0, 10);
    const startedAt = new Date(Date.now() - 5 * 60_000).toISOString();
    for (const { nik } of many)
      await recordResident({ store, operator }, nik, {
        ...{ captures: testCaptures(undefined, 600), now: Date.now(), date },
        change: { startedAt },
      });
  });
  station = await home.launch();
  const { page } = station;
  await login('supervisor');
  await page.getByRole('banner').getByRole('button').last().click();
  await page.getByRole('radio', { name: words.common.languageEn }).check();
  await page.keyboard.press('Escape');
  await page.keyboard.press('F4');
  await button(en.reviews.title).press('Enter');
  const english = page.getByRole('listbox', { name: en.reviews.list });
  await english.waitFor();
  await page.getByText('61 enrollments').waitFor();
  expect(await english.getByRole('option').count()).toBeLessThan(40);
  for (let press = 0; press < 60; press += 1) await page.keyboard.press('ArrowDown');
  const last = english.getByRole('option', { selected: true });
  expect(await last.getAttribute('aria-posinset')).toBe('61');
  await expect
    .poll(() => last.evaluate((node) => node.getBoundingClientRect().bottom <= innerHeight))
    .toBe(true);
  await see('many-en');
  await tabTo(page, ['Approve 60 without remarks…']);
  await page.keyboard.press('Enter');
  await tabTo(page, [en.reviews.plainDo]);
  await see('ask-en');
  await page.keyboard.press('Enter');
  await page.getByText('1 enrollment', { exact: true }).waitFor();
  await expect.poll(packets, { timeout: 60_000 }).toBe(62);
});
