import { hash } from '@node-rs/argon2';
import { sql } from 'kysely';
import { ktpStanding, type Biodata } from '../../app/enrollment/biodata.ts';
import type { Policy } from '../../app/sync/protocol.ts';
import type { Db, Tx } from '../database.ts';
import { DEMO_ACCOUNTS, DEMO_KECAMATAN, DEMO_POLICY, KALIRAHAYU, LOSARI_LOR } from './losari.ts';
import { dateBefore, makeResidents, seededRandom } from './residents.ts';

export interface DemoOptions {
  readonly residents?: number;
  /** ISO date of the first day with summons; ages count from it. */
  readonly today?: string;
  readonly deadline?: string;
  readonly seed?: number;
  /** Certificates (DER, base64) under which scanners are believed; in an older demo too. */
  readonly deviceAnchors?: readonly string[];
  /** The public half of the kecamatan's recovery key; in an older demo too. */
  readonly recovery?: Policy['recovery'];
}

const RESIDENTS = 48_000;
const SEED = 20_111_114;
/** Of Losari Lor, at the beginning. */
const UNDER_WAY = 0.4;
/** Two sets, as the kabupaten's kecamatan do on average. */
const RECORDED_A_DAY = 200;
const DAYS_AT_WORK = 30;
const SUMMONED_DAYS = 6;
/** Residents called a day: more in the morning. */
const PER_SESSION = { pagi: 160, siang: 140 } as const;
const ROWS_A_STATEMENT = 4000;
/** Any constant that replicas share. */
const SEED_LOCK = 20_111_114;

/** Fills an empty database with kecamatan Losari; one that holds a kecamatan only learns anchors and recovery key. All or nothing. */
export async function seedDemo(db: Db, options: DemoOptions): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${SEED_LOCK})`.execute(tx);
    if ((await tx.selectFrom('kecamatan').select('kode').executeTakeFirst()) !== undefined) {
      if (options.deviceAnchors !== undefined) await learn(tx, 'deviceAnchors', options.deviceAnchors);
      if (options.recovery !== undefined) await learn(tx, 'recovery', options.recovery);
      return;
    }
    await seed(tx, options);
    // Without statistics the first reference deltas would scan whole tables for each page.
    await sql`analyze`.execute(tx);
  });
}

async function seed(tx: Tx, options: DemoOptions): Promise<void> {
  // By this PC's time zone: the demo's station runs on it too. Sweden writes dates as ISO 8601 does.
  const today = options.today ?? new Date().toLocaleDateString('sv-SE');
  const random = seededRandom((options.seed ?? SEED) + 1);
  const residents = makeResidents(options.residents ?? RESIDENTS, today, options.seed ?? SEED);
  const { kode } = DEMO_KECAMATAN;
  let change = 0;
  const next = () => (change += 1);

  await tx
    .insertInto('kecamatan')
    .values({
      kode,
      data: JSON.stringify(DEMO_KECAMATAN),
      policy: JSON.stringify({
        ...DEMO_POLICY,
        deviceAnchors: options.deviceAnchors ?? [],
        recovery: options.recovery ?? null,
      }),
      policy_change: next(),
      last_change: change,
    })
    .execute();
  // Accounts come first, so that somebody can log in while the rest of the register still loads.
  for (const { password, ...account } of DEMO_ACCOUNTS) {
    const values = {
      ...account,
      hash: await hashPassword(password),
      kecamatan: kode,
      change: next(),
      active: true,
    };
    await tx.insertInto('account').values(values).execute();
  }
  for (const desa of DEMO_KECAMATAN.desa) {
    const mustHave = residents.filter(
      (person) => person.desa === desa.kode && ktpStanding(person, today) === 'wajib',
    ).length;
    const deadline = options.deadline ?? `${today.slice(0, 4)}-12-31`;
    await tx
      .insertInto('target')
      .values({ desa: desa.kode, kecamatan: kode, change: next(), must_have: mustHave, deadline })
      .execute();
  }

  const recorded = new Set(
    residents.filter(({ desa }) => desa === KALIRAHAYU || (desa === LOSARI_LOR && random() < UNDER_WAY)),
  );
  // Those called today come before everybody else, for the same reason as the accounts.
  const called = new Set(residents.filter((person) => person.desa === LOSARI_LOR && !recorded.has(person)));
  const summons = makeSummons([...called], today);
  const dates = recordedOn(recorded.size, today, random);
  const ordered = [...called, ...residents.filter((person) => !called.has(person))];
  await insertSummons(
    tx,
    kode,
    summons.map((row) => ({ ...row, change: next() })),
  );
  await insertResidents(
    tx,
    kode,
    ordered.map((biodata) => ({
      nik: biodata.nik,
      biodata,
      change: next(),
      recorded_at: recorded.has(biodata) ? `${dates.pop() ?? today}T03:00:00.000Z` : null,
    })),
  );
  await tx.updateTable('kecamatan').set({ last_change: change }).where('kode', '=', kode).execute();
}

/** Dates of so many recordings: the last working days before today, some 200 on each, fewer where there are few. */
function recordedOn(count: number, today: string, random: () => number): string[] {
  const usual = Math.min(RECORDED_A_DAY, Math.max(1, count / DAYS_AT_WORK));
  const dates: string[] = [];
  for (let back = 1; dates.length < count; back += 1) {
    const date = dateBefore(today, back);
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    const many = Math.max(1, Math.round(usual * (0.75 + random() / 2)));
    for (let n = 0; n < many && dates.length < count; n += 1) dates.push(date);
  }
  return dates;
}

/** A change of policy like any other: stations get it with their next reference delta. */
async function learn(tx: Tx, name: keyof Policy, value: unknown): Promise<void> {
  const wanted = JSON.stringify(value);
  await sql`
    update kecamatan set policy = policy || jsonb_build_object(${name}::text, ${wanted}::jsonb),
      policy_change = last_change + 1, last_change = last_change + 1
    where kode = ${DEMO_KECAMATAN.kode} and policy -> ${name}::text is distinct from ${wanted}::jsonb`.execute(
    tx,
  );
}

interface SummonsRow {
  readonly nik: string;
  readonly date: string;
  readonly desa: string;
  readonly session: 'pagi' | 'siang';
}

/** Today, whatever day it is, and the workdays after it, as far as there are people to call. */
function makeSummons(people: readonly Biodata[], today: string): SummonsRow[] {
  const rows: SummonsRow[] = [];
  for (let days = 0, made = 0; made < SUMMONED_DAYS; days += 1) {
    const date = dateBefore(today, -days);
    const weekday = new Date(date).getUTCDay();
    if (days > 0 && (weekday === 0 || weekday === 6)) continue;
    made += 1;
    for (const session of ['pagi', 'siang'] as const) {
      for (const person of people.slice(rows.length, rows.length + PER_SESSION[session])) {
        rows.push({ nik: person.nik, date, desa: person.desa, session });
      }
    }
  }
  return rows;
}

async function insertSummons(
  tx: Tx,
  kode: string,
  rows: readonly (SummonsRow & { change: number })[],
): Promise<void> {
  await sql`
    insert into summons (nik, date, kecamatan, change, desa, session, removed)
    select nik, date, ${kode}, change, desa, session, false
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as row (nik text, date date, change int8, desa text, session text)`.execute(tx);
}

async function insertResidents(
  tx: Tx,
  kode: string,
  rows: readonly { nik: string; biodata: Biodata; change: number; recorded_at: string | null }[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const part = JSON.stringify(rows.slice(from, from + ROWS_A_STATEMENT));
    await sql`
      insert into resident (nik, kecamatan, change, biodata, recorded_at)
      select nik, ${kode}, change, biodata, recorded_at
      from jsonb_to_recordset(${part}::jsonb) as row (nik text, change int8, biodata jsonb, recorded_at timestamptz)`.execute(
      tx,
    );
  }
  await sql`insert into enrolled (nik, at) select nik, recorded_at from resident where recorded_at is not null`.execute(
    tx,
  );
}

/** argon2id at the cost that OWASP names: 19 MiB, two passes, one lane. */
function hashPassword(password: string): Promise<string> {
  return hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
}
