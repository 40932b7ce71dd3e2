/**
 * npm run doctor: looks at a station's folders from outside, running or not, and changes nothing in them.
 *
 *   npm run doctor -- [--data DIR] [--keys DIR] [--lang id|en] [--json]
 *
 * Without folders: those of REKAM_DATA_DIR and REKAM_KEY_DIR, else where the app puts them. Ends with 1 where something
 * is broken.
 */
import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { verdictOf, worst, type CheckupFinding } from '../app/checkup/finding.ts';
import { judge, type Facts } from '../app/checkup/judge.ts';
import { CHECK_TITLES, findingWords, VERDICT_WORDS } from '../app/checkup/words.ts';
import { residentsLeft } from '../app/desk/room.ts';
import { policySchema } from '../app/sync/protocol.ts';
import { problemOf } from '../main/checkup/checkup.ts';
import { devicesOf, factsOfFolder } from '../main/checkup/facts.ts';
import { createSbiScanners } from '../main/devices/registry.ts';
import { SBI_PORTS } from '../main/devices/sbi-search.ts';
import { databaseFile } from '../main/intake/start-worker.ts';
import { howKept, keysExist, readKeys } from '../main/security/keys.ts';
import { openReader } from '../main/store/database.ts';
import { speaksOf } from '../main/checkup/receipt-of.ts';
import { examine, type Examination } from '../main/store/examine.ts';
import { readSetting } from '../main/store/settings.ts';
import { root } from './runtime.mjs';

interface Folders {
  readonly dataDir: string;
  readonly keyDir: string;
}
/** Both included; for tests. */
interface Ports {
  readonly from: number;
  readonly to: number;
}

export async function examineFolders({ dataDir, keyDir }: Folders, ports: Ports): Promise<CheckupFinding[]> {
  const file = databaseFile(dataDir);
  const keys = keysOf(keyDir, existsSync(file));
  const { database, examination } = databaseOf(file, keys.key);
  const counts = examination?.station ?? null;
  const disk = await statfs(dataDir).then(
    ({ bavail, bsize }) => ({
      residentsLeft: residentsLeft(bavail * bsize, counts?.measured ?? { count: 0, averageBytes: 0 }),
    }),
    () => null,
  );
  const anchors = examination?.station == null || keys.key === null ? [] : anchorsOf(file, keys.key);
  const quiet = () => undefined;
  const scanners = createSbiScanners({
    ports,
    anchors: () => Promise.resolve(anchors),
    now: () => Date.now() + (counts?.clockOffsetMs ?? 0),
    log: { info: quiet, warn: quiet, error: quiet },
  });
  const others = factsOfFolder(counts, {
    keys: keys.facts,
    disk,
    devices: devicesOf(await scanners.list(true)),
    versions: { rekam: version(), runtime: `Node ${process.versions.node}`, isRelease: true },
  });
  return judge({ ...others, database, audit: examination?.audit ?? null });
}

function keysOf(keyDir: string, needed: boolean): { facts: Facts['keys']; key: Buffer | null } {
  if (!keysExist(keyDir)) return { facts: needed ? { problem: 'missing' } : { kept: 'file' }, key: null };
  try {
    // The system's keystore answers the app alone.
    if (howKept(keyDir) === 'keystore') return { facts: { problem: 'wrapped' }, key: null };
    return { facts: { kept: 'file' }, key: readKeys(keyDir, null).database };
  } catch {
    return { facts: { problem: 'unreadable' }, key: null };
  }
}

function databaseOf(
  file: string,
  key: Buffer | null,
): { database: Facts['database']; examination: Examination | null } {
  if (!existsSync(file)) return { database: { problem: 'none' }, examination: null };
  if (key === null) return { database: { problem: 'unopened' }, examination: null };
  try {
    const examination = examine({ file, key, nativeBinding: null }, { auditOnly: false, speaksOf });
    return { database: { sound: examination.sound, seconds: examination.seconds }, examination };
  } catch (error) {
    return { database: { problem: problemOf(error) }, examination: null };
  }
}

/** Whose scanners the center believes: without them every scanner would look unregistered. */
function anchorsOf(file: string, key: Buffer): readonly string[] {
  const db = openReader({ file, key, nativeBinding: null });
  try {
    const policy = policySchema.safeParse(JSON.parse(readSetting(db, 'policy') ?? 'null'));
    return policy.success ? policy.data.deviceAnchors : [];
  } finally {
    db.close();
  }
}

function version(): string {
  return (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Where Electron keeps what an app owns, as main/environment.ts asks for it. */
function appData(): string {
  if (process.platform === 'win32')
    return process.env['APPDATA'] ?? path.join(homedir(), 'AppData', 'Roaming');
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Application Support');
  return process.env['XDG_CONFIG_HOME'] || path.join(homedir(), '.config');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: process.env['REKAM_DATA_DIR'] || path.join(appData(), 'Rekam') },
      keys: { type: 'string', default: process.env['REKAM_KEY_DIR'] || path.join(appData(), 'Rekam-keys') },
      lang: { type: 'string', default: process.env['REKAM_LANG'] ?? 'id' },
      ports: { type: 'string', default: `${SBI_PORTS.from}-${SBI_PORTS.to}` },
      json: { type: 'boolean', default: false },
    },
  });
  const [from = 0, to = from] = values.ports.split('-').map(Number);
  const folders = { dataDir: path.resolve(values.data), keyDir: path.resolve(values.keys) };
  const findings = await examineFolders(folders, { from, to });
  if (worst(findings) === 'broken') process.exitCode = 1;
  if (values.json) {
    console.log(JSON.stringify(findings, null, 2));
    return;
  }
  const language = values.lang === 'en' ? 'en' : 'id';
  for (const finding of findings) {
    const { says, act } = findingWords(finding, language);
    const word = VERDICT_WORDS[verdictOf(finding)][language];
    console.log(`${word.padEnd(8)} ${CHECK_TITLES[finding.check][language]}: ${says}`);
    if (act !== null) console.log(`${' '.repeat(9)}${act}`);
  }
}

if (import.meta.main) await main();
