import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openResident, workToTheEnd } from '../../scripts/desk-work.ts';
import { RELEASE_FUSES, readFuses } from '../../scripts/fuses.ts';
import { electronRuntime, launchEnv, root } from '../../scripts/runtime.mjs';
import { startTestCenter } from '../helpers/center.ts';
import { demoAccount, stationHome } from '../helpers/station-home.ts';

/** The app as `npm run package` makes it, started by itself: nothing of the checkout but its folder. */
const run = promisify(execFile);
const script = path.join(root, 'scripts', 'package.ts');
const executable = path.join(
  root,
  'release',
  process.platform === 'win32' ? 'win-unpacked' : 'linux-unpacked',
  process.platform === 'win32' ? 'Rekam.exe' : 'rekam',
);

it('says which runtime went in, and that it is no release', async () => {
  const { stdout } = await run(process.execPath, [script], { cwd: root });
  expect(stdout).toContain(`Electron ${electronRuntime().version}`);
  expect(stdout).toContain('not a release');
  expect(existsSync(executable)).toBe(true);
});

it('Electron 19: has the release’s fuses, but for the one that lets a test attach, and they hold', async () => {
  const { enableNodeCliInspectArguments, ...fuses } = await readFuses(executable);
  const {
    enableNodeCliInspectArguments: inspect,
    grantFileProtocolExtraPrivileges,
    ...release
  } = RELEASE_FUSES;
  expect(fuses).toMatchObject(release);
  // An older runtime has no such fuse.
  expect([false, undefined]).toContain(fuses.grantFileProtocolExtraPrivileges);
  expect(grantFileProtocolExtraPrivileges).toBe(false);
  expect([inspect, enableNodeCliInspectArguments]).toEqual([false, true]);
  // As a plain Node it would read any file that its user may: it starts the app instead, which wants its folders apart.
  const asNode = run(executable, ['-e', 'console.log("node runs")'], {
    env: { ...launchEnv(), ELECTRON_RUN_AS_NODE: '1', REKAM_DATA_DIR: '/nowhere', REKAM_KEY_DIR: '/nowhere' },
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  const said = await asNode.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
  expect(said).not.toContain('node runs');
});

describe('Electron 16: the release', () => {
  it('carries the one Electron that package.json names, which main takes for its own', () => {
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      devDependencies: { electron: string };
    };
    const { electron } = manifest.devDependencies;
    expect(electron).toMatch(/^\d+\.\d+\.\d+$/);
    const main = readFileSync(path.join(root, 'main', 'index.ts'), 'utf8');
    expect(/RELEASE_ELECTRON_MAJOR = (\d+)/.exec(main)?.[1]).toBe(electron.split('.')[0]);
  });
});

it('activates, records a resident, and knows it after a restart', async () => {
  const center = await startTestCenter();
  const home = stationHome(center.url);
  const { username, password } = demoAccount('operator');
  // Without the handle that the development runtime gets: the package brings what it needs.
  const options = { executable, env: { REKAM_NATIVE_BINDING: '' } };
  let station = await home.launch(options);
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
  await station.login(username, password);
  expect(await station.app.evaluate(({ app }) => app.isPackaged)).toBe(true);

  const resident = (await center.residents({ recorded: false })).find((one) => one.tanggalLahir < '2000');
  await openResident(station.page, resident?.nik ?? '');
  const stored = await workToTheEnd(station.page);
  await station.close();

  station = await home.launch(options);
  await station.login(username, password);
  expect(await station.outbox()).toMatchObject([{ sequence: stored.sequence, nik: resident?.nik }]);
  await station.until((status) => status.outbox.received === 1);
  expect(await center.packetCount()).toBe(1);
  await station.close();
  await center.close();
});

describe.runIf(electronRuntime().kind === 'fallback')('Electron 16: with the development runtime', () => {
  it('refuses to call a build a release', async () => {
    await expect(run(process.execPath, [script, '--release'], { cwd: root })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('This is not a release') as string,
    });
  });
});
