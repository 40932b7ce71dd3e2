import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO_ACCOUNTS } from '../../center/demo/losari.ts';
import { en } from '../../renderer/i18n/en.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { scanNik, tabTo } from '../../scripts/keyboard-work.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { liveText, violationsInBothSchemes } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { plainAdults } from '../helpers/closed-station.ts';
import { demoAccount, stationHome } from '../helpers/station-home.ts';

/** What a supervisor sets, by keyboard; the desk follows at once, and an operator finds no way to it. */
const SHOTS = path.join(root, 'out', 'shots', 'settings');
const TITLE = words.settings.title;
const supervisorName = DEMO_ACCOUNTS.find(({ role }) => role === 'supervisor')?.name ?? '';

let center: TestCenter;
let station: StationWindow;
let nik: string;

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  center = await startTestCenter();
  nik = plainAdults(await center.residents({ recorded: false }))[0]?.nik ?? '';
  station = await stationHome(center.url).launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
});

afterAll(async () => {
  await station.close();
  await center.close();
});

const button = (name: string | RegExp) => station.page.getByRole('button', { name, exact: true });
const heading = (name: string) => station.page.getByRole('heading', { name, exact: true });
const row = (name: string) => station.page.getByRole('listitem').filter({ has: heading(name) });
const changer = (name: string) => button(words.settings.changeOf.replace('{{name}}', name));

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

async function open(): Promise<void> {
  await station.page.keyboard.press('F4');
  await button(TITLE).press('Enter');
  await heading(TITLE).waitFor();
  await heading(words.settings.name_stepOrder).waitFor();
}

/** The desk's steps as its rail names them. */
const rail = () =>
  station.page
    .getByRole('navigation', { name: words.rail.label })
    .getByRole('listitem')
    .evaluateAll((items) => items.map((item) => item.querySelector('span > span')?.textContent));

it('is refused to an operator, who sees no way to it', async () => {
  await login('operator');
  await station.page.keyboard.press('F4');
  expect(await button(TITLE).count()).toBe(0);
  const codes = await station.page.evaluate(async () => {
    const { settings } = window.rekam;
    const answers = [
      await settings.read(),
      await settings.change({ key: 'fingerThreshold', value: 70 }),
      await settings.change({ key: 'stepOrder', value: null }),
    ];
    return answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
  });
  expect(codes).toEqual(Array(3).fill('role.forbidden'));
  await station.logout();
});

it('shows each setting with its default, and the desk follows another order of steps at once', async () => {
  await login('supervisor');
  const { page } = station;
  await page.keyboard.press('F2');
  await scanNik(page, nik);
  expect((await rail()).slice(0, 3)).toEqual([words.step.biodata, words.step.photo, words.step.signature]);
  await page.keyboard.press('F4');
  await button(words.supervisor.sync).waitFor();
  await heading(words.supervisor.title).scrollIntoViewIfNeeded();
  await station.shot(path.join(SHOTS, 'supervisor.png'));
  await open();
  expect(await page.locator('[aria-current="page"]').textContent()).toContain(words.frame.supervisor);
  await see('settings');
  // The sentence beside it wraps at this width; the way back keeps all of its letters.
  const back = button(words.common.back).locator('span').last();
  expect(await back.evaluate((node) => node.scrollWidth - node.clientWidth)).toBe(0);
  await changer(words.settings.name_stepOrder).press('Enter');
  const down = button(words.settings.down.replace('{{step}}', words.step.photo));
  await down.press('Enter');
  // Its line went down, and the key under the hand with it.
  await expect.poll(() => down.evaluate((node) => node === document.activeElement)).toBe(true);
  await see('order');
  await tabTo(page, [words.settings.save]);
  await page.keyboard.press('Enter');
  await row(words.settings.name_stepOrder).getByText(supervisorName).waitFor();
  await expect.poll(() => liveText(page)).toContain(words.settings.name_stepOrder);
  await page.keyboard.press('F2');
  await expect
    .poll(async () => (await rail()).slice(0, 3))
    .toEqual([words.step.biodata, words.step.signature, words.step.photo]);
});

it('takes a stricter number, refuses a weaker one, and writes both values down', async () => {
  const { page } = station;
  await open();
  const finger = words.settings.name_fingerThreshold;
  await changer(finger).press('Enter');
  await page.keyboard.type('59');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: '60' }).waitFor();
  await see('refused');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('75');
  await page.keyboard.press('Enter');
  await row(finger).getByText('75 dari 100').waitFor();
  await expect.poll(() => changer(finger).evaluate((node) => node === document.activeElement)).toBe(true);
  const answer = await page.evaluate(() => window.rekam.settings.change({ key: 'maxAttempts', value: 1 }));
  expect(answer).toMatchObject({ ok: false, error: { code: 'setting.range', params: { min: 3 } } });
  await page.keyboard.press('Escape');
  await button(words.audit.title).press('Enter');
  await page.getByText(new RegExp(`${finger} · .*75 dari 100`)).waitFor();
  await page.keyboard.press('Escape');
});

it('speaks English, and is refused in training', async () => {
  const { page } = station;
  await open();
  await page.getByRole('banner').getByRole('button').last().click();
  await page.getByRole('radio', { name: words.common.languageEn }).check();
  await page.keyboard.press('Escape');
  await heading(en.settings.title).waitFor();
  await see('settings-en');
  const language = row(en.settings.name_language);
  await language.getByText(supervisorName).waitFor();
  await language.scrollIntoViewIfNeeded();
  await station.shot(path.join(SHOTS, 'settings-en-end.png'));
  const codes = await page.evaluate(async () => {
    await window.rekam.session.train(true);
    const answers = [
      await window.rekam.settings.read(),
      await window.rekam.settings.change({ key: 'stepOrder', value: null }),
    ];
    await window.rekam.session.train(false);
    return answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
  });
  expect(codes).toEqual(['role.forbidden', 'role.forbidden']);
});
