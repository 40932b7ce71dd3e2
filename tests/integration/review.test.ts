// What waits for a supervisor, at a station with a real center: no way out of it before the word, and the usual one after.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha256Schema, type PacketId } from '../../app/ids.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import { carriedDisk, courierOf } from '../helpers/courier.ts';
import { office } from '../helpers/office.ts';
import { recordResident, testCaptures } from '../helpers/store.ts';

/** Parts that the center takes: its signature is one. */
function captures(): Capture[] {
  const bytes = new Uint8Array(Buffer.from('{"strokes":[[1,2]]}'));
  const sha256 = sha256Schema.parse(createHash('sha256').update(bytes).digest('hex'));
  return testCaptures().map((one) =>
    one.part.name === 'signature'
      ? { ...one, part: { ...one.part, size: bytes.length, sha256 }, bytes }
      : one,
  );
}

async function reviewed() {
  const at = await office();
  const { test: store, date } = at;
  const by = store.supervisor.accountId;
  store.api.station.setByHand('review', '"all"', by, Date.now());
  const stateOf = (packetId: PacketId) => store.api.outbox.packet(packetId).row.state;
  const approve = (...ids: PacketId[]) => {
    for (const id of ids) store.api.reviews.approve([id], by, Date.now());
    at.engine.wake();
  };
  const record = async (nik: string) =>
    (await recordResident(store, nik, { captures: captures(), now: Date.now(), date })).packetId;
  return { ...at, by, stateOf, approve, record };
}

test('nothing goes before it is approved, by link or disk; then it goes like any other, and only it', async () => {
  const { center, test: store, engine, record, by, stateOf, approve, waiting } = await reviewed();
  const [first = '', second = '', third = ''] = waiting;
  const [returned, approved, left] = [await record(first), await record(second), await record(third)];
  expect(await engine.syncNow()).toMatchObject({ ended: 'done', received: 0, remaining: 0, review: 3 });
  expect(await center.packetCount()).toBe(0);
  await expect(courierOf(store).pack(carriedDisk())).rejects.toMatchObject({ code: 'courier.nothing' });

  approve(approved);
  store.api.reviews.return(returned, 'Foto bukan orangnya', by, Date.now());
  expect(await engine.syncNow()).toMatchObject({ ended: 'done', remaining: 0, review: 1 });
  expect([returned, approved, left].map(stateOf)).toEqual(['returned', 'received', 'review']);
  expect(await center.packetCount()).toBe(1);

  // The resident comes again. The center, which never heard of the first, takes the second for what it is.
  const anew = await record(first);
  approve(anew);
  await engine.syncNow();
  await center.outcomes(2);
  await engine.syncNow();
  expect([returned, approved, anew, left].map(stateOf)).toEqual([
    'superseded',
    'accepted',
    'accepted',
    'review',
  ]);
  expect(await center.packetCount()).toBe(2);
  // Their numbers are accounted for: what waits here and what will never go are no gaps.
  expect(store.api.findings.latest(9)).toEqual([]);
});
