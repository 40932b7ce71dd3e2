// What lies on disks beside the courier's: copies on a second one, the station's card, and the database file itself.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { RekamError } from '../../app/errors.ts';
import type { PacketId } from '../../app/ids.ts';
import { STATION_CARD_FILE } from '../../app/sync/mirror.ts';
import { sha256 } from '../../main/security/sign.ts';
import { openStore } from '../../main/store/open-store.ts';
import { readCard, writeCard } from '../../main/sync/mirror/card.ts';
import { claimFolder, FolderMirror } from '../../main/sync/mirror/folder.ts';
import { bringBack, raiseAbove } from '../../main/sync/mirror/rounds.ts';
import { MirrorError } from '../../main/sync/mirror/target.ts';
import { fuzz, search } from '../helpers/fuzz.ts';
import { atEnd, packetsOf, quickStore, seeds, undone } from '../helpers/fuzz-store.ts';
import { filesEnding } from '../helpers/mirror.ts';
import { mutateBytes, pick } from '../helpers/mutate.ts';
import { generator, type Random } from '../helpers/random.ts';
import { completeDraft, openTestStore, recordResident, testCaptures, TEST_NOW } from '../helpers/store.ts';

const quiet = () => {};
const log = { info: quiet, warn: quiet, error: quiet };

test('copies on a second disk: only what this station signed comes back, and only whole', async () => {
  const store = await quickStore();
  const { stationId } = store.activation;
  const second = mkdtempSync(path.join(tmpdir(), 'rekam-copies-'));
  atEnd(() => rmSync(second, { recursive: true, force: true }));
  const ids: PacketId[] = [];
  for (const nik of store.niks.slice(0, 5))
    ids.push((await recordResident(store, nik, { captures: testCaptures(undefined, 60) })).packetId);
  const truth = new Map(
    packetsOf(store)
      .split('\n')
      .map((line) => [line.slice(0, 36), line]),
  );
  const place = await claimFolder(second, stationId, store.dir);
  const folder = new FolderMirror(place, stationId, store.dir);
  const { signal } = new AbortController();
  for (const packet of store.api.outbox.waiting(0, 10)) {
    const entry = (await store.store.copies.entry(packet.packetId, null)) ?? '';
    await folder.put(packet, entry, () => Promise.resolve(store.api.outbox.sealed(packet.packetId)), signal);
  }
  const names = [...filesEnding(place.folder, '.age'), ...filesEnding(place.folder, '.jws'), 'salinan.json'];
  const whole = new Map(names.map((name) => [name, readFileSync(path.join(place.folder, name))]));
  const forget = () =>
    store.db.write((tx) => {
      for (const table of ['outbox', 'packet_blob', 'enrollment', 'packet']) tx.run(`DELETE FROM ${table}`);
    });
  const act = (seed: number, hash = sha256) =>
    undone(store, async () => {
      const random = generator(seed);
      forget();
      const spoiled = new Set<string>();
      for (let times = 1 + Math.floor(random() * 3); times > 0; times -= 1) {
        const name = pick(names, random);
        const bytes =
          random() < 0.2
            ? (whole.get(pick(names, random)) ?? Buffer.alloc(0))
            : mutateBytes(whole.get(name) ?? Buffer.alloc(0), random);
        writeFileSync(path.join(place.folder, name), bytes);
        if (
          !bytes.every((byte, at) => byte === whole.get(name)?.[at]) ||
          bytes.length !== whole.get(name)?.length
        )
          spoiled.add(name);
      }
      const work = {
        ...{ store: store.store, target: folder, recovery: null, signal, now: () => TEST_NOW, log },
        copied: quiet,
        isAwaited: () => false,
      };
      try {
        await folder.attach();
        await raiseAbove(store.store, folder, hash);
        await bringBack(work);
      } catch (error) {
        if (!(error instanceof MirrorError)) throw error;
        if (!spoiled.has('salinan.json')) throw error;
      } finally {
        for (const name of spoiled) writeFileSync(path.join(place.folder, name), whole.get(name) ?? '');
      }
      const back = packetsOf(store)
        .split('\n')
        .filter((line) => line !== '');
      for (const line of back)
        if (truth.get(line.slice(0, 36)) !== line) throw new Error('something else came back');
      const missing = ids.filter((id) => !back.some((line) => line.startsWith(id)));
      const excused = missing.filter((id) => spoiled.has(`${id}.age`) || spoiled.has(`${id}.jws`));
      if (!spoiled.has('salinan.json') && missing.length !== excused.length)
        throw new Error('a whole copy did not come back');
      if (store.api.outbox.lastSequence() > ids.length)
        throw new Error('numbers go on above those that were given');
    });
  await fuzz({ ...seeds, name: 'copies on a second disk', share: 2, act });
  // Control: a station that lets what it did not sign raise its numbers.
  const blind = (seed: number) =>
    act(seed, (manifest) => {
      store.api.recovery.raise({ sequence: ids.length + 1 + (seed % 2), manifestSha256: sha256(manifest) });
      return sha256(manifest);
    });
  expect(await search({ ...seeds, name: 'control', share: 1, act: blind }, 20)).toContain('numbers go on');
});

test('the station’s card: what it signed, or none', async () => {
  const store = await quickStore();
  const card = {
    ...{
      v: 1 as const,
      activation: store.activation,
      centerUrl: 'http://127.0.0.1:1',
      caPem: null,
      mirror: null,
    },
    last: { sequence: 5, manifestSha256: sha256('x') },
  };
  await writeCard(store.dir, store.stationKey, card);
  const file = path.join(store.dir, STATION_CARD_FILE);
  const whole = readFileSync(file);
  const signed = readCard(store.dir, store.stationKey);
  expect(signed).toEqual(card);
  const act = (seed: number, look = () => readCard(store.dir, store.stationKey)) => {
    writeFileSync(file, mutateBytes(whole, generator(seed)));
    const read = look();
    if (read !== null && JSON.stringify(read) !== JSON.stringify(signed))
      throw new Error('another card than it signed');
  };
  await fuzz({ ...seeds, name: 'the station’s card', share: 2, act });
  // Control: one that looks at no signature.
  const believing = () => {
    try {
      const [, payload = ''] = readFileSync(file, 'ascii').split('.');
      return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as typeof signed;
    } catch {
      return null;
    }
  };
  const control = { ...seeds, name: 'control', share: 1, act: (seed: number) => act(seed, believing) };
  expect(await search(control, 100)).toContain('another card');
});

test('the database file: it opens whole, or says that it is damaged', async () => {
  const store = await openTestStore({ residents: 12 });
  for (const nik of store.niks.slice(0, 6)) await recordResident(store, nik);
  await completeDraft(store, store.niks[7] ?? '');
  store.db.checkpoint();
  for (const nik of store.niks.slice(8, 10)) await recordResident(store, nik);
  atEnd(() => store.destroy());
  const files = ['rekam.db', 'rekam.db-wal', 'rekam.db.keycheck'].map(
    (name) => [name, readFileSync(path.join(store.dir, name))] as const,
  );
  const everything = packetsOf(store);
  const folder = mkdtempSync(path.join(tmpdir(), 'rekam-bytes-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const act = (seed: number, known = everything) => {
    const random = generator(seed);
    rmSync(folder, { recursive: true, force: true });
    copyInto(folder, files);
    const victim = random() < 0.7 ? files[0] : pick(files, random);
    if (victim === undefined) throw new Error('no file');
    writeFileSync(path.join(folder, victim[0]), spoilFile(victim[1], random));
    try {
      const opened = openStore({ file: path.join(folder, 'rekam.db'), key: store.key, nativeBinding: null });
      try {
        const found = packetsOf(opened);
        opened.api.outbox.summary(TEST_NOW);
        opened.api.drafts.list();
        // Without its log's end it may lack the newest, and nothing else.
        if (!known.startsWith(found)) throw new Error('it says otherwise than was recorded');
      } finally {
        opened.db.close();
      }
    } catch (error) {
      requireDamaged(error);
    }
  };
  expect(await fuzz({ ...seeds, name: 'bytes of the database', share: 2, act })).toBeGreaterThan(0);
  // Control: as if one packet had been another.
  const other = everything.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
  const control = { ...seeds, name: 'control', share: 1, act: (seed: number) => act(seed, other) };
  expect(await search(control, 40)).toContain('says otherwise');
});

function copyInto(folder: string, files: readonly (readonly [string, Buffer])[]): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, bytes] of files) writeFileSync(path.join(folder, name), bytes);
}

/** At its head most of all: it is read in plain. */
function spoilFile(bytes: Buffer, random: Random): Uint8Array {
  if (random() < 0.6) return mutateBytes(bytes, random);
  const whole = Uint8Array.from(bytes);
  const at = Math.floor(random() * Math.min(128, whole.length));
  whole[at] = Math.floor(random() * 256);
  return whole;
}

function requireDamaged(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (
    error instanceof RekamError &&
    ['store.damaged', 'store.key', 'store.newer', 'disk.full'].includes(error.code)
  )
    return;
  // Inside the store these are SQLite's own words; its border says store.damaged for them.
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return;
  throw error;
}
