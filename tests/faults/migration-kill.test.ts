// G1: a kill while the schema changes leaves the schema before that step or the one after it, whole, with every row; the
// next start goes on from there.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../main/store/database.ts';
import { migrate, MIGRATIONS } from '../../main/store/migrate.ts';
import { createStore } from '../../main/store/store.ts';
import { createKiller, killsAt, Reopenings, type Aim, type Mode } from '../helpers/kill.ts';
import {
  answers,
  oldDatabase,
  rowFaults,
  schemaAt,
  schemaOf,
  stationAtWork,
} from '../helpers/old-database.ts';
import { generator } from '../helpers/random.ts';

const SEED = Number(process.env['REKAM_SEED'] ?? 20_111_114);
/** Kills after which a planted mistake must have shown. */
const PATIENCE = 60;

interface Migrating {
  readonly kills: number;
  readonly mode?: Mode;
  readonly aim: (random: () => number, from: number) => Aim;
  readonly untilFound?: boolean;
}

/** Each kill meets a database of another age, which the next start brings to the newest. */
async function killMigrations({ kills, mode, aim, untilFound = false }: Migrating) {
  const random = generator(SEED);
  const source = await stationAtWork();
  const dir = mkdtempSync(path.join(tmpdir(), 'rekam-migration-'));
  onTestFinished(() => {
    source.destroy();
    rmSync(dir, { recursive: true, force: true });
  });
  const file = path.join(dir, 'now', 'rekam.db');
  const { key } = source;
  const old = MIGRATIONS.slice(0, -1).map(({ version }) => {
    const made = path.join(dir, `${version}.db`);
    const { db, rows } = oldDatabase(source, version, made, key);
    db.checkpoint();
    db.close();
    return { version, made, rows };
  });
  const schemas = [0, ...MIGRATIONS.map(({ version }) => version)].map(schemaAt);
  const killer = await createKiller(
    dir,
    JSON.stringify({ file, key: key.toString('hex') }),
    'migration',
    mode,
  );
  const reopenings = new Reopenings();
  const bad: string[] = [];
  const cutAt = new Set<number>();
  try {
    for (let kill = 0; kill < kills && !(untilFound && bad.length > 0); kill += 1) {
      const { version, made, rows } = old[kill % old.length] as (typeof old)[number];
      rmSync(path.dirname(file), { recursive: true, force: true });
      mkdirSync(path.dirname(file));
      for (const end of ['', '.keycheck']) copyFileSync(`${made}${end}`, `${file}${end}`);
      let isTold = false;
      await killer.kill(aim(random, version), (what) => {
        if (what === 'migrated') isTold = true;
      });
      const found: string[] = [];
      const db = reopenings.measure(file, () => openDatabase({ file, key, nativeBinding: null }));
      const at = Number(db.pragma('user_version'));
      cutAt.add(at);
      if (at < version || (isTold && at !== MIGRATIONS.length)) found.push(`stands at schema ${at}`);
      if (JSON.stringify(schemaOf(db)) !== JSON.stringify(schemas[at]))
        found.push(`schema ${at} is half made`);
      found.push(...rowFaults(db, rows));
      try {
        migrate(db);
        const after = JSON.stringify(answers(createStore(db), version));
        if (after !== JSON.stringify(answers(source.api, version)))
          found.push('answers otherwise than before');
      } catch (error) {
        found.push(`does not go on: ${String(error)}`);
      }
      db.close();
      bad.push(...found.map((fault) => `kill ${kill}, from schema ${version}: ${fault}`));
    }
  } finally {
    killer.close();
  }
  return { bad, reopenings, cutAt };
}

const MIGRATION = killsAt('migration');
test(`${MIGRATION} kills in a migration: the schema before it or the one after it, whole`, async () => {
  const { bad, reopenings, cutAt } = await killMigrations({
    kills: MIGRATION,
    aim: (random, from) => ({
      after: 'commit',
      lines: 1 + Math.floor(random() * (MIGRATIONS.length - from)),
      ms: random() * 2.5,
    }),
  });
  reopenings.report('killed in a migration', bad.length, { 'schemas met': String(cutAt.size) });
  expect(bad.slice(0, 5)).toEqual([]);
  expect(cutAt.size).toBeGreaterThan(1);
});

test('control: a migration that is written down outside its transaction is caught', async () => {
  const aim = (): Aim => ({ after: 'torn', lines: 1, ms: 0 });
  const { bad } = await killMigrations({ kills: PATIENCE, mode: 'torn', aim, untilFound: true });
  expect(bad.join('\n')).toContain('half made');
});
