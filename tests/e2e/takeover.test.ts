// A station dies; a new PC takes over its queue, in the real windows: the sheet printed beforehand, the disk, the code
// typed from the paper, two persons.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { en } from '../../renderer/i18n/en.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { tabTo } from '../../scripts/keyboard-work.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { violations } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { atDisk, plainAdults } from '../helpers/closed-station.ts';
import { mirrorOf } from '../helpers/mirror.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let disk: string;
let code = '';
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
});

afterAll(async () => {
  await station.close();
  await center.close();
});

async function login(role: 'operator' | 'supervisor'): Promise<void> {
  const { username, password } = demoAccount(role);
  await station.login(username, password);
}

/** The system's own dialogs, which no test can press. */
async function dialogsAnswer(folder: string, file: string): Promise<void> {
  await station.app.evaluate(
    ({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen.folder] });
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen.file });
    },
    { folder, file },
  );
}

const codes = (role: 'operator' | 'supervisor') => demoAccount(role);

it('the supervisor prints the recovery sheet once; an operator may not, nor take over', async () => {
  await login('operator');
  const refused = await station.page.evaluate(async () => {
    const persons: [{ username: string; password: string }, { username: string; password: string }] = [
      { username: 'a', password: 'b' },
      { username: 'c', password: 'd' },
    ];
    const answers = await Promise.all([
      window.rekam.recovery.issue({ password: 'x' }),
      window.rekam.takeover.state(),
      window.rekam.takeover.choose(),
      window.rekam.takeover.run({ code: '', persons }),
    ]);
    return answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
  });
  expect(refused).toEqual(Array.from({ length: 4 }, () => 'role.forbidden'));
  await station.logout();
  // At a station nobody begins one before the login.
  const before = await station.page.evaluate(async () => {
    const answer = await window.rekam.takeover.choose();
    return answer.ok ? 'ok' : answer.error.code;
  });
  expect(before).toBe('login.required');

  await login('supervisor');
  const { page } = station;
  const pdf = path.join(home.folder, 'lembar.pdf');
  await dialogsAnswer(disk, pdf);
  await page.keyboard.press('F4');
  await page.getByRole('button', { name: words.mirror.choose }).click();
  await page.getByText(words.sheet.none).waitFor();
  await tabTo(page, [words.sheet.open]);
  await page.keyboard.press('Enter');
  await page.getByLabel(words.sheet.password, { exact: true }).fill('bukan sandinya');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('password.wrong').waitFor();
  await page.getByLabel(words.sheet.password, { exact: true }).fill(codes('supervisor').password);
  await station.shot(path.join(shots, 'sheet-password.png'));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: words.sheet.ready }).waitFor();
  expect(await violations(page)).toEqual([]);
  await station.shot(path.join(shots, 'sheet-ready.png'));
  // On the paper, and not on the screen.
  code = (await page.locator('[data-sheet] [class*="codeOnPaper"]').textContent()) ?? '';
  expect(code).toMatch(/^([0-9A-Z]{5}-){4}[0-9A-Z]{5}$/);
  expect(await page.getByText(code).isVisible()).toBe(false);
  const id = (await page.locator('[data-sheet]').getAttribute('data-sheet'))?.split(' ')[1] ?? '';
  await page.getByRole('button', { name: words.slip.pdf }).click();
  await page.getByRole('status').getByText(words.sheet.printed).waitFor();
  expect(readFileSync(pdf).subarray(0, 5).toString()).toBe('%PDF-');
  const again = await page.evaluate(async (sheet) => {
    const answer = await window.rekam.recovery.print({ id: sheet, printer: null });
    return answer.ok ? 'ok' : answer.error.code;
  }, id);
  expect(again).toBe('recovery.stale');
  expect(await page.locator('[data-sheet]').count()).toBe(0);
  const own = () => readdirSync(disk).find((name) => name.startsWith('rekam-salinan-')) ?? '';
  await expect.poll(() => readdirSync(path.join(disk, own()))).toContain('pemulihan.json');
  await page.getByText(words.sheet.openAgain).waitFor();
  await station.shot(path.join(shots, 'sheet-card.png'));
});

it('a new PC takes over its queue, the center away: by keys, told in both languages, then a station', async () => {
  const people = plainAdults(await center.residents({ recorded: false })).slice(0, 2);
  await center.stop();
  await station.close();
  // Its last day: two recordings on its disk and its mirror, and then the PC is gone.
  await atDisk(home, async ({ record, store, stationKey }) => {
    await record(people, 600);
    const { mirror, settled } = mirrorOf({ store, stationKey, dir: home.dataDir });
    await settled();
    await mirror.stop();
  });

  home = stationHome(center.url);
  station = await home.launch();
  await station.resize(1366, 768);
  const { page } = station;
  await dialogsAnswer(disk, '');
  await tabTo(page, [words.takeover.open]);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: words.takeover.title }).waitFor();
  expect(await violations(page)).toEqual([]);
  await station.shot(path.join(shots, 'takeover-choose.png'));
  await tabTo(page, [words.takeover.choose]);
  await page.keyboard.press('Enter');
  await page.getByText('2 paket di disk ini').waitFor();
  await page.getByLabel(words.takeover.code).fill(`${code.slice(0, -1)}${code.endsWith('7') ? '8' : '7'}`);
  await page.keyboard.press('Enter');
  await page.getByText('takeover.codeMistyped').waitFor();
  await page.getByLabel(words.takeover.code).fill(code.toLowerCase());
  for (const [legend, role] of [
    [words.takeover.first, 'supervisor'],
    [words.takeover.second, 'operator'],
  ] as const) {
    const group = page.getByRole('group', { name: legend });
    await group.getByLabel(words.login.username).fill(codes(role).username);
    await group.getByLabel(words.login.password, { exact: true }).fill(codes(role).password);
  }
  expect(await violations(page)).toEqual([]);
  await station.shot(path.join(shots, 'takeover-form.png'));
  await page.keyboard.press('Enter');
  await page.getByText('2 paket dibawa masuk dan aman di komputer ini.').first().waitFor();
  await page.getByText('Pusat belum terjangkau').waitFor();
  await station.shot(path.join(shots, 'takeover-pending.png'));

  // A restart comes back to where it waits.
  await station.close();
  station = await home.launch({ language: 'en' });
  await station.resize(1366, 768);
  await station.page.getByText(en.takeover.pending.split('{{')[0] ?? '').waitFor();
  expect(await violations(station.page)).toEqual([]);
  await station.shot(path.join(shots, 'takeover-pending-en.png'));
  await center.start();
  const go = station.page.getByRole('button', { name: en.takeover.go });
  // It calls by itself as well: where that comes first, there is no button to press any more.
  const retry = station.page.getByRole('button', { name: en.takeover.retry });
  await retry.click({ timeout: 5_000 }).catch(() => go.waitFor());
  await go.click();
  await station.page.getByRole('textbox', { name: en.login.username }).waitFor();
  await station.until(({ outbox }) => outbox.received === 2 && outbox.waiting === 0);
  expect(await center.packetCount()).toBe(2);
  const { username, password } = demoAccount('supervisor');
  await station.page.getByRole('textbox', { name: en.login.username }).fill(username);
  await station.page.getByRole('textbox', { name: en.login.password }).fill(password);
  await station.page.keyboard.press('Enter');
  await station.page.getByRole('combobox').first().waitFor();
  await station.page.keyboard.press('F3');
  await station.page.getByText('at Meja 1').first().waitFor();
  await station.shot(path.join(shots, 'takeover-outbox.png'));
  await station.page.keyboard.press('F4');
  const over = station.page.getByText('All its 2 packets are received by the center.');
  await over.scrollIntoViewIfNeeded();
  await station.shot(path.join(shots, 'takeover-supervisor.png'));
  await tabTo(station.page, [en.takeover.open]);
  await station.page.keyboard.press('Enter');
  await station.page.getByRole('heading', { name: en.takeover.title }).waitFor();
  await station.page.keyboard.press('Escape');
  await station.page.getByRole('heading', { name: en.supervisor.title, level: 1 }).waitFor();
});
