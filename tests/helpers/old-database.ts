import { randomBytes } from 'node:crypto';
import { v4 as uuidv4 } from 'uuid';
import { RekamError } from '../../app/errors.ts';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { stationIdSchema, type PacketId } from '../../app/ids.ts';
import type { Fact, ReferenceLine } from '../../app/sync/protocol.ts';
import type { StoreApi } from '../../main/store/api.ts';
import { openDatabase, type Reader, type SqlValue } from '../../main/store/database.ts';
import { migrate, MIGRATIONS } from '../../main/store/migrate.ts';
import {
  completeDraft,
  newPacketId,
  openTestStore,
  recordResident,
  TEST_DATE,
  TEST_NOW,
  testCaptures,
  type TestStore,
} from './store.ts';

const DAY_MS = 24 * 60 * 60_000;

/** A station that has been at work for a while: something stands in every table. */
export async function stationAtWork(): Promise<TestStore> {
  const store = await openTestStore({ residents: 40 });
  const { api, niks, operator } = store;
  const by = operator.accountId;
  const desa = '32.09.03.2005';
  const summons = niks.slice(20, 30).map(
    (nik): ReferenceLine => ({
      type: 'summons',
      change: 'added',
      summons: { nik: nikSchema.parse(nik), desa, date: TEST_DATE, session: 'pagi' } as never,
    }),
  );
  const other = stationIdSchema.parse(uuidv4());
  const facts: readonly Fact[] = [
    { type: 'recorded', nik: nikSchema.parse(niks[35]), packetId: newPacketId() },
    {
      ...{ type: 'ticket', date: TEST_DATE, number: 1, nik: nikSchema.parse(niks[36]) },
      ...{ state: 'serving', reason: null },
    },
    {
      ...{ type: 'state', waiting: 3, held: 0, diskFreeBytes: 10 ** 9, label: 'Meja 2', version: '0.1.0' },
      ...{ recorded: { date: TEST_DATE, count: 7 }, oldestMinutes: 5, residentsLeft: 900 },
      ...{ mirror: 'ok', power: 'mains' },
    },
  ];
  const peer = facts.map(
    (fact, index): ReferenceLine => ({
      type: 'journal',
      entry: {
        ...{ v: 1, stationId: other, sequence: index + 1, clockOffsetMs: 0, fact },
        at: new Date(TEST_NOW).toISOString(),
      },
    }),
  );
  const target = { type: 'target', desa, mustHave: 900, deadline: '2011-12-31' } as ReferenceLine;
  api.reference.apply([...summons, ...peer, target], 'cursor-1', TEST_NOW);
  api.station.begin(TEST_NOW);
  const ids: PacketId[] = [];
  for (const nik of niks.slice(0, 6)) {
    ids.push((await recordResident(store, nik, { captures: testCaptures(undefined, 900) })).packetId);
  }
  const [accepted, purged, rejected, received] = ids as [PacketId, PacketId, PacketId, PacketId];
  const receivedAt = TEST_NOW + 60_000;
  api.outbox.received(
    [accepted, purged, rejected, received].map((packetId) => ({
      packetId,
      receipt: `a.${packetId}.z`,
      receivedAt,
    })),
  );
  const verdict = (packetId: PacketId, isGood: boolean) => ({
    ...{ packetId, verdict: isGood ? ('accepted' as const) : ('rejected' as const) },
    ...{ remedy: isGood ? null : ('amend' as const), reasons: [{ code: 'biodata', at: 'nama' }] },
    decidedAt: new Date(receivedAt).toISOString(),
  });
  api.outbox.outcomes([verdict(purged, true)], '1', receivedAt);
  api.outbox.purge(receivedAt + 31 * DAY_MS, 30 * DAY_MS);
  api.outbox.outcomes([verdict(accepted, true), verdict(rejected, false)], '2', receivedAt);
  api.outbox.failed(ids[4] as PacketId, 'timeout', TEST_NOW + 5_000);
  api.outbox.holdByHand(ids[5] as PacketId, 'menunggu dokumen', by, TEST_NOW);
  await completeDraft(store, niks[6] ?? '', { captures: testCaptures(undefined, 900) });
  for (const nik of niks.slice(20, 24)) api.desk.arrive(TEST_DATE, nikSchema.parse(nik), by, TEST_NOW);
  api.desk.setTicket(TEST_DATE, 9, 'deferred', 'sakit', by, TEST_NOW);
  const slip = { packetId: accepted, expected: 0, by, paper: '80mm', to: 'printer', now: TEST_NOW } as const;
  api.slips.printed(slip);
  api.outages.began(TEST_NOW, 'timeout');
  api.outages.ended(TEST_NOW + 9_000);
  api.outages.onBattery(true, TEST_NOW);
  api.outages.onBattery(false, TEST_NOW + 9_000);
  api.outbox.reconciled(
    { missing: [], unknown: [], mismatched: [], gaps: [{ from: 7, to: 8 }] },
    { from: 1, to: 8 },
    TEST_NOW,
  );
  const row = {
    nik: nikSchema.parse(niks[30]),
    date: '2011-11-15',
    session: 'pagi',
    desa: null,
    nama: null,
  } as const;
  api.schedule.stage(
    [
      { line: 2, ...row },
      { line: 3, nik: '123', problem: 'nikLength' },
    ],
    TEST_DATE,
  );
  const dead = stationIdSchema.parse(uuidv4());
  api.takeovers.begin({
    ...{ stationId: dead, label: 'Meja lama', kecamatan: '32.09.03', centerUrl: 'https://pusat.example' },
    ...{ voucher: 'voucher', by: [store.supervisor.accountId, by], accounts: [], now: TEST_NOW },
  });
  const report = { found: 0, taken: 0, known: 0, rowless: 0, damaged: 0, foreign: 0, halves: 0 };
  api.takeovers.ended(dead, report, 0, TEST_NOW);
  api.takeovers.gaps(dead, [{ from: 3, to: 4 }]);
  // Approved: what waits or was returned is in a state that no older schema knew.
  api.station.setByHand('review', '"all"', store.supervisor.accountId, TEST_NOW);
  const seen = await recordResident(store, niks[7] ?? '', { captures: testCaptures(undefined, 900) });
  api.reviews.approve([seen.packetId], store.supervisor.accountId, TEST_NOW);
  api.station.setByHand('review', null, store.supervisor.accountId, TEST_NOW);
  store.intake.closeDay({
    ...{ date: TEST_DATE, reason: 'Menunggu jaringan', now: TEST_NOW },
    by: store.supervisor,
  });
  return store;
}

/** What stood in columns that a later migration dropped. */
const GONE: Readonly<Record<string, SqlValue>> = { 'account.locked_until': TEST_NOW + 60_000 };

export type Rows = ReadonlyMap<string, readonly Readonly<Record<string, SqlValue>>[]>;

/** Tables of this schema with their columns, in the order in which they were made; what triggers keep of the residents is none. */
function tables(db: Reader): { readonly name: string; readonly columns: string[] }[] {
  const names = db.all<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
       AND name NOT LIKE 'resident\\_name%' ESCAPE '\\' AND name <> 'resident_count' ORDER BY rowid`,
  );
  return names.map(({ name }) => ({
    name,
    columns: db
      .all<{ name: string }>('SELECT name FROM pragma_table_info(?) ORDER BY cid', name)
      .map((column) => column.name),
  }));
}

function read(db: Reader, { name, columns }: { name: string; columns: string[] }) {
  const order = columns.map((_, index) => index + 1).join(', ');
  return db.all<Record<string, SqlValue>>(`SELECT ${columns.join(', ')} FROM ${name} ORDER BY ${order}`);
}

/**
 * A database as the station made it when `version` was its newest schema, with the rows of `source` in every table and
 * column that there was.
 * @throws where the newest schema no longer has what the old one had: then GONE must say what stood there
 */
export function oldDatabase(source: TestStore, version: number, file: string, key: Buffer = randomBytes(32)) {
  const db = openDatabase({ file, key, nativeBinding: null });
  migrate(db, MIGRATIONS.slice(0, version));
  const newest = new Map(tables(source.db).map((table) => [table.name, table.columns]));
  const rows = new Map<string, Readonly<Record<string, SqlValue>>[]>();
  db.write((tx) => {
    for (const table of tables(db)) {
      const isThere = (column: string) => newest.get(table.name)?.includes(column) === true;
      const columns = table.columns.filter(isThere);
      const unknown = table.columns.filter((name) => !isThere(name) && !(`${table.name}.${name}` in GONE));
      if (unknown.length > 0)
        throw new Error(`${table.name} had ${unknown.join(', ')}, which the newest has not`);
      const found = read(source.db, { name: table.name, columns });
      if (found.length === 0) throw new Error(`nothing stands in ${table.name}`);
      const places = table.columns.map((column) => `@${column}`);
      const gone = Object.fromEntries(
        table.columns.map((name) => [name, GONE[`${table.name}.${name}`] ?? null]),
      );
      for (const row of found) {
        const whole = { ...gone, ...row };
        tx.run(`INSERT INTO ${table.name}(${table.columns.join(', ')}) VALUES (${places.join(', ')})`, whole);
      }
      rows.set(table.name, found);
    }
  });
  return { db, key, rows };
}

/** What is not as it was, of rows that stood there before a migration. */
export function rowFaults(db: Reader, rows: Rows): string[] {
  return [...rows].flatMap(([name, before]) => {
    const columns = Object.keys(before[0] ?? {});
    const now = read(db, { name, columns });
    return asText(now) === asText(before)
      ? []
      : [`${name}: ${before.length} rows became other ${now.length}`];
  });
}

/** Every statement of the schema, so that two of them can be held against each other. */
export function schemaOf(db: Reader): string[] {
  return db
    .all<{ sql: string }>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql')
    .map(({ sql }) => sql);
}

/** The schema that the first `version` migrations make. */
export function schemaAt(version: number): string[] {
  const db = openDatabase({ file: ':memory:', key: randomBytes(32), nativeBinding: null });
  migrate(db, MIGRATIONS.slice(0, version));
  const schema = schemaOf(db);
  db.close();
  return schema;
}

/** What desk, supervisor and engine would be told; `null` where the schema of that time did not have it. */
export function answers(api: StoreApi, version: number): unknown {
  // That something is erased was not written down before the eleventh.
  const erasure = version >= 11 ? {} : { isErased: null };
  const rows = api.outbox.list('all', 0, 50).rows.map((row) => ({ ...row, ...erasure }));
  const printable = rows.filter(({ nik }) => version >= 11 || nik !== '');
  const today = api.desk.today(TEST_DATE, 50);
  const by = api.accounts.byUsername('operator')?.id;
  if (by === undefined) throw new Error('nobody is there who could look');
  const hashed = (bytes: Uint8Array | null) =>
    bytes === null ? null : Buffer.from(bytes).toString('base64');
  return {
    record: api.station.record(),
    find: ['siti', 'asep sun', '320903'].map((text) => api.residents.find(text, 50)),
    byNik: rows.map(({ nik }) => api.residents.byNik(nik)),
    // An arrival was not written down before the fourth.
    today:
      version >= 4 ? today : { ...today, tickets: today.tickets.map((row) => ({ ...row, arrivedAt: null })) },
    summons: api.desk.summons(TEST_DATE, { session: 'pagi', desa: '32.09.03.2005', offset: 0, limit: 50 }),
    drafts: api.drafts.list().map(({ packetId }) => {
      const { draft, captures } = api.drafts.load(packetId, by, TEST_NOW);
      return { draft, captures: captures.map(({ part, bytes }) => ({ part, bytes: hashed(bytes) })) };
    }),
    outbox: rows,
    packets: rows.map(({ packetId }) => {
      const packet = api.outbox.packet(packetId);
      return { ...packet, row: { ...packet.row, ...erasure } };
    }),
    sealed: rows.map(({ packetId }) => hashed(api.outbox.sealed(packetId))),
    summary: api.outbox.summary(TEST_NOW - DAY_MS),
    range: api.outbox.range(1, 50),
    due: api.outbox.due(TEST_NOW + DAY_MS, 50, true),
    tasks: api.tasks.list(),
    journal: api.journal.pending(100),
    accounts: [api.accounts.byUsername('operator'), api.accounts.byUsername('SUPERVISOR')],
    cursor: api.reference.cursor(),
    outages: api.outages.latest(10),
    audit: [api.audit.head(), api.audit.verify()],
    slips: version >= 2 ? printable.map(({ packetId }) => orCode(() => api.slips.open(packetId))) : null,
    days:
      version >= 17 ? [api.days.read(TEST_DATE), api.days.sheets(10), api.days.sheet(TEST_DATE, 1)] : null,
    findings: version >= 5 ? api.findings.latest(10) : null,
    mirror: api.mirror.due(0, 50),
    takeovers: version >= 12 ? api.takeovers.list() : null,
    residents: api.residents.count(),
    progress: api.progress.read(TEST_NOW - 30 * DAY_MS, TEST_NOW),
  };
}

/** What it answers, or why not. */
function orCode(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (error) {
    if (error instanceof RekamError) return error.code;
    throw error;
  }
}

function asText(rows: unknown): string {
  return JSON.stringify(rows, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
}
