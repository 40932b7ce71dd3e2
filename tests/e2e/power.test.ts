import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { loadKeys } from '../../main/security/keys.ts';
import { openDatabase, type Database } from '../../main/store/database.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { openResident, workToTheEnd } from '../../scripts/desk-work.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { violations } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** The power fails, comes back, or the PC goes to sleep under the station. */
let center: TestCenter;
let home: StationHome;
let station: StationWindow;
const people: Biodata[] = [];
/** The status comes once a second. */
const SOON = { timeout: 20_000 };

beforeAll(async () => {
  center = await startTestCenter();
  home = stationHome(center.url);
  people.push(...(await center.residents({ recorded: false })).filter((one) => one.tanggalLahir < '2000'));
  station = await home.launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
  await login();
});

afterAll(async () => {
  await station.close();
  await center.close();
});

async function login(): Promise<void> {
  const { username, password } = demoAccount('operator');
  await station.login(username, password);
}

const atLogin = () => station.page.getByRole('textbox', { name: words.login.username }).waitFor();
const bar = () => station.page.getByRole('contentinfo');
const queue = () => station.page.getByRole('region', { name: words.desk.queue });
const dialog = () => station.page.getByRole('dialog');
/** How many numbers of the queue stand so. */
const standing = async (state: string) =>
  (await queue().getByRole('listitem').allInnerTexts()).filter((text) => text.includes(state)).length;

/** The PC's own events, as Electron passes them on. */
const emit = (event: string) =>
  station.app.evaluate(
    ({ powerMonitor }, name) => void powerMonitor.emit(name, { preventDefault: () => undefined }),
    event,
  );

const logged = () => readFileSync(path.join(home.dataDir, 'logs', 'rekam.log'), 'utf8');

/** The station's own database, beside it or after it. */
function inDatabase<T>(act: (db: Database) => T): T {
  const { database: key } = loadKeys({ keyDir: home.keyDir, keystore: null, mayMake: false });
  const db = openDatabase({ file: path.join(home.dataDir, 'rekam.db'), key, nativeBinding: null });
  try {
    return act(db);
  } finally {
    db.close();
  }
}

const audited = () =>
  inDatabase((db) => db.all<{ what: string }>('SELECT what FROM audit ORDER BY sequence')).map(
    ({ what }) => what,
  );

async function shot(name: string): Promise<void> {
  const folder = path.join(root, 'out', 'shots');
  mkdirSync(folder, { recursive: true });
  await station.shot(path.join(folder, `power-${name}.png`));
}

describe('on battery', () => {
  it('the bar says for how many residents it may last', async () => {
    await expect.poll(() => bar().innerText(), SOON).toContain(words.status.mains);
    await station.app.evaluate(({ powerMonitor }) => {
      powerMonitor.isOnBatteryPower = () => true;
    });
    const report = (secondsLeft: number | null) =>
      station.page.evaluate(
        async (left) => window.rekam.station.battery({ level: 0.5, charging: false, secondsLeft: left }),
        secondsLeft,
      );
    // 65 minutes less what is kept back, at the planned four each.
    expect(await report(65 * 60)).toMatchObject({ ok: true });
    await expect.poll(() => bar().innerText(), SOON).toContain('Baterai: ± 14 warga');
    await report(null);
    await expect.poll(() => bar().innerText(), SOON).toContain('Baterai: ± 6 warga');
    expect(await violations(station.page)).toEqual([]);
  });

  it('all who wait get another day in one act, which can be taken back', async () => {
    for (const [index, { nik, nama }] of people.slice(0, 3).entries()) {
      const find = station.page.getByRole('combobox', { name: words.desk.find });
      await find.fill(nik);
      await station.page.getByRole('option').first().waitFor();
      await find.press('Shift+Enter');
      await queue()
        .getByText(`Nomor ${index + 1}: ${nama}`)
        .waitFor();
    }
    const open = queue().getByRole('button', { name: words.carry.open });
    await open.focus();
    await station.page.keyboard.press('Enter');
    await dialog().getByText('3 warga bernomor antrean').waitFor();
    const room = dialog().getByText(
      /^Sesi itu sudah terisi \d+ dari 100 warga; bersama mereka menjadi \d+\.$/,
    );
    expect(await room.innerText()).toContain(`terisi 0 dari 100 warga; bersama mereka menjadi 3.`);
    expect(await violations(station.page)).toEqual([]);
    await shot('carry');
    // One next thing, on Enter.
    await station.page.keyboard.press('Enter');
    await dialog().getByText('3 warga dijadwalkan ulang ke').waitFor();
    await shot('carried');
    await expect.poll(() => standing(words.ticketState.carried), SOON).toBe(3);

    await dialog().getByRole('button', { name: 'Batalkan: 3 antre lagi' }).click();
    await dialog().getByText('3 warga antre lagi hari ini').waitFor();
    await expect.poll(() => standing(words.ticketState.waiting), SOON).toBe(3);
    await dialog().getByRole('button', { name: 'Jadwalkan ulang 3 warga' }).click();
    await dialog().getByText('3 warga dijadwalkan ulang ke').waitFor();
    await station.page.keyboard.press('Escape');
    await expect.poll(() => dialog().count(), SOON).toBe(0);
  });

  it('says when the session they would come to is full', async () => {
    const { page } = station;
    await station.logout();
    const { username, password } = demoAccount('supervisor');
    await station.login(username, password);
    await page.evaluate(() => window.rekam.schedule.capacity({ pagi: 2, siang: 2 }));
    await queue().getByRole('button', { name: words.carry.open }).press('Enter');
    await dialog().getByRole('button', { name: 'Batalkan: 3 antre lagi' }).click();
    await dialog()
      .getByText('terisi 0 dari 2 warga; bersama mereka menjadi 3, 1 lebih dari kapasitasnya')
      .waitFor();
    expect(await violations(page)).toEqual([]);
    await shot('full');
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog().count(), SOON).toBe(0);
  });
});

describe('the system', () => {
  it('going to sleep locks the desk and leaves nothing in the log of the database', async () => {
    await emit('suspend');
    await atLogin();
    await expect.poll(logged, SOON).toContain('system.suspend');
    const log = path.join(home.dataDir, 'rekam.db-wal');
    await expect.poll(() => statSync(log).size, SOON).toBe(0);
    await emit('resume');
    await expect.poll(logged, SOON).toContain('system.resume');
    await station.until(({ link }) => link.state === 'online');
    await expect.poll(audited, SOON).toEqual(expect.arrayContaining(['system.suspend', 'system.resume']));
  });

  it('locking its screen locks the desk', async () => {
    await login();
    await emit('lock-screen');
    await atLogin();
    expect(await bar().innerText()).toContain('Baterai');
  });

  it('starting it sends what waits with nobody logged in', async () => {
    await login();
    await center.stop();
    await openResident(station.page, people[3]?.nik ?? '');
    await workToTheEnd(station.page);
    await station.kill();
    // As the system starts it after the power is back.
    station = await home.launch({ switches: ['--at-login'] });
    await atLogin();
    await center.start();
    await station.until((status) => status.outbox.received === 1);
    expect(await center.packetCount()).toBe(1);
    const session = await station.page.evaluate(async () => window.rekam.session.current(undefined));
    expect(session).toEqual({ ok: true, value: null });
    await station.page.getByText(/berhenti mendadak/).waitFor();
  });

  it('shutting down ends the station by itself, and the next start says nothing of a sudden stop', async () => {
    const gone = station.app.waitForEvent('close');
    await emit('shutdown').catch(() => undefined);
    await gone;
    expect(logged()).toContain('system.shutdown');
    station = await home.launch();
    await atLogin();
    await expect.poll(() => station.page.getByText(/siap di stasiun ini/).count(), SOON).toBe(1);
    expect(await station.page.getByText(/berhenti mendadak/).count()).toBe(0);
  });
});

it('an audit log that was changed from outside is told at the login', async () => {
  expect(await station.page.getByText(words.login.auditTitle).count()).toBe(0);
  await station.close();
  inDatabase((db) =>
    db.write((tx) =>
      tx.run("UPDATE audit SET detail = 'x' WHERE sequence = (SELECT max(sequence) - 2 FROM audit)"),
    ),
  );
  station = await home.launch();
  await station.page.getByText(words.login.auditTitle).waitFor();
  await station.page.getByText(/Mulai nomor \d+ catatan audit/).waitFor();
  expect(await violations(station.page)).toEqual([]);
  await shot('audit');
  // Nobody is kept from work by it.
  await login();
});
