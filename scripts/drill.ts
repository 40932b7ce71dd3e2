/**
 * npm run drill: Monday 14 November 2011 again, on the real window and the real center. The center stops at "12:00",
 * residents keep coming, the power fails three times, the center crashes in the middle of an upload, then it returns.
 * At the end what the desk confirmed is held against what the center has: packet by packet, hash by hash.
 *
 * --residents N (120) · --database URL (a server where the drill makes a database of its own) · --keep (the folders)
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildApp } from './build.ts';
import { ensureDisplay } from './display.ts';
import { auditDrill } from './drill-audit.ts';
import { DrillDay } from './drill-day.ts';
import { freshDatabase } from './fresh-database.ts';
import { electronRuntime, root } from './runtime.mjs';

const { values } = parseArgs({
  options: {
    residents: { type: 'string', default: '120' },
    database: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const residents = Number(values.residents);
if (!Number.isInteger(residents) || residents < 12)
  throw new Error('--residents takes a whole number from 12');

async function main(): Promise<void> {
  const began = Date.now();
  await buildApp();
  const display = await ensureDisplay();
  const home = mkdtempSync(path.join(tmpdir(), 'rekam-drill-'));
  const database = values.database === undefined ? null : await freshDatabase(values.database);
  const runtime = electronRuntime();
  console.log(
    `Drill: ${residents} residents, Electron ${runtime.version}, ${database === null ? 'embedded PostgreSQL' : 'given PostgreSQL'}`,
  );
  let finished = false;
  try {
    const day = new DrillDay({ home, database: database?.url ?? null, residents });
    const told = await day.run();
    console.log('Comparing packet by packet …');
    const audit = await auditDrill({ confirmed: told.confirmed, station: day.station, center: day.center });
    report({
      confirmed: told.confirmed.length,
      atCenter: audit.atCenter,
      lost: audit.lost.length,
      duplicated: audit.duplicated.length,
      turnedAway: told.turnedAway,
      draftsResumed: told.draftsResumed,
      kills: told.kills,
      centerCrashes: told.centerCrashes,
      wallSeconds: Math.round((Date.now() - began) / 1000),
    });
    for (const line of audit.disagreements) console.log(`  does not agree: ${line}`);
    if (audit.disagreements.length > 0) process.exitCode = 1;
    // What went wrong is kept for whoever looks into it.
    finished = !values.keep && process.exitCode !== 1;
  } finally {
    display.stop();
    await database?.drop();
    if (finished) rmSync(home, { recursive: true, force: true });
    else console.log(`Kept: ${home}`);
  }
}

interface DrillResult {
  readonly confirmed: number;
  readonly atCenter: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly turnedAway: number;
  readonly draftsResumed: number;
  readonly kills: number;
  readonly centerCrashes: number;
  readonly wallSeconds: number;
}

function report(result: DrillResult): void {
  mkdirSync(path.join(root, 'out'), { recursive: true });
  writeFileSync(path.join(root, 'out', 'drill.json'), `${JSON.stringify(result, null, 2)}\n`);
  console.log(`
The desk confirmed ${result.confirmed} residents; the center holds ${result.atCenter} packets.
  ${result.lost} lost · ${result.duplicated} duplicated · ${result.turnedAway} turned away
  ${result.kills} kills of the station, ${result.draftsResumed} drafts resumed, ${result.centerCrashes} crash of the center in mid-upload
  ${result.wallSeconds} seconds. Written to out/drill.json.`);
  const whole = result.lost === 0 && result.duplicated === 0 && result.turnedAway === 0;
  if (!whole || result.confirmed !== result.atCenter) process.exitCode = 1;
}

await main();
