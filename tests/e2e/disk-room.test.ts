import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/runtime.mjs';
import { openResident } from '../../scripts/desk-work.ts';
import type { StationWindow } from '../../scripts/station-window.ts';
import { violations } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** A real disk that grows small: a tmpfs under the station's data folder. Only root may mount one. */
const mayMount = process.platform === 'linux' && process.getuid?.() === 0;
const SHOTS = path.join(root, 'out', 'shots', 'disk');

describe.runIf(mayMount)('a small disk', () => {
  let center: TestCenter;
  let home: StationHome;
  let station: StationWindow;
  let residents: string[];

  const size = (mib: number, how: string) =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', `${how}size=${mib}m`, 'tmpfs', home.dataDir]);

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    center = await startTestCenter();
    home = stationHome(center.url);
    mkdirSync(home.dataDir, { mode: 0o700 });
    size(1_200, '');
    station = await home.launch();
    await station.activate(await center.activationCode());
    await station.untilResidents(200);
    residents = (await center.residents({ recorded: false }))
      .filter(({ tanggalLahir }) => tanggalLahir < '2000')
      .map(({ nik }) => nik);
    const { username, password } = demoAccount('operator');
    await station.login(username, password);
  });

  afterAll(async () => {
    await station.close();
    execFileSync('umount', [home.dataDir]);
    await center.close();
  });

  const bar = () => station.page.getByRole('contentinfo').innerText();

  it('is told in residents below 500, and the desk goes on', async () => {
    const { disk } = await station.status();
    expect(disk.residentsLeft).toBeGreaterThan(100);
    expect(disk.residentsLeft).toBeLessThan(500);
    expect(await bar()).toContain(`Tinggal cukup untuk ${disk.residentsLeft} warga`);
    await station.page.getByText('Beri tahu penyelia supaya disk dikosongkan').waitFor();
    expect(await violations(station.page)).toEqual([]);
    await station.shot(path.join(SHOTS, 'low.png'));
    await openResident(station.page, residents[0] ?? '');
    await station.page.keyboard.press('Escape');
  });

  it('begins no capture below 20, says why, and opens what is begun', async () => {
    size(550, 'remount,');
    const { page } = station;
    await station.until(({ disk }) => disk.residentsLeft < 20);
    const find = page.getByRole('combobox', { name: 'NIK atau nama' });
    await find.fill(residents[1] ?? '');
    await find.press('Enter');
    const said = page.getByRole('alert').filter({ hasText: 'perekaman baru belum dapat dimulai' });
    await said.first().waitFor();
    await station.shot(path.join(SHOTS, 'refused.png'));
    expect(
      await station.page.evaluate((nik) => window.rekam.drafts.begin({ nik }), residents[1] ?? ''),
    ).toMatchObject({ ok: false, error: { code: 'disk.low' } });
    await openResident(page, residents[0] ?? '');
    await page.keyboard.press('Escape');
  });

  it('begins again as soon as there is room', async () => {
    size(1_200, 'remount,');
    await station.until(({ disk }) => disk.residentsLeft > 100);
    await openResident(station.page, residents[1] ?? '');
    const drafts = await station.page.evaluate(() => window.rekam.drafts.list());
    expect(drafts).toMatchObject({ ok: true, value: { length: 2 } });
  });
});
