import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PacketId } from '../../app/ids.ts';
import type { Outcome } from '../../app/sync/protocol.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { newPacketId, openTestStore, recordResident, TEST_NOW as NOW } from '../helpers/store.ts';

const DAY = 24 * 60 * 60_000;
const store = freshStore({ residents: 4 });
let ids: PacketId[];

beforeEach(async () => {
  ids = [];
  for (const nik of store.niks) ids.push((await recordResident(store, nik)).packetId);
});
afterEach(() => {
  // Whatever a test did, entry and packet tell the same story.
  const apart = store.db.all(
    `SELECT * FROM packet p JOIN outbox o USING (packet_id) WHERE o.waiting <> (p.state IN ('recorded', 'sending'))`,
  );
  if (apart.length > 0) throw new Error(`packet and entry differ: ${JSON.stringify(apart)}`);
  if (store.api.audit.verify() !== null) throw new Error('the audit chain is broken');
});

const id = (index: number): PacketId => ids[index] ?? newPacketId();
const due = (now = NOW, ignoreBackoff = false) =>
  store.api.outbox.due(now, 10, ignoreBackoff).map(({ packetId }) => ids.indexOf(packetId));
const row = (index: number) =>
  store.api.outbox.list('all', 0, 10).rows.find(({ packetId }) => packetId === id(index));
const outcome = (index: number, verdict: Outcome['verdict'], hour = 5): Outcome => ({
  packetId: id(index),
  verdict,
  remedy: verdict === 'rejected' ? 'amend' : null,
  reasons: [{ code: 'biodata', at: 'nama' }],
  decidedAt: `2011-11-14T0${hour}:00:00.000Z`,
});

describe('sending', () => {
  test('oldest first, what is leased or not due is passed over, the rest flows (G4)', () => {
    expect(due()).toEqual([0, 1, 2, 3]);
    expect(store.api.outbox.lease(id(0), NOW, 60_000)).toMatchObject({ state: 'sending' });
    store.api.outbox.failed(id(1), 'timeout', NOW + 5_000);
    store.api.outbox.hold(id(2), 'tooLarge', 'packet-too-large', NOW);
    expect(due()).toEqual([3]);
    expect(due(NOW, true)).toEqual([1, 3]);
    expect(due(NOW + 5_000)).toEqual([1, 3]);
    expect(due(NOW + 60_000)).toEqual([0, 1, 3]);
    expect(store.api.outbox.due(NOW + 60_000, 1, false)).toHaveLength(1);
  });

  test('one lease at a time, renewed while it lasts, free when it ran out', () => {
    expect(store.api.outbox.lease(id(0), NOW, 60_000)).not.toBeNull();
    expect(store.api.outbox.lease(id(0), NOW + 59_999, 60_000)).toBeNull();
    store.api.outbox.renew(id(0), NOW + 59_999, 60_000);
    expect(store.api.outbox.lease(id(0), NOW + 100_000, 60_000)).toBeNull();
    expect(store.api.outbox.lease(id(0), NOW + 119_999, 60_000)).not.toBeNull();
    expect(store.api.outbox.lease(newPacketId(), NOW, 60_000)).toBeNull();
  });

  test('a failure is counted with its problem; a lease given back is not', () => {
    store.api.outbox.lease(id(0), NOW, 60_000);
    store.api.outbox.progress(id(0), 4_096);
    store.api.outbox.failed(id(0), 'refused', NOW + 9_000);
    expect(row(0)).toMatchObject({
      state: 'recorded',
      attempts: 1,
      offset: 4_096,
      lastProblem: 'refused',
      nextAttemptAt: '2011-11-14T03:00:09.000Z',
    });
    store.api.outbox.lease(id(1), NOW, 60_000);
    store.api.outbox.unlease(id(1));
    expect(row(1)).toMatchObject({ state: 'recorded', attempts: 0 });
    expect(due()).toEqual([1, 2, 3]);
  });

  test('tells when the next one is due', () => {
    expect(store.api.outbox.nextDueAt()).toBe(0);
    for (const packetId of ids) store.api.outbox.failed(packetId, 'dns', NOW + 7_000);
    store.api.outbox.failed(id(2), 'dns', NOW + 3_000);
    expect(store.api.outbox.nextDueAt()).toBe(NOW + 3_000);
    store.api.outbox.lease(id(2), NOW, 20_000);
    expect(store.api.outbox.nextDueAt()).toBe(NOW + 7_000);
    for (const packetId of ids) store.api.outbox.hold(packetId, 'person', 'x', NOW);
    expect(store.api.outbox.nextDueAt()).toBeNull();
  });

  test('a clock set back by years leaves no packet lying still', () => {
    const ahead = NOW + 900 * DAY;
    store.api.outbox.failed(id(0), 'dns', ahead + 5_000);
    store.api.outbox.lease(id(1), ahead, 60_000);
    expect(due(NOW)).toEqual([0, 1, 2, 3]);
    expect(store.api.outbox.lease(id(1), NOW, 60_000)).not.toBeNull();
  });
});

describe('hold and release', () => {
  test('a held one waits for a person, who lets it go again', async () => {
    store.api.outbox.lease(id(0), NOW, 60_000);
    store.api.outbox.hold(id(0), 'refused', 'manifest-invalid', NOW);
    expect(row(0)).toMatchObject({ state: 'held', holdReason: 'refused', lastProblem: 'manifest-invalid' });
    store.api.outbox.release(id(0), store.supervisor.accountId, NOW);
    expect(row(0)).toMatchObject({ state: 'recorded', holdReason: null, nextAttemptAt: null });
    const again = store.store.outbox.release(id(0), store.supervisor.accountId, NOW);
    await expect(again).rejects.toMatchObject({ code: 'packet.state' });
    const unknown = store.store.outbox.hold(newPacketId(), 'person', 'x', NOW);
    await expect(unknown).rejects.toMatchObject({ code: 'packet.unknown' });
    const acts = store.db.all<{ what: string }>("SELECT what FROM audit WHERE what LIKE 'packet.%'");
    expect(acts.map(({ what }) => what)).toEqual(['packet.held', 'packet.released']);
  });

  test('a received one cannot be held', async () => {
    store.api.outbox.received([{ packetId: id(0), receipt: 'a.b.c', receivedAt: NOW }]);
    await expect(store.store.outbox.hold(id(0), 'person', 'x', NOW)).rejects.toMatchObject({
      code: 'packet.state',
    });
    expect(row(0)?.state).toBe('received');
  });
});

describe('receipts (G2, G3)', () => {
  test('end the sending, whatever the packet was doing', () => {
    store.api.outbox.lease(id(0), NOW, 60_000);
    store.api.outbox.hold(id(1), 'person', 'x', NOW);
    for (const index of [0, 1, 2])
      store.api.outbox.received([{ packetId: id(index), receipt: `a.b.${index}`, receivedAt: NOW + 1 }]);
    expect(due(NOW + DAY, true)).toEqual([3]);
    expect(row(1)).toMatchObject({
      state: 'received',
      holdReason: null,
      receivedAt: '2011-11-14T03:00:00.001Z',
    });
    store.api.outbox.failed(id(0), 'late', NOW + 5);
    expect(row(0)).toMatchObject({ state: 'received', attempts: 0 });
    expect(store.api.outbox.lease(id(0), NOW + DAY, 60_000)).toBeNull();
  });

  test('are kept once and for ever, and audited once', () => {
    for (let n = 0; n < 3; n++)
      store.api.outbox.received([{ packetId: id(0), receipt: 'a.b.c', receivedAt: NOW + n }]);
    expect(store.db.all('SELECT receipt, received_at FROM receipt')).toEqual([
      { receipt: 'a.b.c', received_at: NOW },
    ]);
    expect(store.db.all("SELECT 1 FROM audit WHERE what = 'packet.received'")).toHaveLength(1);
  });
});

describe('for the courier', () => {
  test('all that waits is listed, leased or in backoff too, page by page; nothing that is held or received', () => {
    store.api.outbox.lease(id(0), NOW, 60_000);
    store.api.outbox.failed(id(1), 'timeout', NOW + DAY);
    store.api.outbox.hold(id(2), 'person', 'x', NOW);
    const page = store.api.outbox.waiting(0, 2);
    expect(page.map(({ packetId }) => packetId)).toEqual([id(0), id(1)]);
    expect(store.api.outbox.waiting(page[1]?.sequence ?? 0, 2).map(({ packetId }) => packetId)).toEqual([
      id(3),
    ]);
    store.api.outbox.received([{ packetId: id(3), receipt: 'a.b.c', receivedAt: NOW }]);
    expect(store.api.outbox.waiting(2, 10)).toEqual([]);
  });

  test('a receipt finds the packet it speaks of, in every state, and whether it was kept before', () => {
    const [item] = store.api.outbox.waiting(0, 1);
    const { attempts: _a, offset: _o, state: _s, place: _p, ...packet } = item ?? {};
    expect(store.api.outbox.subject(id(0), 'a.b.c')).toEqual({ packet, state: 'recorded', isKnown: false });
    store.api.outbox.received([{ packetId: id(0), receipt: 'a.b.c', receivedAt: NOW }]);
    expect(store.api.outbox.subject(id(0), 'a.b.c')).toEqual({ packet, state: 'received', isKnown: true });
    expect(store.api.outbox.subject(id(0), 'd.e.f')).toMatchObject({ isKnown: false });
    expect(store.api.outbox.subject(newPacketId(), 'a.b.c')).toBeNull();
  });
});

describe('outcomes', () => {
  test('move received packets, pass over unknown ids and keep the cursor', () => {
    for (const index of [0, 1, 2])
      store.api.outbox.received([{ packetId: id(index), receipt: 'a.b.c', receivedAt: NOW }]);
    const unknown = { ...outcome(0, 'accepted'), packetId: newPacketId() };
    store.api.outbox.outcomes(
      [outcome(0, 'accepted'), unknown, outcome(1, 'rejected'), outcome(2, 'duplicate')],
      'c7',
      NOW,
    );
    expect([0, 1, 2, 3].map((index) => row(index)?.state)).toEqual([
      'accepted',
      'rejected',
      'duplicate',
      'recorded',
    ]);
    expect(row(1)?.outcome).toEqual(outcome(1, 'rejected'));
    expect(store.api.station.setting('outcomeCursor')).toBe('c7');
  });

  test('a newer verdict replaces an older one, never the reverse', () => {
    store.api.outbox.received([{ packetId: id(0), receipt: 'a.b.c', receivedAt: NOW }]);
    store.api.outbox.outcomes([outcome(0, 'rejected', 5)], 'c1', NOW);
    store.api.outbox.outcomes([outcome(0, 'accepted', 7)], 'c2', NOW);
    store.api.outbox.outcomes([outcome(0, 'rejected', 5)], 'c1', NOW);
    expect(row(0)?.state).toBe('accepted');
  });

  test('a verdict without a receipt changes no state and holds once the receipt is here', () => {
    store.api.outbox.outcomes([outcome(0, 'accepted')], 'c1', NOW);
    expect(row(0)?.state).toBe('recorded');
    expect(due()).toContain(0);
    store.api.outbox.received([{ packetId: id(0), receipt: 'a.b.c', receivedAt: NOW }]);
    expect(row(0)?.state).toBe('accepted');
  });
});

describe('purge (G2)', () => {
  test('takes sealed bytes only with receipt, final outcome and retention; the row and its receipt stay', () => {
    for (const index of [0, 1, 2])
      store.api.outbox.received([{ packetId: id(index), receipt: 'a.b.c', receivedAt: NOW }]);
    store.api.outbox.outcomes(
      [outcome(0, 'accepted'), outcome(1, 'rejected'), outcome(3, 'accepted')],
      'c',
      NOW,
    );
    expect(store.api.outbox.purge(NOW + 30 * DAY - 1, 30 * DAY)).toBe(0);
    expect(store.api.outbox.purge(NOW + 30 * DAY, 30 * DAY)).toBe(1);
    expect([0, 1, 2, 3].map((index) => store.api.outbox.sealed(id(index)) !== null)).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(store.api.outbox.purge(NOW + 90 * DAY, 30 * DAY)).toBe(0);
    expect(row(0)).toMatchObject({ state: 'accepted', receivedAt: '2011-11-14T03:00:00.000Z' });
    expect(store.db.all('SELECT 1 FROM receipt WHERE packet_id = ?', id(0))).toHaveLength(1);
  });
});

describe('what is told of it', () => {
  test('the summary counts what waits, is held, rejected and received', () => {
    store.api.outbox.lease(id(0), NOW, 1);
    store.api.outbox.hold(id(1), 'person', 'x', NOW);
    store.api.outbox.received([{ packetId: id(2), receipt: 'a.b.c', receivedAt: NOW + 7 }]);
    store.api.outbox.outcomes([outcome(2, 'rejected')], 'c', NOW);
    const sizes = [0, 3].map((index) => row(index)?.size ?? 0);
    expect(store.api.outbox.summary(NOW)).toEqual({
      waiting: 2,
      review: 0,
      held: 1,
      rejected: 1,
      received: 1,
      waitingBytes: (sizes[0] ?? 0) + (sizes[1] ?? 0),
      oldestAt: NOW,
      lastReceiptAt: NOW + 7,
      recordedToday: 4,
      tasks: 1,
    });
    expect(store.api.outbox.summary(NOW + 1).recordedToday).toBe(0);
  });

  test('an empty outbox has a summary too', async () => {
    const empty = await openTestStore({ activated: false });
    expect(empty.api.outbox.summary(0)).toEqual({
      waiting: 0,
      review: 0,
      held: 0,
      rejected: 0,
      received: 0,
      waitingBytes: 0,
      oldestAt: null,
      lastReceiptAt: null,
      recordedToday: 0,
      tasks: 0,
    });
    expect([empty.api.outbox.lastSequence(), empty.api.outbox.nextDueAt()]).toEqual([0, null]);
    empty.destroy();
  });

  test('the list is paged by filter, newest first', () => {
    store.api.outbox.hold(id(1), 'person', 'x', NOW);
    store.api.outbox.received([{ packetId: id(2), receipt: 'a.b.c', receivedAt: NOW }]);
    const list = (filter: Parameters<typeof store.api.outbox.list>[0]) =>
      store.api.outbox.list(filter, 0, 10).rows.map(({ packetId }) => ids.indexOf(packetId));
    expect([list('all'), list('pending'), list('held'), list('received'), list('rejected')]).toEqual([
      [3, 2, 1, 0],
      [3, 0],
      [1],
      [2],
      [],
    ]);
    expect(store.api.outbox.list('all', 1, 2)).toMatchObject({
      total: 4,
      rows: [{ sequence: 3 }, { sequence: 2 }],
    });
  });

  test('a range lists what reconcile asks for', () => {
    expect(store.api.outbox.range(2, 3)).toMatchObject([
      { sequence: 2, packetId: id(1) },
      { sequence: 3, packetId: id(2) },
    ]);
    expect(store.api.outbox.lastSequence()).toBe(4);
  });
});
