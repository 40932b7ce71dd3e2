// What the station seals and signs, held against tools of others: the age command and jose. And the other way: what the age
// command seals, the center takes in and opens.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Decrypter, generateX25519Identity } from 'age-encryption';
import { compactVerify, importJWK } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { decodePacket } from '../../app/enrollment/packet.ts';
import { STATION_CARD_FILE } from '../../app/sync/mirror.ts';
import { JWS_TYPES } from '../../app/sync/protocol.ts';
import { seal } from '../../main/security/seal.ts';
import { publicKeyX, sha256, signJws } from '../../main/security/sign.ts';
import { writeCard } from '../../main/sync/mirror/card.ts';
import { startTestCenter } from '../helpers/center.ts';
import { activateStation } from '../helpers/center-station.ts';
import { carriedDisk, courierOf, importAt, packOn } from '../helpers/courier.ts';
import { filesEnding, mirrorOf, mirrorOn, recoveryKey, secondDisk } from '../helpers/mirror.ts';
import { office } from '../helpers/office.ts';
import { openTestStore, recordResident } from '../helpers/store.ts';

const ageTool = spawnSync('age', ['--version'], { encoding: 'utf8' });
const hasAge = ageTool.status === 0;
const WITHOUT = hasAge ? '' : ' (skipped: no age command here; set-up installs it where apt-get may)';

const work = mkdtempSync(path.join(tmpdir(), 'rekam-age-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Opens by the command; null where it refuses. */
function openByAge(sealed: Uint8Array, identity: string): Buffer | null {
  const key = path.join(work, 'key.txt');
  writeFileSync(key, `${identity}\n`, { mode: 0o600 });
  const { status, stdout } = spawnSync('age', ['--decrypt', '--identity', key], {
    input: sealed,
    maxBuffer: 1 << 28,
  });
  return status === 0 ? stdout : null;
}

function sealByAge(bytes: Uint8Array, recipient: string): Uint8Array {
  const { status, stdout, stderr } = spawnSync('age', ['--encrypt', '--recipient', recipient], {
    input: bytes,
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr.toString());
  return Uint8Array.from(stdout);
}

describe(`the age command${WITHOUT}`, () => {
  test.skipIf(!hasAge)('opens a recorded packet with the center’s key, and with no other', async () => {
    const store = await openTestStore();
    const recorded = await recordResident(store, store.niks[0] ?? '');
    const sealed = store.api.outbox.sealed(recorded.packetId) ?? new Uint8Array();
    const opened = openByAge(sealed, store.center.identity);
    const packet = decodePacket(opened ?? new Uint8Array(), sha256);
    expect(packet.ok && packet.value.enrollment.biodata.nik).toBe(recorded.nik);
    expect(packet.ok && packet.value.parts.size).toBe(16);
    expect(openByAge(sealed, await generateX25519Identity())).toBeNull();
    store.destroy();
  });

  test.skipIf(!hasAge).each([0, 1, 65_535, 65_536, 65_537, 131_072, 700_001])(
    'opens %i bytes as they were, and none that was touched',
    async (size) => {
      const { identity, recipient } = await recoveryKey();
      const bytes = randomBytes(size);
      const sealed = await seal(bytes, recipient);
      expect(openByAge(sealed, identity)?.equals(bytes)).toBe(true);
      const touched = Uint8Array.from(sealed);
      touched[touched.length - 1] = (touched.at(-1) ?? 0) ^ 1;
      expect(openByAge(touched, identity)).toBeNull();
    },
  );

  test.skipIf(!hasAge)('seals what the center takes in, opens and accepts', async () => {
    const center = await startTestCenter();
    const station = await activateStation(center);
    const [resident] = await center.residents({ recorded: false });
    if (resident === undefined) throw new Error('nobody left');
    const honest = await station.packet(resident);
    const identity = readFileSync(path.join(center.data, 'sealing.age'), 'utf8').trim();
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const content = await decrypter.decrypt(honest.sealed);
    station.sequence = 0;
    station.previous = null;
    const packet = await station.packet(resident, {
      id: honest.id,
      sealed: sealByAge(content, station.activation.sealing.recipient),
    });
    expect((await station.create(packet)).status).toBe(201);
    expect(await center.outcomes(1)).toEqual([{ packetId: packet.id, verdict: 'accepted' }]);
  });
});

test('jose verifies every statement that the station and the center sign, and none under another key or type', async () => {
  const { center, test: store, engine, record } = await office();
  await engine.stop();
  const [id] = await record(2, 60);
  const recovery = await recoveryKey();
  const mirror = mirrorOf(store);
  const second = secondDisk();
  await mirror.until(({ state }) => state === 'none');
  await mirror.mirror.choose(second, store.supervisor.accountId);
  await mirror.settled();
  await mirror.mirror.stop();
  const disk = carriedDisk();
  await courierOf(store).pack(disk);
  await importAt(center, disk);
  const { list, receipts } = packOn(disk, store);
  const activation = store.api.station.record()?.activation;
  if (activation === undefined) throw new Error('not activated');
  await writeCard(store.dir, store.stationKey, {
    v: 1,
    activation,
    centerUrl: 'x',
    caPem: null,
    mirror: null,
    last: null,
  });
  const [entryFile] = filesEnding(mirrorOn(second), '.jws');
  const [fact] = store.api.journal.pending(1);
  const sealedEntry = await store.store.copies.entry(id as never, recovery);
  const own = publicKeyX(store.stationKey);
  const theirs = activation.receiptKey.x;
  const statements: readonly (readonly [keyof typeof JWS_TYPES, string | undefined, string])[] = [
    ['manifest', store.db.get<{ manifest: string }>('SELECT manifest FROM packet')?.manifest, own],
    ['mirror', readFileSync(path.join(mirrorOn(second), entryFile ?? ''), 'ascii'), own],
    ['mirror', sealedEntry ?? undefined, own],
    ['courier', readFileSync(list, 'utf8').trim(), own],
    ['station', readFileSync(path.join(store.dir, STATION_CARD_FILE), 'ascii'), own],
    ['fact', signJws(JWS_TYPES.fact, activation.stationId, fact ?? {}, store.stationKey), own],
    [
      'receipt',
      (JSON.parse(readFileSync(receipts, 'utf8').split('\n')[0] ?? '') as { receipt: string }).receipt,
      theirs,
    ],
  ];
  for (const [type, jws, x] of statements) {
    const key = (of: string) => importJWK({ kty: 'OKP', crv: 'Ed25519', x: of }, 'EdDSA');
    const only = { algorithms: ['EdDSA'] };
    const { protectedHeader, payload } = await compactVerify(jws ?? '', await key(x), only);
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: JWS_TYPES[type] });
    expect(JSON.parse(Buffer.from(payload).toString('utf8'))).toHaveProperty(type === 'fact' ? 'fact' : 'v');
    await expect(compactVerify(jws ?? '', await key(x === own ? theirs : own), only)).rejects.toThrow(
      'signature',
    );
  }
});
