// The second copy over a real store and real files: what a packet's copy is, a disk that goes and comes back, spoils,
// or is another one, and when a copy goes.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Decrypter } from 'age-encryption';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { deskRowSchema, mirrorEntrySchema, type MirrorPlace } from '../../app/sync/mirror.ts';
import { sha256 } from '../../main/security/sign.ts';
import type { OutboxItem, StationRecord } from '../../main/store/api.ts';
import { readBack } from '../../main/sync/courier/disk.ts';
import { readCard } from '../../main/sync/mirror/card.ts';
import { FolderMirror } from '../../main/sync/mirror/folder.ts';
import { filesEnding, mirrorOf, mirrorOn, recoveryKey, secondDisk } from '../helpers/mirror.ts';
import { findPlainText } from '../helpers/plain-text.ts';
import { openTestStore, recordResident, testActivation, type TestStore } from '../helpers/store.ts';

async function station(recovery: Awaited<ReturnType<typeof recoveryKey>> | null = null): Promise<TestStore> {
  const opened = await openTestStore({ residents: 12 });
  onTestFinished(() => opened.destroy());
  if (recovery !== null) {
    const { keyId, recipient } = recovery;
    const policy = { ...testActivation(opened.center).policy, recovery: { keyId, recipient } };
    opened.api.reference.apply([{ type: 'policy', policy }], null, Date.now());
  }
  return opened;
}

const record = async (store: TestStore, from: number, to: number) => {
  const ids = [];
  for (const nik of store.niks.slice(from, to)) ids.push((await recordResident(store, nik)).packetId);
  return ids;
};

test('a packet is on the second disk within seconds, whole, signed, and readable by the recovery key alone', async () => {
  const key = await recoveryKey();
  const store = await station(key);
  const disk = secondDisk();
  const { mirror, until } = mirrorOf(store);
  expect((await until(({ state }) => state === 'none')).folder).toBeNull();
  await mirror.choose(disk, store.supervisor.accountId);
  await until(({ state }) => state === 'ok');

  const began = performance.now();
  const [packetId = ''] = await record(store, 0, 1);
  mirror.wake();
  const status = await until(
    ({ state, behind, copiedAt }) => state === 'ok' && behind === 0 && copiedAt !== null,
  );
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(status).toMatchObject({ recoverable: true, sameDisk: true });

  const folder = mirrorOn(disk);
  const sealed = readFileSync(path.join(folder, `${packetId}.age`));
  const item = store.api.outbox.waiting(0, 1)[0];
  expect(sha256(sealed)).toBe(item?.sha256);
  const jws = readFileSync(path.join(folder, `${packetId}.jws`), 'ascii');
  expect(decodeProtectedHeader(jws)).toMatchObject({ alg: 'EdDSA', typ: 'rekam-mirror+jws' });
  const entry = mirrorEntrySchema.parse(decodeJwt(jws));
  // What a takeover needs: the original manifest, the sealed packet, the desk's row.
  expect(entry.manifest).toBe(item?.manifest);
  const decrypter = new Decrypter();
  decrypter.addIdentity(key.identity);
  const row = deskRowSchema.parse(
    JSON.parse(await decrypter.decrypt(Buffer.from(entry.row?.sealed ?? '', 'base64'), 'text')),
  );
  expect(row).toMatchObject({
    packetId,
    biodata: { nik: store.niks[0] },
    operator: { name: store.operator.name },
  });

  const secrets = [store.niks[0] ?? '', row.biodata.nama, store.operator.name];
  // The entry's payload too, which base64 alone would hide.
  writeFileSync(path.join(folder, 'payload'), Buffer.from(jws.split('.')[1] ?? '', 'base64url'));
  expect(findPlainText(disk, secrets)).toEqual([]);
});

test('unplugged, then another empty folder in its place: told as lost, never written to, caught up when it returns', async () => {
  const store = await station();
  const disk = secondDisk();
  const { mirror, until } = mirrorOf(store);
  await mirror.choose(disk, store.supervisor.accountId);
  await record(store, 0, 2);
  mirror.wake();
  await until(({ state, copiedAt }) => state === 'ok' && copiedAt !== null);

  const folder = mirrorOn(disk);
  renameSync(folder, `${folder}.away`);
  await record(store, 2, 5);
  mirror.wake();
  expect(await until(({ state }) => state === 'lost')).toMatchObject({ behind: 3, folder });
  // The mount point of a disk that is not there.
  mkdirSync(folder);
  mirror.wake();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(mirror.status().state).toBe('lost');
  expect(filesEnding(folder, '')).toEqual([]);

  rmSync(folder, { recursive: true });
  renameSync(`${folder}.away`, folder);
  mirror.wake();
  await until(({ state }) => state === 'ok');
  expect(filesEnding(folder, '.age')).toHaveLength(5);
  expect(filesEnding(folder, '.jws')).toHaveLength(5);
  expect(store.api.mirror.behind()).toBe(0);
});

test('a copy that was deleted or spoiled on the disk is found and made again', async () => {
  const store = await station();
  const disk = secondDisk();
  const first = mirrorOf(store);
  await first.mirror.choose(disk, store.supervisor.accountId);
  const [gone = '', spoiled = '', foreign = ''] = await record(store, 0, 4);
  first.mirror.wake();
  await first.until(({ state, copiedAt }) => state === 'ok' && copiedAt !== null);
  await first.mirror.stop();

  const folder = mirrorOn(disk);
  rmSync(path.join(folder, `${gone}.jws`));
  const file = path.join(folder, `${spoiled}.age`);
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  // An entry under another packet's name.
  const other = readFileSync(path.join(folder, `${spoiled}.jws`));
  writeFileSync(path.join(folder, `${foreign}.jws`), other);

  store.api.station.set('mirrorCheckedAt', '0');
  const second = mirrorOf(store);
  await expect.poll(() => store.api.station.setting('mirrorCheckedAt')).not.toBe('0');
  const isWhole = ({ packetId, sha256: expected, manifest }: OutboxItem) => {
    const [sealed, entry] = ['age', 'jws'].map((ending) => path.join(folder, `${packetId}.${ending}`));
    if (sealed === undefined || entry === undefined || !existsSync(entry)) return false;
    const told = mirrorEntrySchema.parse(decodeJwt(readFileSync(entry, 'ascii')));
    return sha256(readFileSync(sealed)) === expected && told.manifest === manifest;
  };
  // The state that is shown may be from before the look at the copies.
  const waiting = store.api.outbox.waiting(0, 10);
  expect(waiting).toHaveLength(4);
  await expect
    .poll(() => waiting.filter((item) => !isWhole(item)).map(({ packetId }) => packetId))
    .toEqual([]);
  await second.mirror.stop();
});

test('a copy goes when the bytes here went, and not before', async () => {
  const store = await station();
  const disk = secondDisk();
  const { mirror, until } = mirrorOf(store);
  await mirror.choose(disk, store.supervisor.accountId);
  const [kept = '', purged = ''] = await record(store, 0, 2);
  mirror.wake();
  await until(({ state, copiedAt }) => state === 'ok' && copiedAt !== null);
  const folder = mirrorOn(disk);

  const packet = store.api.outbox.waiting(0, 2)[1];
  if (packet === undefined) throw new Error('no packet');
  store.api.outbox.received([{ packetId: packet.packetId, receipt: 'a.b.c', receivedAt: 1_000 }]);
  store.api.outbox.outcomes(
    [
      {
        packetId: packet.packetId,
        verdict: 'accepted',
        remedy: null,
        reasons: [],
        decidedAt: new Date(1_000).toISOString(),
      },
    ],
    '1',
    1_000,
  );
  // Removed and copied again, it would be a newer file.
  const madeAt = () => statSync(path.join(folder, `${purged}.age`)).mtimeMs;
  const before = madeAt();
  // A receipt and a verdict, but not yet the retention.
  expect(store.api.outbox.purge(2_000, 5_000)).toBe(0);
  mirror.wake();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(filesEnding(folder, '.age').sort()).toEqual([`${kept}.age`, `${purged}.age`].sort());

  expect(madeAt()).toBe(before);

  expect(store.api.outbox.purge(9_000, 5_000)).toBe(1);
  mirror.wake();
  await expect.poll(() => filesEnding(folder, '.age')).toEqual([`${kept}.age`]);
  expect(filesEnding(folder, '.jws')).toEqual([`${kept}.jws`]);
  expect(store.api.mirror.behind()).toBe(0);
});

test('a new recovery key seals every entry anew, and another disk gets every packet', async () => {
  const store = await station();
  const disk = secondDisk();
  const { mirror, until } = mirrorOf(store);
  await mirror.choose(disk, store.supervisor.accountId);
  const [packetId = ''] = await record(store, 0, 3);
  mirror.wake();
  expect(await until(({ state, copiedAt }) => state === 'ok' && copiedAt !== null)).toMatchObject({
    recoverable: false,
  });
  const keyOf = (folder: string) =>
    mirrorEntrySchema.parse(decodeJwt(readFileSync(path.join(folder, `${packetId}.jws`), 'ascii'))).row
      ?.keyId;
  expect(keyOf(mirrorOn(disk))).toBeUndefined();

  const { keyId, recipient } = await recoveryKey();
  const policy = { ...testActivation(store.center).policy, recovery: { keyId, recipient } };
  store.api.reference.apply([{ type: 'policy', policy }], null, Date.now());
  mirror.wake();
  await until(({ state, recoverable }) => state === 'ok' && recoverable);
  expect(keyOf(mirrorOn(disk))).toBe(keyId);

  const other = secondDisk();
  await mirror.choose(other, store.supervisor.accountId);
  await until(({ state, behind }) => state === 'ok' && behind === 0);
  expect(filesEnding(mirrorOn(other), '.jws')).toHaveLength(3);
});

test('a folder in the station’s own data is refused, and one that cannot be written', async () => {
  const store = await station();
  const { mirror } = mirrorOf(store);
  const by = store.supervisor.accountId;
  await expect(mirror.choose(store.dir, by)).rejects.toMatchObject({ code: 'mirror.inside' });
  const file = path.join(secondDisk(), 'file');
  writeFileSync(file, '');
  await expect(mirror.choose(path.join(file, 'x'), by)).rejects.toMatchObject({ code: 'mirror.unwritable' });
  expect(store.api.station.setting('mirror')).toBeNull();
});

test('two files read back at the same time are each told as they lie there', async () => {
  const disk = secondDisk();
  const files = Array.from({ length: 8 }, (_, index) => {
    const bytes = Buffer.alloc(3 * 1024 * 1024 + index, index + 1);
    const file = path.join(disk, String(index));
    writeFileSync(file, bytes);
    return { file, expected: sha256(bytes) };
  });
  const { signal } = new AbortController();
  const found = await Promise.all(files.map(({ file }) => readBack(file, signal)));
  expect(found).toEqual(files.map(({ expected }) => expected));
});

test('what was recorded during the daily check is on the station’s card too when it stops', async () => {
  const store = await station();
  const disk = secondDisk();
  let late = 1;
  class Interrupted extends FolderMirror {
    override async isWhole(...asked: Parameters<FolderMirror['isWhole']>): Promise<boolean> {
      const isWhole = await super.isWhole(...asked);
      await record(store, late, (late += 1));
      return isWhole;
    }
  }
  const target = (place: MirrorPlace, { activation }: StationRecord) =>
    new Interrupted(place, activation.stationId, store.dir);
  const { mirror, until } = mirrorOf(store, { target });
  await record(store, 0, 1);
  await mirror.choose(disk, store.supervisor.accountId);
  await until(({ state, behind }) => state === 'ok' && behind === 0 && late === 2);
  await mirror.stop();
  expect(filesEnding(mirrorOn(disk), '.jws')).toHaveLength(2);
  expect(readCard(store.dir, store.stationKey)?.last?.sequence).toBe(2);
});
