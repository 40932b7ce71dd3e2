import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_WORDS } from '../../app/error-words.ts';
import type { ErrorCode } from '../../app/errors.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import {
  currentStep,
  findResidents,
  openResident,
  workToTheEnd,
  workUntil,
} from '../../scripts/desk-work.ts';
import type { StationWindow } from '../../scripts/station-window.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** One desk from its activation to the first receipt, with every wrong thing a person may do on the way. */
let center: TestCenter;
let foreign: TestCenter;
let home: StationHome;
let station: StationWindow;
const residents: string[] = [];

beforeAll(async () => {
  center = await startTestCenter();
  foreign = await startTestCenter();
  home = stationHome(center.url);
  station = await home.launch();
  residents.push(
    ...(await center.residents({ recorded: false })).filter(isAdult).map((resident) => resident.nik),
  );
});

afterAll(async () => {
  await station.close();
  await center.close();
  await foreign.close();
});

function isAdult(resident: { tanggalLahir: string }): boolean {
  return resident.tanggalLahir < '2000';
}

/** What the window says in an alert that begins so; times out when it says nothing of the kind. */
async function alert(text: string): Promise<string> {
  const said = station.page.getByRole('alert').filter({ hasText: text });
  await said.first().waitFor();
  return said.first().innerText();
}

/** The window shows this error's sentence, filled or not. */
async function expectError(code: ErrorCode, language: 'id' | 'en' = 'id'): Promise<void> {
  const sentence = ERROR_WORDS[code][language].split('{{')[0] ?? '';
  expect(await alert(sentence)).toContain(sentence);
}

async function type(query: string): Promise<void> {
  const find = station.page.getByRole('combobox', { name: 'NIK atau nama' });
  await find.fill(query);
  await find.press('Enter');
}

async function activateWith(url: string, code: string): Promise<void> {
  await station.page.getByRole('textbox', { name: 'Alamat pusat' }).fill(url);
  await station.page.getByRole('textbox', { name: 'Kode aktivasi' }).fill(code);
  await station.page.getByRole('button', { name: 'Aktifkan' }).click();
}

describe('activation', () => {
  it('says in both languages what is wrong with an address or a code, and sends nothing', async () => {
    const code = await center.activationCode();
    await activateWith('pusat', code);
    await expectError('center.url');
    await activateWith('https://localhost:9', code);
    await expectError('center.unreachable');
    await activateWith(foreign.url, code);
    await expectError('activation.foreignCenter');
    await activateWith(center.url, code.slice(0, 20));
    await expectError('activation.length');
    const mistyped = (code.startsWith('2') ? '3' : '2') + code.slice(1);
    await activateWith(center.url, mistyped);
    await expectError('activation.mistyped');
    expect(await station.page.evaluate(() => window.rekam.station.setLanguage('en'))).toMatchObject({
      ok: true,
    });
    await station.page.reload();
    await station.page.getByRole('textbox', { name: 'Activation code' }).fill(mistyped);
    await station.page.getByRole('button', { name: 'Activate' }).click();
    await expectError('activation.mistyped', 'en');
    expect(await station.page.evaluate(() => window.rekam.station.setLanguage('id'))).toMatchObject({
      ok: true,
    });
    await station.page.reload();
  });

  it('refuses a code that another station has used', async () => {
    const used = await center.activationCode();
    const other = await stationHome(center.url).launch();
    await other.activate(used);
    await other.close();
    await activateWith(center.url, used);
    await expectError('activation.used');
  });

  it('pins the center and loads its register', async () => {
    await station.page.getByRole('textbox', { name: 'Alamat pusat' }).fill(center.url);
    await station.activate(await center.activationCode());
    const status = await station.until((now) => now.reference.residents === 200);
    expect(status.link.state).toBe('online');
  });
});

describe('login', () => {
  it('says that the password is wrong, and nothing about which part', async () => {
    const { page } = station;
    await page.getByRole('textbox', { name: 'Nama pengguna' }).fill('operator');
    await page.getByRole('textbox', { name: 'Kata sandi' }).fill('salah');
    await page.getByRole('button', { name: 'Masuk', exact: true }).click();
    await expectError('login.wrong');
  });

  it('lets the operator in', async () => {
    const { username, password } = demoAccount('operator');
    await station.login(username, password);
    expect(await station.page.getByRole('banner').innerText()).toContain('Operator');
  });
});

describe('desk', () => {
  it('refuses a NIK of 15 digits and one with an impossible date', async () => {
    await type('320903140283000');
    expect(await alert('NIK')).toBe(words.biodataError['nik.length']);
    await type('3209033102830007');
    expect(await alert('Tanggal')).toBe(words.biodataError['nik.date']);
  });

  it('says so when nobody here has that NIK', async () => {
    await type('9999990101800001');
    await expectError('resident.unknown');
  });

  it('stops a resident who is recorded at the center before any capture', async () => {
    const [recorded] = await center.residents({ recorded: true });
    await type(recorded?.nik ?? '');
    await expectError('resident.recordedElsewhere');
  });

  it('finds residents by the beginning of a name', async () => {
    const [someone] = await center.residents({ recorded: false });
    const beginning = someone?.nama.slice(0, 5) ?? '';
    await findResidents(station.page, beginning);
    const first = await station.page.getByRole('option').first().innerText();
    expect(first.toUpperCase()).toContain(beginning);
  });

  it('refuses 31 February as a corrected birth date', async () => {
    const { page } = station;
    await openResident(page, residents[0] ?? '');
    await page.getByRole('button', { name: 'Perbaiki Tanggal lahir' }).click();
    await page.getByRole('textbox', { name: words.biodata.newValue }).fill('31-02-1983');
    await page.getByRole('textbox', { name: words.biodata.document }).fill('Akta kelahiran');
    await page.getByRole('button', { name: words.biodata.apply }).click();
    expect(await alert('Tanggal lahir')).toBe(words.biodataError.tanggalLahir);
    expect(await page.getByRole('textbox', { name: words.biodata.newValue }).inputValue()).toBe('31-02-1983');
    await page.getByRole('button', { name: 'Batal', exact: true }).click();
  });

  it('records a resident, and the center answers with its receipt', async () => {
    const { page } = station;
    const stored = await workToTheEnd(page);
    expect(stored.sequence).toBe(1);
    const status = await station.until((now) => now.outbox.received === 1);
    expect(status.outbox.waiting).toBe(0);
    expect(await center.packetCount()).toBe(1);
    await page.keyboard.press('F3');
    await page.getByText(words.packetState.received).first().waitFor();
    await page.keyboard.press('F2');
  });

  it('knows the resident as recorded from then on', async () => {
    await type(residents[0] ?? '');
    await expectError('resident.recordedHere');
  });
});

describe('the border', () => {
  it('refuses an operator the supervisor’s channel, and any request that is not of its schema', async () => {
    const answers = await station.page.evaluate(async () => [
      await window.rekam.sync.now(),
      await window.rekam.desk.find({ query: 'a', limit: 5_000 }),
      await window.rekam.drafts.commit({ draft: null, captures: [] } as never),
    ]);
    expect(answers.map((answer) => (answer.ok ? 'ok' : answer.error.code))).toEqual([
      'role.forbidden',
      'request.invalid',
      'request.invalid',
    ]);
  });

  it('hides the supervisor’s screen from an operator', async () => {
    expect(await station.page.getByRole('button', { name: /Penyelia/ }).count()).toBe(0);
  });
});

describe('a desk without camera or scanner', () => {
  it('says what is missing, keeps the draft, and goes on when it is back', async () => {
    await station.close();
    station = await home.launch({ camera: false, scanner: false });
    const { username, password } = demoAccount('operator');
    await station.login(username, password);
    const { page } = station;
    await openResident(page, residents[1] ?? '');
    await workUntil(page, 'photo');
    await expectError('camera.missing');
    await page.keyboard.press('F8');
    await page.getByRole('button', { name: words.scan.take, exact: true }).click();
    await expectError('device.missing');
    await station.close();

    station = await home.launch();
    await station.login(username, password);
    await openResident(station.page, residents[1] ?? '');
    expect(await currentStep(station.page)).toBe('right4');
    await station.page.keyboard.press('F6');
    expect((await workToTheEnd(station.page)).sequence).toBe(2);
  });
});

describe('the supervisor', () => {
  it('starts a sync by hand and reads its summary', async () => {
    const { page } = station;
    await center.stop();
    await openResident(page, residents[2] ?? '');
    await workToTheEnd(page);
    await station.until((now) => now.link.state === 'offline');
    await station.logout();
    const { username, password } = demoAccount('supervisor');
    await station.login(username, password);
    await page.keyboard.press('F4');
    await page
      .getByText(words.supervisor.offline.split('{{')[0] ?? '')
      .first()
      .waitFor();
    await center.start();
    await page.getByRole('button', { name: words.supervisor.sync }).click();
    await page.getByText(words.supervisor.ended_done).first().waitFor();
    const status = await station.status();
    expect(status.outbox).toMatchObject({ waiting: 0, received: 3 });
  });
});
