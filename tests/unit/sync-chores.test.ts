import { expect, test } from 'vitest';
import { PATHS, policySchema, type JournalEntry } from '../../app/sync/protocol.ts';
import { json } from '../helpers/fake-center.ts';
import { fakeStation, type FakeStation } from '../helpers/fake-station.ts';
import { recordResident } from '../helpers/store.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function retain({ test: store }: FakeStation, days: number): void {
  const policy = policySchema.parse({ ...store.activation.policy, retentionDays: days });
  store.api.station.set('policy', JSON.stringify(policy));
}

async function deliver(station: FakeStation): Promise<void> {
  station.engine.start();
  await station.clock.settle();
  const [packetId] = station.ids;
  if (packetId === undefined) throw new Error('nothing was recorded');
  const decidedAt = new Date(station.clock.now() + station.center.aheadMs).toISOString();
  station.center.outcomes = [{ packetId, verdict: 'accepted', remedy: null, reasons: [], decidedAt }];
  await station.clock.advance(6 * MINUTE);
  expect(station.test.api.outbox.list('all', 0, 1).rows[0]?.state).toBe('accepted');
}

const hasBytes = ({ test: store, ids }: FakeStation) =>
  store.api.outbox.sealed(ids[0] ?? ('' as never)) !== null;

test('sealed bytes go with the daily chore, by the policy of now', async () => {
  const station = await fakeStation();
  await deliver(station);
  expect(hasBytes(station)).toBe(true);
  (await station.restart()).start();
  await station.clock.advance(MINUTE);
  expect(hasBytes(station)).toBe(true);
  retain(station, 0);
  (await station.restart()).start();
  await station.clock.advance(MINUTE);
  expect(hasBytes(station)).toBe(false);
});

test('sealed bytes stay as long as the station itself keeps them, where the policy would let them go', async () => {
  const station = await fakeStation();
  await deliver(station);
  retain(station, 0);
  const keep = (days: string | null) =>
    station.test.api.station.setByHand('retentionDays', days, station.test.supervisor.accountId, 0);
  keep('30');
  (await station.restart()).start();
  await station.clock.advance(MINUTE);
  expect(hasBytes(station)).toBe(true);
  keep(null);
  (await station.restart()).start();
  await station.clock.advance(MINUTE);
  expect(hasBytes(station)).toBe(false);
});

test('a clock that was years behind takes no byte when it is set right', async () => {
  const station = await fakeStation();
  const { center, clock } = station;
  center.aheadMs = 5 * 365 * DAY;
  await deliver(station);
  clock.jump(5 * 365 * DAY);
  center.aheadMs = 0;
  (await station.restart()).start();
  await clock.advance(MINUTE);
  expect(hasBytes(station)).toBe(true);
  // Nor does one that runs years ahead.
  clock.jump(5 * 365 * DAY);
  center.aheadMs = -5 * 365 * DAY;
  (await station.restart()).start();
  await clock.advance(MINUTE);
  expect(hasBytes(station)).toBe(true);
});

test('what reconcile finds is held or written where a person sees it', async () => {
  const { engine, clock, center, test: store, ids, events } = await fakeStation({ packets: 1 });
  const [mine] = ids;
  const answer = { missing: [], unknown: [], mismatched: [mine], gaps: [{ from: 1, to: 1 }] };
  center.fault = (request, next) => (request.target === PATHS.reconcile ? json(answer) : next());
  engine.start();
  await clock.settle();
  expect(store.api.outbox.list('held', 0, 5).rows).toMatchObject([
    { packetId: mine, holdReason: 'conflict' },
  ]);
  expect(store.db.all("SELECT 1 FROM audit WHERE what = 'reconcile.gap'")).toHaveLength(1);
  expect(events).toContain('sync.reconcile');
});

test('reconcile is of the office’s day, which begins hours before that of Greenwich', async () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Asia/Jakarta';
  try {
    const { engine, clock, test: store } = await fakeStation({ packets: 1 });
    const [day] = new Date(clock.now()).toISOString().split('T');
    clock.jump(Date.parse(`${day}T20:00:00Z`) - clock.now());
    engine.start();
    await clock.settle();
    const next = new Date(Date.parse(`${day}T12:00:00Z`) + DAY).toISOString().slice(0, 10);
    expect(store.api.station.setting('reconciledOn')).toBe(next);
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

test.each([
  [
    'unknown',
    { unknown: [{ sequence: 2 ** 40, packetId: '0198c1d0-0000-7000-8000-000000000001' }], gaps: [] },
  ],
  ['gap', { unknown: [], gaps: [{ from: 2, to: 2 ** 40 }] }],
])('a reconcile answer that speaks of more than was asked for is none: %s', async (_name, answer) => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 1 });
  store.api.station.set('recovery' as never, '{}');
  center.fault = (request, next) =>
    request.target === PATHS.reconcile ? json({ missing: [], mismatched: [], ...answer }) : next();
  engine.start();
  await clock.settle();
  expect(center.count('POST', PATHS.reconcile)).toBeGreaterThan(0);
  expect(store.api.outbox.lastSequence()).toBe(1);
  expect(store.db.all("SELECT 1 FROM audit WHERE what LIKE 'reconcile.%'")).toEqual([]);
  expect(store.api.station.setting('reconciledOn')).toBeNull();
});

test('a journal that the center claims to hold beyond every number is not gone on behind', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 1 });
  store.db.write((tx) => tx.run("INSERT INTO setting(key, value) VALUES ('journalUnsure', '1')"));
  const before = store.db.all('SELECT sequence FROM journal ORDER BY sequence');
  center.fault = (request, next) =>
    request.target === PATHS.journal ? json({ acknowledged: Number.MAX_SAFE_INTEGER }) : next();
  engine.start();
  await clock.settle();
  expect(center.count('POST', PATHS.journal)).toBeGreaterThan(0);
  expect(store.db.all('SELECT sequence FROM journal ORDER BY sequence')).toEqual(before);
});

test('the whole sequence is compared once a week in an office that is closed on Sundays', async () => {
  const station = await fakeStation({ packets: 1 });
  const { engine, clock, center, test: store } = station;
  // As if there were more than one question's worth.
  store.db.write((tx) => tx.run('UPDATE packet SET sequence = 4500'));
  const whole: string[] = [];
  const others = new Set<string>();
  let asked: number[] = [];
  center.fault = (request, next) => {
    if (request.target === PATHS.reconcile)
      asked.push((JSON.parse(Buffer.from(request.body ?? []).toString()) as { from: number }).from);
    return next();
  };
  // TEST_NOW is a Monday, at ten.
  for (let day = 0; day < 24; day += 1) {
    asked = [];
    if (day % 7 === 6) clock.jump(DAY);
    else {
      const running = day === 0 ? engine : await station.restart();
      running.start();
      await clock.advance(MINUTE);
      clock.jump(DAY - MINUTE);
    }
    if (asked.length > 1) whole.push(String(day));
    else if (day % 7 !== 6) others.add(asked.join());
  }
  expect(whole).toEqual(['0', '7', '14', '21']);
  expect([...others]).toEqual(['2501']);
});

test('a center restored from a backup gets the journal that it lost again', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 2 });
  engine.start();
  await clock.settle();
  const all = [...center.journal];
  expect(all.length).toBeGreaterThan(2);
  center.journal.length = 1;
  let asked = 0;
  center.fault = (request, next) => {
    if (request.target !== PATHS.journal || asked++ > 0) return next();
    return json({ acknowledged: 1 });
  };
  await recordResident(store, store.niks[2] ?? '');
  await clock.advance(3 * MINUTE);
  expect(center.journal.slice(0, all.length)).toEqual(all);
  expect(center.journal.length).toBeGreaterThan(all.length);
  expect(store.api.journal.pending(1)).toEqual([]);
});

test('a center that never gets on with the journal is not asked without end', async () => {
  const { engine, clock, center, events } = await fakeStation({ packets: 1 });
  center.fault = (request, next) => (request.target === PATHS.journal ? json({ acknowledged: 0 }) : next());
  engine.start();
  await clock.advance(10 * MINUTE);
  expect(center.count('POST', PATHS.journal)).toBeLessThan(30);
  expect(events).toContain('sync.chore');
});

test('a fact that cannot be read any more is told by its number; those behind it and the packets go (G4)', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 3 });
  store.db.write((tx) =>
    tx.run(`UPDATE journal SET fact = '{"type":"recorded","nik":"x"}' WHERE sequence = 2`),
  );
  engine.start();
  await clock.settle();
  expect(store.api.outbox.summary(0).waiting).toBe(0);
  expect(store.api.journal.pending(1)).toEqual([]);
  const told = center.journal.map((jws) => {
    const entry = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as JournalEntry;
    return entry.fact.type === 'unreadable' ? [entry.sequence] : [];
  });
  expect(told.flat()).toEqual([2]);
  expect(told.length).toBeGreaterThan(3);
  expect(store.api.journal.parked()).toBe(1);
  const row = store.db.get<{ fact: string }>('SELECT fact FROM journal WHERE sequence = 2');
  expect(row?.fact).toContain('"nik":"x"');
  expect(store.db.all("SELECT 1 FROM audit WHERE what = 'journal.unreadable'")).toHaveLength(1);
});

test('a store that fails at a chore stops neither the packets nor the other chores (G4)', async () => {
  const {
    engine,
    clock,
    center,
    test: store,
    events,
  } = await fakeStation({
    packets: 3,
    wrap: (whole) => ({
      ...{ station: whole.station, outbox: whole.outbox, reference: whole.reference, outages: whole.outages },
      takeovers: whole.takeovers,
      journal: {
        ...whole.journal,
        isUnsure: () => Promise.resolve(false),
        pending: () => Promise.reject(new Error('a page')),
      },
    }),
  });
  engine.start();
  await clock.settle();
  expect(store.api.outbox.summary(0).waiting).toBe(0);
  expect(center.count('GET', PATHS.reference)).toBe(1);
  expect(events).toContain('sync.chore.fault');
  expect(events).not.toContain('sync.cycle');
  await clock.advance(60 * MINUTE);
  const faults = events.filter((event) => event === 'sync.chore.fault').length;
  expect(faults).toBeGreaterThan(5);
  expect(faults).toBeLessThan(60);
});

test('nor does one that is set after the pulse of the same cycle', async () => {
  const station = await fakeStation();
  const { clock, center } = station;
  await deliver(station);
  center.fault = (request, next) => {
    if (request.target.startsWith(PATHS.reference)) clock.jump(5 * 365 * DAY);
    return next();
  };
  (await station.restart()).start();
  await clock.settle();
  expect(center.count('GET', PATHS.reference)).toBeGreaterThan(1);
  expect(hasBytes(station)).toBe(true);
});
