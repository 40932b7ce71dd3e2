import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PacketId } from '../../app/ids.ts';
import type { ReconcileAnswer } from '../../app/sync/protocol.ts';
import {
  newPacketId,
  openTestStore,
  recordResident,
  TEST_NOW as NOW,
  type TestStore,
} from '../helpers/store.ts';

const DAY = 24 * 60 * 60_000;
const RANGE = { from: 1, to: 2_000 };
let store: TestStore;
let ids: PacketId[];

beforeEach(async () => {
  store = await openTestStore({ residents: 4 });
  ids = [];
  for (const nik of store.niks) ids.push((await recordResident(store, nik)).packetId);
});
afterEach(() => {
  if (store.api.audit.verify() !== null) throw new Error('the audit chain is broken');
  store.destroy();
});

const id = (index: number): PacketId => ids[index] ?? newPacketId();
const by = () => store.supervisor.accountId;
const detail = (index: number) => store.api.outbox.packet(id(index));
const due = () => store.api.outbox.due(NOW, 10, false).map(({ packetId }) => ids.indexOf(packetId));

describe('the supervisor’s hand on one packet', () => {
  test('holds it with a reason that stays to be read, and lets it go', () => {
    store.api.outbox.failed(id(0), 'packet-hash', NOW + DAY);
    store.api.outbox.holdByHand(id(0), 'Tunggu kabar pusat', by(), NOW);
    expect(due()).toEqual([1, 2, 3]);
    expect(detail(0)).toMatchObject({
      row: { state: 'held', holdReason: 'person', lastProblem: 'packet-hash', attempts: 1 },
      ...{ mayRelease: true, successor: null, hasBytes: true },
      history: [
        { act: 'held', by: store.supervisor.name, note: 'Tunggu kabar pusat' },
        { act: 'recorded', by: store.operator.name, note: null },
      ],
    });
    store.api.outbox.release(id(0), by(), NOW);
    expect(due()).toEqual([0, 1, 2, 3]);
    expect(detail(0).history[0]).toMatchObject({ act: 'released', by: store.supervisor.name });
  });

  test('holds one that is being sent: a late failure does not set it going, a receipt still ends it', () => {
    store.api.outbox.lease(id(0), NOW, 60_000);
    store.api.outbox.holdByHand(id(0), 'Tunggu', by(), NOW);
    store.api.outbox.unlease(id(0));
    store.api.outbox.failed(id(0), 'timeout', NOW);
    expect(detail(0).row).toMatchObject({ state: 'held', attempts: 0 });
    store.api.outbox.received([{ packetId: id(0), receipt: 'a.b.c', receivedAt: NOW }]);
    expect(detail(0).row.state).toBe('received');
  });

  test('does not hold what is held or received, nor release or retry what does not wait so', async () => {
    const { outbox } = store.store;
    const refused = { code: 'packet.state' };
    store.api.outbox.hold(id(0), 'tooLarge', 'packet-too-large', NOW);
    await expect(outbox.holdByHand(id(0), 'Tunggu', by(), NOW)).rejects.toMatchObject(refused);
    expect(detail(0).row.holdReason).toBe('tooLarge');
    await expect(outbox.retry(id(0), by(), NOW)).rejects.toMatchObject(refused);
    await expect(outbox.release(id(1), by(), NOW)).rejects.toMatchObject(refused);
    store.api.outbox.received([{ packetId: id(1), receipt: 'a.b.c', receivedAt: NOW }]);
    for (const act of [
      outbox.holdByHand(id(1), 'Tunggu', by(), NOW),
      outbox.release(id(1), by(), NOW),
      outbox.retry(id(1), by(), NOW),
    ])
      await expect(act).rejects.toMatchObject(refused);
    await expect(outbox.packet(newPacketId())).rejects.toMatchObject({ code: 'packet.unknown' });
  });

  test('retries one now: its wait is forgotten, its attempts are not', () => {
    store.api.outbox.failed(id(2), 'timeout', NOW + 5 * 60_000);
    expect(due()).toEqual([0, 1, 3]);
    expect(store.api.outbox.retry(id(2), by(), NOW)).toBe(3);
    expect(due()).toEqual([0, 1, 2, 3]);
    expect(detail(2)).toMatchObject({ row: { attempts: 1, nextAttemptAt: null } });
    expect(detail(2).history[0]?.act).toBe('retried');
  });

  test('may release a held one that was replaced, unless nobody can read its bytes', async () => {
    store.api.outbox.hold(id(0), 'unreadable', 'sealed-bytes', NOW);
    const { packetId, sequence } = await recordResident(store, store.niks[0] ?? '');
    expect(detail(0)).toMatchObject({ mayRelease: false, successor: sequence });
    // Held for another reason it is what any packet is: the center must have every number.
    store.db.write((tx) => tx.run('UPDATE packet SET replaces = ? WHERE packet_id = ?', id(1), packetId));
    store.api.outbox.holdByHand(id(1), 'Tunggu', by(), NOW);
    expect(detail(1)).toMatchObject({ mayRelease: true, successor: sequence });
    store.api.outbox.release(id(1), by(), NOW);
    expect(detail(1).row.state).toBe('recorded');
  });

  test('deletes nothing: bytes and row of a held packet outlast any retention', () => {
    store.api.outbox.holdByHand(id(0), 'Tunggu', by(), NOW);
    expect(store.api.outbox.purge(NOW + 9_000 * DAY, 0)).toBe(0);
    expect(detail(0)).toMatchObject({ hasBytes: true, row: { state: 'held' } });
  });
});

describe('what reconcile found', () => {
  const found = (over: Partial<ReconcileAnswer>): ReconcileAnswer => ({
    ...{ missing: [], unknown: [], mismatched: [], gaps: [] },
    ...over,
  });
  const findings = () => store.api.findings.latest(10);
  const kinds = () =>
    findings().map(({ kind, settledAt }) => (settledAt === null ? kind : `${kind} settled`));

  test('is shown with the packet it speaks of, until a later reconcile no longer finds it', () => {
    store.api.outbox.received([{ packetId: id(0), receipt: 'a.b.c', receivedAt: NOW }]);
    const stranger = newPacketId();
    const answer = found({
      missing: [id(0), id(1)],
      mismatched: [id(2)],
      unknown: [{ sequence: 9, packetId: stranger }],
      gaps: [{ from: 5, to: 8 }],
    });
    store.api.outbox.reconciled(answer, RANGE, NOW);
    expect(kinds().sort()).toEqual(['gap', 'mismatched', 'resent', 'unknown']);
    expect(findings().find(({ kind }) => kind === 'resent')).toMatchObject({
      ...{ from: 1, to: 1, packetId: id(0), settledAt: null },
      packet: { state: 'recorded' },
    });
    expect(findings().find(({ kind }) => kind === 'unknown')).toMatchObject({
      ...{ packetId: stranger, packet: null },
    });
    // Not here yet: it stands, and is no new finding.
    store.api.outbox.reconciled(answer, RANGE, NOW + DAY);
    expect(findings().every(({ foundAt }) => Date.parse(foundAt) === NOW)).toBe(true);
    store.api.outbox.received([{ packetId: id(0), receipt: 'd.e.f', receivedAt: NOW + DAY }]);
    store.api.outbox.reconciled(found({ gaps: [{ from: 5, to: 8 }] }), RANGE, NOW + 2 * DAY);
    expect(kinds()[0]).toBe('gap');
    expect(kinds().slice(1).sort()).toEqual(['mismatched settled', 'resent settled', 'unknown settled']);
  });

  test('is settled only where it was looked for, and found anew when it comes back', () => {
    const gap = { from: 5, to: 8 };
    store.api.outbox.reconciled(found({ gaps: [gap] }), RANGE, NOW);
    store.api.outbox.reconciled(found({}), { from: 100, to: 200 }, NOW + DAY);
    expect(kinds()).toEqual(['gap']);
    store.api.outbox.reconciled(found({}), RANGE, NOW + DAY);
    store.api.outbox.reconciled(found({ gaps: [gap] }), RANGE, NOW + 2 * DAY);
    expect(findings()).toMatchObject([{ settledAt: null, foundAt: new Date(NOW + 2 * DAY).toISOString() }]);
  });

  test('tells what is lost: the center does not have it and neither has the disk', () => {
    store.api.outbox.received([{ packetId: id(0), receipt: 'a.b.c', receivedAt: NOW }]);
    store.db.write((tx) => tx.run('DELETE FROM packet_blob WHERE packet_id = ?', id(0)));
    store.api.outbox.reconciled(found({ missing: [id(0)] }), RANGE, NOW);
    expect(findings()).toMatchObject([{ kind: 'lost', packetId: id(0), packet: { state: 'received' } }]);
    expect(detail(0).history[0]?.act).toBe('lost');
  });
});

test('a setting by a person is in the audit with what it was and is', () => {
  store.api.station.setByHand('syncLimits', '{"ceiling":16000,"hours":null}', by(), NOW);
  expect(store.api.station.setting('syncLimits')).toContain('16000');
  expect(
    store.db.get("SELECT by_account, subject, detail FROM audit WHERE what = 'setting.changed'"),
  ).toMatchObject({
    ...{ by_account: by(), subject: 'syncLimits' },
    detail: JSON.stringify({ before: null, after: '{"ceiling":16000,"hours":null}' }),
  });
});
