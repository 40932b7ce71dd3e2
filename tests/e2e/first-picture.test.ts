import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { databaseFile } from '../../main/intake/start-worker.ts';
import { FIRST_PICTURE_FILE } from '../../main/first-picture.ts';
import { loadKeys } from '../../main/security/keys.ts';
import { openDatabase } from '../../main/store/database.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { LONE_SUPERVISOR, makeLoneStation, NOBODY } from '../helpers/lone-station.ts';
import { stationHome, type StationHome } from '../helpers/station-home.ts';

/** The login stands while the database still opens, and nothing but its look is taken from the file that lets it. */
let home: StationHome;
const SHOTS = path.join(root, 'out', 'shots');

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  home = stationHome(NOBODY);
  await makeLoneStation(home);
  const station = await home.launch({ scanner: false });
  await atLogin(station);
  await station.close();
});

const file = () => path.join(home.dataDir, FIRST_PICTURE_FILE);
const atLogin = (station: StationWindow) =>
  station.page.getByRole('textbox', { name: words.login.username }).waitFor();
const place = (station: StationWindow) => station.page.getByRole('banner').getByText('Losari');
const scheme = (station: StationWindow) =>
  station.page.evaluate(() => document.documentElement.dataset['mantineColorScheme']);

/** Somebody else writes in the database and does not end. */
function hold(): { letGo(): void } {
  const { database: key } = loadKeys({ keyDir: home.keyDir, keystore: null, mayMake: false });
  const db = openDatabase({ file: databaseFile(home.dataDir), key, nativeBinding: null });
  db.exec('BEGIN IMMEDIATE');
  return {
    letGo: () => {
      db.exec('ROLLBACK');
      db.close();
    },
  };
}

it('takes a name and a password before the database is open, and lets the person in once it is', async () => {
  const held = hold();
  const station = await home.launch({ scanner: false });
  const { page } = station;
  await atLogin(station);
  const isSeen = () =>
    station.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
  await expect.poll(isSeen).toBe(true);
  await page.getByRole('textbox', { name: words.login.username }).fill(LONE_SUPERVISOR.username);
  await page.getByRole('textbox', { name: words.login.password }).fill(LONE_SUPERVISOR.password);
  await page.keyboard.press('Enter');
  await page.getByLabel(words.login.busy).waitFor();
  expect(await place(station).count()).toBe(0);
  await station.shot(path.join(SHOTS, 'first-picture.png'));
  held.letGo();
  await page.getByRole('combobox', { name: words.desk.find }).waitFor();
  expect(await place(station).count()).toBe(1);
  await station.close();
});

it('looks as the settings say, whatever the file says', async () => {
  expect(readFileSync(file(), 'ascii')).toBe('id auto');
  writeFileSync(file(), 'id dark');
  const station = await home.launch({ scanner: false });
  await place(station).waitFor();
  await expect.poll(() => scheme(station)).toBe('light');
  await station.page.evaluate(() => window.rekam.station.setTheme('dark'));
  await station.close();
  expect(readFileSync(file(), 'ascii')).toBe('id dark');

  const dark = await home.launch({ scanner: false });
  await atLogin(dark);
  expect(await scheme(dark)).toBe('dark');
  await dark.close();
});

it('takes nothing but a look from the file', async () => {
  writeFileSync(file(), 'id auto" /><script>document.title = "x"</script><meta content="');
  const station = await home.launch({ scanner: false });
  await place(station).waitFor();
  await atLogin(station);
  expect(await station.page.title()).toBe('Rekam');
  expect(await station.page.locator('meta[name="first-picture"]').getAttribute('content')).toBe('');
  await station.close();
  expect(readFileSync(file(), 'ascii')).toBe('id dark');
});
