// The center gets other keys: the station follows what the old key announced, and nothing else.
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { changeKeys, loadKeys } from '../../center/keys.ts';
import { JWS_TYPES, keyChangeSchema, type KeyChange } from '../../app/sync/protocol.ts';
import { publicKeyX, signJws } from '../../main/security/sign.ts';
import { CenterKeys } from '../../main/sync/center-keys.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { office, when } from '../helpers/office.ts';
import { TEST_NOW } from '../helpers/store.ts';

const BOTH = { sealing: true, receipt: true };

test('the station follows, old packets and receipts count, new ones go to the new key, a new station knows both', async () => {
  const { center, test: store, engine, record, startEngine } = await office({ residents: 30 });
  const before = store.api.station.record()?.activation;
  const [first] = await record(1);
  await engine.syncNow();
  // Recorded, and sealed to the old recipient, while the center is away.
  await center.stop();
  const [old] = await record(1);
  await changeKeys(center.data, BOTH);
  // Twice: one change leads on from the other.
  const change = await changeKeys(center.data, BOTH);
  await center.start();
  const activation = () => store.api.station.record()?.activation;
  while (activation()?.receiptKey.kid !== change.receiptKey.kid) await engine.syncNow();
  expect(activation()).toMatchObject({ sealing: change.sealing, receiptKey: change.receiptKey });
  expect(activation()?.formerReceiptKeys.map(({ kid }) => kid)).toContain(before?.receiptKey.kid);
  expect(store.api.station.keyNews().followedAt).not.toBeNull();
  const acts = store.db.all<{ what: string }>("SELECT what FROM audit WHERE what LIKE 'keys.%'");
  expect(acts.map(({ what }) => what)).toEqual(['keys.followed', 'keys.followed']);

  const [fresh] = await record(1);
  while (store.api.outbox.summary(0).waiting > 0) await engine.syncNow();
  expect(await center.packetCount()).toBe(3);
  const verdicts = await center.outcomes(3);
  expect(new Set(verdicts.map(({ packetId }) => packetId))).toEqual(new Set([first, old, fresh]));
  // Opened, whatever it thinks of made-up parts.
  const reasons = await center.running.db.selectFrom('outcome').select('reasons').execute();
  const codes = reasons.flatMap((row) => row.reasons.map(({ code }) => code));
  expect(codes.filter((code) => code.startsWith('packet.'))).toEqual([]);
  const recipients = await center.running.db
    .selectFrom('packet')
    .select('recipient_key_id')
    .orderBy('sequence')
    .execute();
  expect(recipients.map((row) => row.recipient_key_id)).toEqual([
    before?.sealing.keyId,
    before?.sealing.keyId,
    change.sealing.keyId,
  ]);

  // The first packet's receipt is by the first key, and the center gives it again as it is.
  const receipt =
    store.db.get<{ receipt: string }>('SELECT receipt FROM receipt WHERE packet_id = ?', first ?? '')
      ?.receipt ?? '';
  const { packet } = store.api.outbox.subject(first as never, receipt) ?? {};
  const now = activation();
  if (packet === undefined || now === undefined) throw new Error('no packet');
  const keys = new CenterKeys(
    { store: store.store, now: Date.now, log: { info() {}, warn() {}, error() {} } },
    now,
  );
  expect(keys.checkReceipt(receipt, packet)).not.toBeNull();
  // Given later than that key spoke for, it is worth nothing.
  const early = {
    ...now,
    formerReceiptKeys: now.formerReceiptKeys.map((key) => ({ ...key, until: '2000-01-01T00:00:00.000Z' })),
  };
  const strict = new CenterKeys(
    { store: store.store, now: Date.now, log: { info() {}, warn() {}, error() {} } },
    early,
  );
  expect(strict.checkReceipt(receipt, packet)).toBeNull();

  // Another run begins with what was learnt, and a station that comes new knows the former keys too.
  await engine.stop();
  const again = startEngine();
  expect(await again.syncNow()).toMatchObject({ ended: 'done' });
  const second = await office({ center, code: await center.activationCode('Meja 2') });
  expect(second.test.api.station.record()?.activation).toMatchObject({
    receiptKey: change.receiptKey,
    formerReceiptKeys: now.formerReceiptKeys,
  });
});

const station = freshStore();
const log = { info() {}, warn() {}, error() {} };
const announce = (change: Partial<KeyChange>, key = station.center.receiptKey) => {
  const { sealing, receiptKey } = station.activation;
  const whole = keyChangeSchema.parse({
    v: 1,
    replaces: { keyId: sealing.keyId, kid: receiptKey.kid, x: receiptKey.x },
    sealing: { keyId: 'sealing-2', recipient: sealing.recipient },
    receiptKey: { kid: 'receipt-2', x: publicKeyX(generateKeyPairSync('ed25519').privateKey) },
    at: new Date(TEST_NOW).toISOString(),
    ...change,
  });
  return signJws(JWS_TYPES.keys, 'receipt-1', whole, key);
};
const follower = () =>
  new CenterKeys(
    { store: station.store, now: () => TEST_NOW, log },
    station.api.station.record()?.activation ?? station.activation,
  );

test('an announcement that the center did not sign is refused and told, once; a true one beside it counts', async () => {
  const keys = follower();
  const forged = announce({}, generateKeyPairSync('ed25519').privateKey);
  // Signed by the right key, but as something else.
  const wrongType = signJws(JWS_TYPES.receipt, 'receipt-1', { v: 1 }, station.center.receiptKey);
  await keys.follow([forged, wrongType]);
  await keys.follow([forged, 'a.b.c']);
  expect(station.api.station.record()?.activation).toEqual(station.activation);
  expect(keys.x).toBe(station.activation.receiptKey.x);
  expect(station.api.station.keyNews()).toEqual({ followedAt: null, refusedAt: TEST_NOW });
  const told = station.db.all<{ what: string }>("SELECT what FROM audit WHERE what LIKE 'keys.%'");
  expect(told).toHaveLength(3);
  await keys.follow([forged, announce({})]);
  expect(station.api.station.record()?.activation.receiptKey.kid).toBe('receipt-2');
  expect(station.api.station.keyNews()).toEqual({ followedAt: TEST_NOW, refusedAt: null });
});

test('what speaks of a change before ours is passed over; only the sealing key may change too', async () => {
  const keys = follower();
  const { receiptKey, sealing } = station.activation;
  await keys.follow([announce({ replaces: { keyId: 'sealing-0', kid: 'receipt-0', x: receiptKey.x } })]);
  expect(station.api.station.keyNews()).toEqual({ followedAt: null, refusedAt: null });
  await keys.follow([announce({ receiptKey: { kid: receiptKey.kid, x: receiptKey.x } })]);
  expect(station.api.station.record()?.activation).toMatchObject({
    sealing: { keyId: 'sealing-2', recipient: sealing.recipient },
    receiptKey,
    formerReceiptKeys: [],
  });
});

test('a change at the center that was cut before its announcement changes nothing, after it is finished', async () => {
  const { center } = await office({ residents: 2 });
  await center.stop();
  const before = await loadKeys(center.data);
  const change = await changeKeys(center.data, BOTH);
  const after = await loadKeys(center.data);
  expect([after.sealing.keyId, after.receipt.kid]).toEqual([change.sealing.keyId, change.receiptKey.kid]);
  expect(after.formerSealing.map(({ keyId }) => keyId)).toEqual([before.sealing.keyId]);
  expect(readdirSync(center.data).filter((name) => name.includes('next'))).toEqual([]);
  expect(existsSync(path.join(center.data, 'keys.jsonl'))).toBe(true);
  expect(readFileSync(path.join(center.data, 'keys.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1);
  await center.start();
});

test('waits for nobody', async () => {
  // A station whose engine runs hears of it by the next pulse alone.
  const { center, test: store, engine } = await office({ residents: 2 });
  await center.stop();
  const { receiptKey } = await changeKeys(center.data, { sealing: false, receipt: true });
  await center.start();
  await Promise.all([
    engine.syncNow().catch(() => undefined),
    when(engine, () => store.api.station.record()?.activation.receiptKey.kid === receiptKey.kid),
  ]);
  expect(await engine.syncNow()).toMatchObject({ ended: 'done' });
});
