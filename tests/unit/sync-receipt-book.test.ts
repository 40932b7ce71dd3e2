import { expect, test } from 'vitest';
import { ReceiptBook, type VerifiedReceipt } from '../../main/sync/receipts.ts';
import type { KeptReceipt, Remote, StoreApi } from '../../main/store/api.ts';

/** A store whose writes end when they are told to. */
function slowStore() {
  const writes: { ids: string[]; end: PromiseWithResolvers<void> }[] = [];
  const received = (receipts: readonly KeptReceipt[]): Promise<void> => {
    const end = Promise.withResolvers<void>();
    writes.push({ ids: receipts.map(({ packetId }) => packetId), end });
    return end.promise;
  };
  return { writes, book: new ReceiptBook({ outbox: { received } } as Remote<Pick<StoreApi, 'outbox'>>) };
}

function receipt(packetId: string): VerifiedReceipt {
  return { jws: 'a.b.c', receipt: { packetId, receivedAt: '2011-11-14T12:00:00Z' } } as VerifiedReceipt;
}

test('what comes while the disk still writes is written together, and each waits for its own write', async () => {
  const { writes, book } = slowStore();
  const kept: string[] = [];
  const keep = (id: string) => book.keep(receipt(id)).then(() => kept.push(id));
  const all = [keep('1')];
  await expect.poll(() => writes.length).toBe(1);
  all.push(keep('2'), keep('3'));
  writes[0]?.end.resolve();
  await expect.poll(() => writes.length).toBe(2);
  expect(writes.map(({ ids }) => ids)).toEqual([['1'], ['2', '3']]);
  expect(kept).toEqual(['1']);
  writes[1]?.end.resolve();
  await Promise.all(all);
  expect(kept).toEqual(['1', '2', '3']);
});

test('a write that fails is told to those it was for; the next one is tried', async () => {
  const { writes, book } = slowStore();
  const first = book.keep(receipt('1'));
  await expect.poll(() => writes.length).toBe(1);
  const second = book.keep(receipt('2'));
  writes[0]?.end.reject(new Error('full'));
  await expect(first).rejects.toThrow('full');
  await expect.poll(() => writes.length).toBe(2);
  writes[1]?.end.resolve();
  await second;
  expect(writes[1]?.ids).toEqual(['2']);
});
