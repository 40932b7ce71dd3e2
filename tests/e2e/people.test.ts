// People in the real window: wrong passwords, a password for one login, the audit log, a second person, a clock that is
// a year behind.
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { en } from '../../renderer/i18n/en.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { openResident, workToTheEnd } from '../../scripts/desk-work.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { violations } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { atDisk } from '../helpers/closed-station.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let disk: string;
const shots = path.join(root, 'out');
const operator = demoAccount('operator');
const supervisor = demoAccount('supervisor');
const OWN = 'sawah di tepi kali';
const YEAR_MS = 365 * 86_400_000;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  center = await startTestCenter();
  home = stationHome(center.url);
  disk = path.join(home.folder, 'usb');
  mkdirSync(disk);
  station = await launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
});

afterAll(async () => {
  await station.close();
  await center.close();
});

async function launch(): Promise<StationWindow> {
  const launched = await home.launch();
  await launched.resize(1366, 768);
  return launched;
}

async function tryLogin(username: string, password: string): Promise<void> {
  const { page } = station;
  await page.getByRole('textbox', { name: words.login.username }).fill(username);
  await page.getByRole('textbox', { name: words.login.password, exact: true }).fill(password);
  await page.getByRole('button', { name: words.login.submit, exact: true }).click();
}

/** The first words of a text, up to its first hole. */
const upTo = (text: string): string => (text.split('{{')[0] ?? '').trim();

/** What a channel answers now: the code of its refusal, or ok. */
const codeOf = (channel: 'drafts' | 'sync') =>
  station.page.evaluate(async (name) => {
    const answer = name === 'drafts' ? await window.rekam.drafts.list() : await window.rekam.sync.now();
    return answer.ok ? 'ok' : answer.error.code;
  }, channel);

/** The same screen in English and in the dark, for eyes; accessible in both. */
async function both(name: string): Promise<void> {
  const { page } = station;
  const look = async (language: 'id' | 'en') => {
    expect(await violations(page)).toEqual([]);
    await station.shot(path.join(shots, `people-${name}-${language}.png`));
  };
  const settings = async (language: string, appearance: string) => {
    await page.getByRole('banner').getByRole('button', { expanded: false }).click();
    await page.getByRole('radio', { name: language }).check();
    await page.getByRole('radio', { name: appearance }).check();
    await page.keyboard.press('Escape');
  };
  await look('id');
  await settings('English', en.common.dark);
  await look('en');
  await settings('Indonesia', words.common.light);
}

it('wrong passwords: the account is locked for a time that is read in words, and only that account', async () => {
  const { page } = station;
  for (let n = 1; n <= 5; n += 1) {
    await tryLogin(operator.username, `salah ${n}`);
    const said =
      n < 5
        ? page.getByRole('alert').getByText(/kata sandi tidak cocok/)
        : page.getByRole('note').getByText(/terkunci \d+ detik lagi/);
    await said.waitFor();
  }
  const submit = page.getByRole('button', { name: words.login.submit, exact: true });
  expect(await submit.isDisabled()).toBe(true);
  await both('locked');
  await station.login(supervisor.username, supervisor.password);
});

it('the supervisor gives the operator a password for one login, by keys, and nobody else can', async () => {
  const { page } = station;
  await page.keyboard.press('F4');
  await page.getByRole('button', { name: words.accounts.title, exact: true }).click();
  await page.getByRole('list', { name: words.accounts.title }).getByText(operator.username).waitFor();
  await both('accounts');
  await page
    .getByRole('button', { name: new RegExp(`^${upTo(words.accounts.resetOf)}`) })
    .first()
    .click();
  await page.keyboard.type('salah');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await page.keyboard.type(supervisor.password);
  await page.keyboard.press('Enter');
  const oneTime = await page.getByRole('status', { name: words.accounts.oneTime }).innerText();
  expect(oneTime).toMatch(/^[a-z2-9]{5}-[a-z2-9]{5}$/);
  await station.shot(path.join(shots, 'people-one-time.png'));
  await page.keyboard.press('Enter');
  await page.getByText(words.accounts.mustChange).waitFor();

  // A password that the supervisor knows is no second pair of eyes.
  const refused = await page.evaluate(
    async (second) => {
      const answer = await window.rekam.audit.export({ second });
      return answer.ok ? 'ok' : answer.error.code;
    },
    { username: operator.username, password: oneTime },
  );
  expect(refused).toBe('second.mustChange');
  await station.logout();

  await tryLogin(operator.username, oneTime);
  await page.getByRole('heading', { name: words.password.first }).waitFor();
  await both('first-password');
  expect([await codeOf('drafts'), await codeOf('sync')]).toEqual([
    'password.mustChange',
    'password.mustChange',
  ]);
  expect(await page.getByRole('navigation', { name: words.frame.nav }).count()).toBe(0);
  await page.keyboard.press('F3');
  await page.getByRole('textbox', { name: words.password.new, exact: true }).focus();
  await page.keyboard.type('pendek');
  await page.keyboard.press('Enter');
  await page.keyboard.type('lain');
  await page.keyboard.press('Enter');
  await page.getByText(words.password.differs).waitFor();
  await page.keyboard.type('pendek');
  await page.keyboard.press('Enter');
  await page.getByText(/sedikitnya 8 huruf, angka atau tanda\. Satu/).waitFor();
  await page.keyboard.type(OWN);
  await page.keyboard.press('Enter');
  await page.keyboard.type(OWN);
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'NIK atau nama' }).waitFor();
});

it('a session that main ended elsewhere: the next call finds the login, with the words for it; an operator may not lead', async () => {
  const { page } = station;
  expect(await codeOf('sync')).toBe('role.forbidden');
  await page.evaluate(() => window.rekam.session.logout());
  await page.getByText(words.login.ended).waitFor();
  expect(await codeOf('drafts')).toBe('login.required');
  await station.login(operator.username, OWN);
});

it('with the clock a year behind, intake goes on, the notice says so, and the center takes the packet', async () => {
  const { page } = station;
  await station.app.evaluate((_, year) => {
    const real = Date.now.bind(Date);
    Date.now = () => real() - year;
  }, YEAR_MS);
  await station.logout();
  await station.login(supervisor.username, supervisor.password);
  await page.evaluate(() => window.rekam.sync.now());
  await station.until(({ clockOffsetMs }) => (clockOffsetMs ?? 0) > YEAR_MS - 60_000);
  await page
    .getByRole('contentinfo', { name: words.status.label })
    .getByText(/jam meleset/)
    .waitFor();
  await station.logout();
  await station.login(operator.username, OWN);
  const person = (await center.residents({ recorded: false })).find((one) => one.tanggalLahir < '1995');
  await openResident(page, person?.nik ?? '');
  await workToTheEnd(page);
  const { outbox } = await station.until(({ outbox: now }) => now.received === 1);
  expect(outbox.waiting).toBe(0);
  await station.shot(path.join(shots, 'people-clock.png'));
  await station.logout();
});

it('the log reads in plain words, is verified, and leaves the station with two people alone', async () => {
  const { page } = station;
  await station.login(supervisor.username, supervisor.password);
  await page.keyboard.press('F4');
  await page.getByRole('button', { name: words.audit.title }).click();
  const table = page.getByRole('table', { name: words.audit.table });
  for (const act of ['session.login', 'enrollment.recorded'] as const)
    await table.getByText(words.auditAct[act]).first().waitFor();
  await page.getByRole('combobox', { name: words.audit.kind }).selectOption('people');
  for (const act of ['account.reset', 'session.failed'] as const)
    await table.getByText(words.auditAct[act]).first().waitFor();
  await table.getByText(words.auditAct['enrollment.recorded']).waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: words.audit.kind }).selectOption('');
  await page.getByRole('button', { name: words.audit.verify }).click();
  await page.getByRole('note').getByText(upTo(words.audit.whole)).waitFor();
  await both('audit');

  await station.app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, disk);
  await page.getByRole('button', { name: words.audit.export }).click();
  await page.getByRole('dialog').getByText(words.second.title).waitFor();
  expect(await violations(page)).toEqual([]);
  await station.shot(path.join(shots, 'people-second.png'));
  await page.keyboard.type(supervisor.username);
  await page.keyboard.press('Enter');
  await page.keyboard.type(supervisor.password);
  await page.keyboard.press('Enter');
  await page
    .getByRole('dialog')
    .getByText(/Orang kedua harus orang lain/)
    .waitFor();
  await page.getByRole('textbox', { name: words.second.username }).fill(operator.username);
  await page.getByRole('textbox', { name: words.second.password }).fill(OWN);
  await page.keyboard.press('Enter');
  await page
    .getByRole('note')
    .getByText(/dibaca kembali dengan benar/)
    .waitFor();
  const [folder = ''] = readdirSync(disk);
  expect(readdirSync(path.join(disk, folder)).sort()).toEqual(['audit.jsonl', 'kepala-audit.jws']);
  await table.getByText(words.auditAct['audit.exported']).first().waitFor();
  await table.getByText(words.auditAct['second.confirmed']).first().waitFor();
  await station.logout();
});

it('an entry that somebody removed is found and shown with its number and what to do', async () => {
  await station.close();
  const removed = await atDisk(home, ({ db }) =>
    db.write((tx) => {
      const at =
        tx.get<{ n: number }>("SELECT min(sequence) AS n FROM audit WHERE what = 'account.reset'")?.n ?? 0;
      tx.run('DELETE FROM audit WHERE sequence = ?', at);
      return at;
    }),
  );
  station = await launch();
  const { page } = station;
  await station.login(supervisor.username, supervisor.password);
  await page.keyboard.press('F4');
  await page.getByRole('button', { name: words.audit.title, exact: true }).click();
  await page.getByRole('button', { name: words.audit.verify }).click();
  const alert = page.getByRole('alert').filter({ hasText: `Catatan nomor ${removed}` });
  await alert.waitFor();
  expect(await alert.innerText()).toContain('laporkan kepada pusat');
  await station.shot(path.join(shots, 'people-broken.png'));
});
