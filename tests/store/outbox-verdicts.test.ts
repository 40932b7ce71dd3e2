import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PacketId } from '../../app/ids.ts';
import type { Outcome, ReconcileAnswer, ReferenceLine } from '../../app/sync/protocol.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import {
  completeDraft,
  newPacketId,
  recordResident,
  testBiodata,
  TEST_NOW as NOW,
} from '../helpers/store.ts';

const DAY = 24 * 60 * 60_000;
const HOUR = 60 * 60_000;
const RANGE = { from: 1, to: 2_000 };
const store = freshStore({ residents: 4 });
let ids: PacketId[];

beforeEach(async () => {
  ids = [];
  for (const nik of store.niks) ids.push((await recordResident(store, nik)).packetId);
});
afterEach(() => {
  if (store.api.audit.verify() !== null) throw new Error('the audit chain is broken');
});

const id = (index: number): PacketId => ids[index] ?? newPacketId();
const state = (packetId: PacketId) =>
  store.api.outbox.list('all', 0, 10).rows.find((row) => row.packetId === packetId)?.state;
const row = (index: number) =>
  store.api.outbox.list('all', 0, 10).rows.find(({ packetId }) => packetId === id(index));
const acts = (what: string) =>
  store.db.all<{ subject: string; detail: string }>('SELECT subject, detail FROM audit WHERE what = ?', what);
const found = (over: Partial<ReconcileAnswer>): ReconcileAnswer => ({
  missing: [],
  unknown: [],
  mismatched: [],
  gaps: [],
  ...over,
});
const outcome = (
  packetId: PacketId,
  verdict: Outcome['verdict'],
  at: number,
  remedy: Outcome['remedy'] = null,
) => ({
  packetId,
  verdict,
  remedy,
  reasons: [],
  decidedAt: new Date(at).toISOString(),
});

describe('missing at the center', () => {
  test('those whose bytes are here wait again, from the start, and are never purged meanwhile', () => {
    for (const index of [0, 1])
      store.api.outbox.received([{ packetId: id(index), receipt: 'a.b.c', receivedAt: NOW }]);
    const verdicts = [outcome(id(0), 'accepted', NOW), outcome(id(1), 'accepted', NOW)];
    store.api.outbox.outcomes(verdicts, 'c', NOW);
    expect(store.api.outbox.purge(NOW + DAY, DAY)).toBe(2);
    store.api.outbox.received([{ packetId: id(2), receipt: 'a.b.c', receivedAt: NOW }]);
    const missing = [id(0), id(2), id(3), newPacketId()];
    expect(store.api.outbox.reconciled(found({ missing }), RANGE, NOW)).toEqual({
      again: 1,
      held: 0,
      told: 1,
    });
    expect(row(2)).toMatchObject({ state: 'recorded', attempts: 0, offset: 0, receivedAt: null });
    // Nobody has the bytes of this one any more: a person must hear of it, once.
    expect(row(0)?.state).toBe('accepted');
    expect(acts('packet.lost').map(({ subject }) => subject)).toEqual([id(0)]);
    expect(store.api.outbox.reconciled(found({ missing: [id(0)] }), RANGE, NOW + DAY).told).toBe(0);
    expect(store.api.outbox.due(NOW, 10, false).map(({ packetId }) => packetId)).toEqual([id(2), id(3)]);
    expect(store.api.outbox.purge(NOW + 900 * DAY, DAY)).toBe(0);
    store.api.outbox.received([{ packetId: id(2), receipt: 'd.e.f', receivedAt: NOW + DAY }]);
    expect(store.db.all('SELECT 1 FROM receipt WHERE packet_id = ?', id(2))).toHaveLength(2);
  });

  test('a verdict on the copy that is gone is no verdict on the next, whenever it arrives', () => {
    const old = outcome(id(0), 'accepted', NOW + HOUR);
    store.api.outbox.received([{ packetId: id(0), receipt: 'a.b.c', receivedAt: NOW }]);
    store.api.outbox.outcomes([old], 'c1', NOW + HOUR);
    store.api.outbox.reconciled(found({ missing: [id(0)] }), RANGE, NOW + DAY);
    expect(row(0)).toMatchObject({ state: 'recorded', outcome: null });
    store.api.outbox.outcomes([old], 'c2', NOW + DAY);
    store.api.outbox.received([{ packetId: id(0), receipt: 'd.e.f', receivedAt: NOW + DAY }]);
    expect(row(0)).toMatchObject({ state: 'received', outcome: null });
    store.api.outbox.outcomes([old], 'c3', NOW + DAY);
    expect(row(0)?.state).toBe('received');
    expect(store.api.outbox.purge(NOW + 99 * DAY, 0)).toBe(0);
    store.api.outbox.outcomes([outcome(id(0), 'duplicate', NOW + DAY + HOUR)], 'c4', NOW + DAY);
    expect(row(0)?.state).toBe('duplicate');
  });

  test('a center that lost packets may count anew: verdicts and journal are asked for again', () => {
    store.api.outbox.received([{ packetId: id(0), receipt: 'a.b.c', receivedAt: NOW }]);
    store.api.outbox.outcomes([], 'c9', NOW);
    store.api.journal.acknowledge(5);
    store.api.outbox.reconciled(found({ missing: [id(1)] }), RANGE, NOW);
    expect(store.api.station.setting('outcomeCursor')).toBe('c9');
    store.api.outbox.reconciled(found({ missing: [id(0)] }), RANGE, NOW);
    expect(store.api.station.setting('outcomeCursor')).toBeNull();
    expect(store.api.journal.pending(1)[0]?.sequence).toBe(5);
  });
});

describe('what else reconcile finds', () => {
  test('another packet under the id is held, received or not, and no bytes go', () => {
    store.api.outbox.received([{ packetId: id(0), receipt: 'a.b.c', receivedAt: NOW }]);
    store.api.outbox.outcomes([outcome(id(0), 'accepted', NOW)], 'c', NOW);
    const answer = found({ mismatched: [id(0), id(1)] });
    expect(store.api.outbox.reconciled(answer, RANGE, NOW)).toEqual({ again: 0, held: 2, told: 0 });
    for (const index of [0, 1])
      expect(row(index)).toMatchObject({ state: 'held', holdReason: 'conflict', lastProblem: 'mismatched' });
    expect(store.api.outbox.purge(NOW + 99 * DAY, 0)).toBe(0);
    // The next day it is still so: nothing new to say.
    expect(store.api.outbox.reconciled(answer, RANGE, NOW + DAY)).toMatchObject({ held: 0 });
    expect(acts('packet.held')).toHaveLength(2);
  });

  test('packets that only the center knows and numbers that nobody knows are told once', () => {
    const stranger = newPacketId();
    const answer = found({ unknown: [{ sequence: 9, packetId: stranger }], gaps: [{ from: 5, to: 8 }] });
    expect(store.api.outbox.reconciled(answer, RANGE, NOW).told).toBe(2);
    expect(store.api.outbox.reconciled(answer, RANGE, NOW + DAY).told).toBe(0);
    expect(acts('reconcile.unknown')).toMatchObject([{ subject: stranger }]);
    expect(acts('reconcile.gap')).toMatchObject([{ subject: 'sequence 5-8' }]);
  });
});

describe('a packet whose bytes the disk lost', () => {
  const nik = () => store.niks[0] ?? '';

  test('does not keep its resident from being recorded again, and ends with the new one’s receipt', async () => {
    await expect(completeDraft(store, nik())).rejects.toMatchObject({ code: 'resident.recordedHere' });
    store.api.outbox.hold(id(0), 'unreadable', 'sealed-bytes', NOW);
    // The journal told the center of it, and the center tells us.
    const mark: ReferenceLine = {
      type: 'resident',
      biodata: testBiodata(0),
      recorded: { at: new Date(NOW).toISOString(), stationId: store.activation.stationId, packetId: id(0) },
    };
    store.api.reference.apply([mark], null, NOW);
    expect(store.api.residents.find(nik(), 1)[0]?.recorded).toBe('no');
    const again = await recordResident(store, nik());
    expect(store.api.outbox.due(NOW, 10, false).at(-1)?.packetId).toBe(again.packetId);
    const release = store.store.outbox.release(id(0), store.supervisor.accountId, NOW);
    await expect(release).rejects.toMatchObject({ code: 'packet.state' });
    expect(state(id(0))).toBe('held');
    store.api.outbox.received([{ packetId: again.packetId, receipt: 'a.b.c', receivedAt: NOW }]);
    expect(state(id(0))).toBe('superseded');
    expect(store.api.outbox.summary(0)).toMatchObject({ held: 0, waiting: 3, received: 1 });
    // The center never had it: that is no reason to send it again.
    expect(store.api.outbox.reconciled(found({ missing: [id(0)] }), RANGE, NOW).again).toBe(0);
  });

  test.each(['refused', 'tooLarge', 'conflict', 'person'] as const)(
    'held as %s it still counts',
    async (reason) => {
      store.api.outbox.hold(id(0), reason, 'x', NOW);
      await expect(completeDraft(store, nik())).rejects.toMatchObject({ code: 'resident.recordedHere' });
    },
  );
});

describe('superseded', () => {
  const replaced = async () => {
    store.api.outbox.received([{ packetId: id(0), receipt: 'a.b.c', receivedAt: NOW }]);
    store.api.outbox.outcomes([outcome(id(0), 'rejected', NOW, 'recapture')], 'c1', NOW);
    return (await recordResident(store, store.niks[0] ?? '')).packetId;
  };

  test('also when its verdict was revised before the replacement came, and revised back after', async () => {
    const next = await replaced();
    store.api.outbox.outcomes([outcome(id(0), 'accepted', NOW + 1)], 'c2', NOW);
    store.api.outbox.received([{ packetId: next, receipt: 'd.e.f', receivedAt: NOW + 2 }]);
    expect(state(id(0))).toBe('accepted');
    store.api.outbox.outcomes([outcome(id(0), 'rejected', NOW + 3, 'recapture')], 'c3', NOW);
    expect(state(id(0))).toBe('superseded');
  });

  test('also when the center lost it and gets it after its replacement', async () => {
    const next = await replaced();
    store.api.outbox.reconciled(found({ missing: [id(0)] }), RANGE, NOW);
    store.api.outbox.received([{ packetId: next, receipt: 'd.e.f', receivedAt: NOW + 2 }]);
    expect(state(id(0))).toBe('recorded');
    store.api.outbox.received([{ packetId: id(0), receipt: 'g.h.i', receivedAt: NOW + 3 }]);
    expect(state(id(0))).toBe('superseded');
  });
});

test.each([HOUR, 14 * HOUR, 900 * DAY])(
  'a lease that nobody gave back lasts minutes, also when the clock goes back by %s ms',
  (ms) => {
    expect(store.api.outbox.lease(id(0), NOW, 5 * 60_000)).not.toBeNull();
    store.api.outbox.failed(id(1), 'timeout', NOW + 10 * 60_000);
    const due = (now: number) => store.api.outbox.due(now, 10, false).map(({ packetId }) => packetId);
    expect(due(NOW)).toEqual([id(2), id(3)]);
    expect(due(NOW - ms)).toEqual(ids);
    expect(store.api.outbox.lease(id(0), NOW - ms, 5 * 60_000)).not.toBeNull();
  },
);
