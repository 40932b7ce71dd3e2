/**
 * npm start: the demo. An embedded center with kecamatan Losari, and the station's window beside it. All state lies in
 * .cache/demo; `npm start -- --fresh` begins anew. Without a display a virtual one shows the window for two pictures.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { DEMO_ACCOUNTS } from '../center/demo/losari.ts';
import { buildApp } from './build.ts';
import { startCenterProcess, type CenterProcess } from './center-process.ts';
import { findResidents } from './desk-work.ts';
import { ensureDisplay } from './display.ts';
import { electronRuntime, launchArgs, launchEnv, root } from './runtime.mjs';
import { startSbiSimulator, type SbiSimulator } from './sbi/simulator.ts';
import { StationWindow } from './station-window.ts';

const home = path.join(root, '.cache', 'demo');
const pictures = path.join(root, 'out');
const station = { dataDir: path.join(home, 'station'), keyDir: path.join(home, 'station-keys') };

async function main(): Promise<void> {
  if (process.argv.includes('--fresh')) rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  await buildApp();
  const runtime = electronRuntime();
  console.log(
    `Electron ${runtime.version}${runtime.kind === 'fallback' ? ' (for development and tests only)' : ''}`,
  );
  const scanner = await startSbiSimulator({ ca: path.join(home, 'scanner') });
  console.log(`Scanners: drawn fingers and irises over SBI on 127.0.0.1:${scanner.port}`);
  console.log('Starting the center with kecamatan Losari …');
  const center = await startCenterProcess({
    dataDir: path.join(home, 'center'),
    port: await demoPort(),
    database: null,
    deviceAnchors: [scanner.anchor],
    onLine: (line) => console.log(`  center: ${line}`),
  });
  try {
    const display = await ensureDisplay();
    if (display.virtual) await showOnVirtualDisplay(center, scanner);
    else await showWindow(center, scanner);
    display.stop();
  } finally {
    await center.stop();
    await scanner.close();
  }
}

function demoEnv(center: CenterProcess, scanner: SbiSimulator): Record<string, string> {
  return {
    REKAM_DEMO: JSON.stringify({ activationCode: center.activationCode, accounts: DEMO_ACCOUNTS }),
    REKAM_DEVICE_PORTS: String(scanner.port),
  };
}

async function showWindow(center: CenterProcess, scanner: SbiSimulator): Promise<void> {
  const child = spawn(electronRuntime().executable, launchArgs(), {
    stdio: 'inherit',
    env: launchEnv({
      ...process.env,
      REKAM_DATA_DIR: station.dataDir,
      REKAM_KEY_DIR: station.keyDir,
      REKAM_CENTER_URL: center.url,
      ...demoEnv(center, scanner),
    }),
  });
  console.log('The window is open. Closing it, or Ctrl+C here, stops the center too.');
  await once(child, 'exit');
}

/** Activates, logs in, finds residents by name and takes the pictures. */
async function showOnVirtualDisplay(center: CenterProcess, scanner: SbiSimulator): Promise<void> {
  console.log('No display here: the window opens on a virtual one.');
  mkdirSync(pictures, { recursive: true });
  const desk = await StationWindow.launch({
    ...station,
    centerUrl: center.url,
    env: demoEnv(center, scanner),
  });
  try {
    if (center.activationCode !== null && (await needsActivation(desk)))
      await desk.activate(center.activationCode);
    const operator = DEMO_ACCOUNTS.find((account) => account.role === 'operator');
    if (operator === undefined) throw new Error('the demo has no operator');
    await desk.untilResidents(1);
    await desk.shot(path.join(pictures, 'login.png'));
    await desk.login(operator.username, operator.password);
    await desk.untilResidents(48_000);
    await findResidents(desk.page, 'RUMINAH');
    await desk.shot(path.join(pictures, 'desk.png'));
  } finally {
    await desk.close();
  }
  console.log(
    `Pictures: ${path.relative(root, pictures)}/login.png and desk.png (residents of Losari found by name).`,
  );
  console.log('To work in the window: run npm start on a desktop, or with DISPLAY set (ssh -X, VNC).');
  console.log('To see it do a whole day by itself: npm run drill.');
}

async function needsActivation(desk: StationWindow): Promise<boolean> {
  return desk.page.evaluate(async () => {
    const info = await window.rekam.station.info();
    return info.ok && !info.value.activated;
  });
}

/** The station keeps the center's address from its activation, so the demo keeps the port. */
async function demoPort(): Promise<number> {
  const file = path.join(home, 'port');
  if (existsSync(file)) return Number(readFileSync(file, 'utf8'));
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  writeFileSync(file, String(address.port));
  return address.port;
}

await main();
