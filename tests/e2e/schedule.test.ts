import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plusDays } from '../../app/desk/carry-over.ts';
import { PROBLEM_WORDS } from '../../app/desk/schedule-words.ts';
import { ERROR_WORDS } from '../../app/error-words.ts';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { formatNik } from '../../app/enrollment/nik.ts';
import { en } from '../../renderer/i18n/en.ts';
import { id } from '../../renderer/i18n/id.ts';
import { tabTo } from '../../scripts/keyboard-work.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { liveText, violationsInBothSchemes } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** The supervisor's schedule, by keyboard: a list comes in, is looked at, and leaves again for the desa. */
let center: TestCenter;
let home: StationHome;
let people: Biodata[];
const today = new Date().toISOString().slice(0, 10);

beforeAll(async () => {
  center = await startTestCenter();
  people = (await center.residents({ recorded: false })).slice(0, 40);
});
afterAll(async () => {
  await center.close();
});

describe.each([
  ['id', id],
  ['en', en],
] as const)('in %s', (language, words) => {
  const shots = path.join(root, 'out', 'shots', `schedule-${language}`);
  // Each station's own: the other one hears of it through the center.
  const day = plusDays(today, language === 'id' ? 10 : 11);
  let station: StationWindow;

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    home = stationHome(center.url);
    station = await home.launch({ language });
    const { page } = station;
    await page.getByRole('textbox', { name: words.activation.code }).fill(await center.activationCode());
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: words.login.username }).waitFor();
    await station.untilResidents(200);
  });
  afterAll(async () => {
    await station.close();
  });

  const button = (name: string | RegExp) => station.page.getByRole('button', { name, exact: true });

  async function see(name: string): Promise<void> {
    const { page } = station;
    const found = await violationsInBothSchemes(page, name);
    await station.shot(path.join(shots, `${name}.png`));
    expect(found).toEqual([]);
  }

  /** The system's own dialogs, which no test can press. */
  async function dialogsAnswer(chosen: string): Promise<void> {
    await station.app.evaluate(({ dialog }, filePath) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, chosen);
  }
  async function press(name: string): Promise<void> {
    await tabTo(station.page, [name]);
    await station.page.keyboard.press('Enter');
  }
  async function login(role: 'operator' | 'supervisor'): Promise<void> {
    const { username, password } = demoAccount(role);
    const { page } = station;
    await page.getByRole('textbox', { name: words.login.username }).fill(username);
    await page.getByRole('textbox', { name: words.login.password }).fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: words.desk.find }).waitFor();
  }

  it('is refused to an operator, who sees no way to it', async () => {
    await login('operator');
    await station.page.keyboard.press('F4');
    expect(await button(words.schedule.title).count()).toBe(0);
    const codes = await station.page.evaluate(async () => {
      const group = { date: '2030-01-01', session: 'pagi', desa: '32.09.03.2005' } as const;
      const { schedule } = window.rekam;
      const answers = [
        await schedule.read({ from: null }),
        await schedule.people({ ...group, offset: 0, limit: 1 } as never),
        await schedule.capacity({ pagi: 1, siang: 1 }),
        await schedule.sheet({ kind: 'group', ...group } as never),
        await schedule.print({ id: crypto.randomUUID(), printer: null }),
        await schedule.export({ kind: 'carried', date: '2030-01-01' }),
        await schedule.choose(),
        await schedule.problems({ offset: 0, limit: 1 }),
        await schedule.take({ moved: true }),
        await schedule.drop(),
      ];
      return answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
    });
    expect(codes).toEqual(Array(10).fill('role.forbidden'));
    await station.page.getByRole('banner').getByRole('button').last().click();
    await button(words.frame.logout).click();
    await station.page.getByRole('textbox', { name: words.login.username }).waitFor();
  });

  it('shows who is called when, and what a session cannot serve', async () => {
    await login('supervisor');
    const { page } = station;
    await page.keyboard.press('F4');
    await press(words.schedule.title);
    await page.getByRole('heading', { name: words.schedule.title, exact: true }).waitFor();
    await page.getByRole('table', { name: words.schedule.groupTable }).waitFor();
    await see('schedule');
    await page.getByRole('textbox', { name: words.schedule.capacity_pagi }).fill('0');
    await page.getByRole('alert').filter({ hasText: words.schedule.capacityWrong }).waitFor();
    await page.getByRole('textbox', { name: words.schedule.capacity_pagi }).fill('2');
    await page.getByRole('textbox', { name: words.schedule.capacity_pagi }).press('Enter');
    await expect.poll(() => liveText(page)).toContain(words.schedule.capacitySaved);
    const over = new RegExp(words.schedule.overBy.replace('{{many}}', String.raw`^\d+`));
    await page.getByRole('table', { name: words.schedule.groupTable }).getByText(over).first().waitFor();
    await see('over');
  });

  it('refuses a file that is no list, in a sentence', async () => {
    const { page } = station;
    const file = path.join(home.folder, 'undangan.xlsx');
    writeFileSync(file, Buffer.from('PK\x03\x04', 'latin1'));
    await dialogsAnswer(file);
    await press(words.schedule.importStart);
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain(ERROR_WORDS['schedule.notCsv'][language]);
    await see('refused');
    await press(words.schedule.close);
    await button(words.schedule.importStart).waitFor();
  });

  it('looks at a list, names the wrong lines, and takes the rest', async () => {
    const { page } = station;
    const file = path.join(home.folder, 'undangan.csv');
    const good = people.slice(0, 30).map(({ nik, nama }) => `${nik};${day};siang;;${nama}`);
    writeFileSync(
      file,
      `\ufeffnik;tanggal;sesi;desa;nama\r\n${[...good, `123;${day};siang;;X`, `${people[0]?.nik};${day};pagi;;`, `${people[31]?.nik};${day};siang;;ORANG LAIN`].join('\r\n')}\r\n`,
    );
    await dialogsAnswer(file);
    await press(words.schedule.importStart);
    const table = page.getByRole('table', { name: words.schedule.problemTable });
    await table.getByText(PROBLEM_WORDS.nikLength[language]).waitFor();
    expect(await table.getByRole('row').count()).toBe(4);
    await see('preview');
    const saved = path.join(home.folder, 'salah.csv');
    await dialogsAnswer(saved);
    await press(words.schedule.csv);
    await expect.poll(() => liveText(page)).toContain(saved);
    expect(readFileSync(saved, 'utf8')).toContain(`32;123;${PROBLEM_WORDS.nikLength[language]}`);
    await button(/31/).press('Enter');
    await expect
      .poll(() => liveText(page))
      .toContain(words.schedule.taken.split('{{')[2]?.split('}} ')[1] ?? '-');
    const from = page.getByLabel(words.schedule.from, { exact: true });
    await from.focus();
    // As it is written in Indonesia, whatever the system speaks: 9 December is no 12 September.
    await page.keyboard.type('09122031');
    expect(await from.inputValue()).toBe('2031-12-09');
    await from.fill(day);
  });

  it('opens one session of a desa, saves its list and makes its paper', async () => {
    const { page } = station;
    // Of the day that was just asked for: the list before it stands there until this one has come.
    const group = page
      .getByRole('table', { name: words.schedule.groupTable })
      .getByRole('button', { name: new RegExp(words.desk.siang) })
      .first();
    await group.press('Enter');
    const names = page.getByRole('table', { name: words.schedule.people });
    await names.waitFor();
    await see('people');
    const csv = path.join(home.folder, 'daftar.csv');
    await dialogsAnswer(csv);
    await press(words.schedule.csv);
    await expect.poll(() => liveText(page)).toContain(csv);
    const lines = readFileSync(csv, 'utf8').split('\r\n');
    expect(lines[0]).toBe('\ufeffnik;tanggal;sesi;desa;nama');
    const [nik = ''] = (lines[1] ?? '').split(';');
    expect(people.map((one) => formatNik(one.nik))).toContain(nik);

    const pdf = path.join(home.folder, 'daftar.pdf');
    await dialogsAnswer(pdf);
    await press(words.schedule.print);
    await page.getByRole('dialog').waitFor();
    await see('print');
    await page.getByRole('dialog').getByRole('button', { name: words.slip.pdf }).press('Enter');
    await expect.poll(() => liveText(page)).toContain(pdf);
    expect(readFileSync(pdf).subarray(0, 5).toString()).toBe('%PDF-');
    await page.keyboard.press('Escape');
    await button(words.schedule.importStart).waitFor();
    await page.keyboard.press('Escape');
    await button(words.schedule.title).waitFor();
  });

  it('is refused in training', async () => {
    await station.page.evaluate(() => window.rekam.session.train(true));
    const answer = await station.page.evaluate(() => window.rekam.schedule.read({ from: null }));
    expect(answer).toMatchObject({ ok: false, error: { code: 'role.forbidden' } });
    await station.page.evaluate(() => window.rekam.session.train(false));
  });
});
