// What a center, a portal or a broken line in its place may answer, said by a real HTTP server to the real transport and
// every call of the engine. Each call either ends with a verdict or with what the center truly said, and nothing that was
// recorded changes for the worse.
import { randomBytes } from 'node:crypto';
import { compactVerify, decodeJwt, importJWK } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PacketId } from '../../app/ids.ts';
import { ERROR_CODES, RekamError } from '../../app/errors.ts';
import { formatActivationCode } from '../../app/sync/activation.ts';
import { PATHS } from '../../app/sync/protocol.ts';
import { publicKeyX } from '../../main/security/sign.ts';
import { activateStation } from '../../main/sync/activate.ts';
import { TransportFailure, type Transport, type TransportRequest } from '../../main/sync/api.ts';
import { createCaller, type Call } from '../../main/sync/call.ts';
import { verdictOf } from '../../main/sync/classify.ts';
import { sendJournal } from '../../main/sync/journal.ts';
import { fetchOutcomes } from '../../main/sync/outcomes.ts';
import { takePulse } from '../../main/sync/pulse.ts';
import { verifyReceipt } from '../../main/sync/receipts.ts';
import { reconcileDaily } from '../../main/sync/reconcile.ts';
import { fetchReference } from '../../main/sync/reference.ts';
import { createSigner } from '../../main/sync/request-signature.ts';
import { systemClock } from '../../main/sync/system-clock.ts';
import { createTransport } from '../../main/sync/transport.ts';
import { uploadPacket } from '../../main/sync/upload.ts';
import { FakeCenter, json } from '../helpers/fake-center.ts';
import { fuzz, search, type FuzzTarget } from '../helpers/fuzz.ts';
import { RAW, startGarbageCenter, type GarbageCenter } from '../helpers/garbage-center.ts';
import { pick } from '../helpers/mutate.ts';
import { generator } from '../helpers/random.ts';
import { openTestStore, recordResident, TEST_NOW, testBiodata, type TestStore } from '../helpers/store.ts';

const CALLS = [
  'pulse',
  'upload',
  'resume',
  'outcomes',
  'journal',
  'reference',
  'reconcile',
  'activate',
] as const;
interface Input {
  readonly call: (typeof CALLS)[number];
  readonly seed: number;
  /** In place of whatever the seed would say: one of RAW. */
  readonly raw?: number;
}

const PACKETS = 4;
let store: TestStore;
let server: GarbageCenter;
let transport: Transport;
let recorded: string;

beforeAll(async () => {
  store = await openTestStore({ residents: 8, inMemory: true });
  for (const nik of store.niks.slice(0, PACKETS)) await recordResident(store, nik);
  server = await startGarbageCenter();
  const real = createTransport({ baseUrl: server.url, caPem: null });
  // A silence of the link is the same silence when it is short.
  transport = { ...real, send: (request) => real.send({ ...request, idleTimeoutMs: 100 }) };
  recorded = everythingRecorded();
});
afterAll(async () => {
  transport.close();
  await server.close();
  store.destroy();
});

function everythingRecorded(): string {
  return JSON.stringify(
    store.db.all(
      `SELECT p.packet_id, p.sequence, p.manifest, p.sha256, hex(b.sealed) AS sealed, e.biodata
       FROM packet p JOIN packet_blob b USING (packet_id) JOIN enrollment e USING (packet_id) ORDER BY sequence`,
    ),
  );
}

const quiet = () => {};
const log = { info: quiet, warn: quiet, error: quiet };
const now = () => TEST_NOW;
const count = (sql: string): number => store.db.get<{ n: number }>(sql)?.n ?? 0;

/** A center that is as it should be; its answers are spoiled on the way. */
function trueCenter(random: () => number) {
  const center = new FakeCenter(store.center.receiptKey, now);
  const ids = store.api.outbox.waiting(0, PACKETS).map(({ packetId }) => packetId);
  center.outcomes = ids.slice(0, 2).map((packetId) => ({
    packetId,
    ...pick(
      [
        { verdict: 'accepted', remedy: null },
        { verdict: 'rejected', remedy: 'amend' },
      ] as const,
      random,
    ),
    reasons: [{ code: 'biodata', at: 'nama' }],
    decidedAt: new Date(TEST_NOW).toISOString(),
  }));
  const first = testBiodata(100);
  center.referenceLines = [
    JSON.stringify({ type: 'resident', biodata: first, recorded: null }),
    JSON.stringify({ type: 'resident-gone', nik: store.niks[7] }),
    JSON.stringify({
      type: 'summons',
      change: 'added',
      summons: { nik: first.nik, date: '2011-11-15', session: 'pagi', desa: first.desa },
    }),
    JSON.stringify({ type: 'policy', policy: store.activation.policy }),
    JSON.stringify({ type: 'cursor', cursor: '7', more: false }),
  ];
  center.missing = ids.slice(1, 2);
  const said: string[] = [];
  const answer = (request: TransportRequest) => {
    if (request.target === PATHS.activate) return json(store.activation);
    if (request.target === PATHS.journal && Buffer.from(request.body ?? []).toString() === '{"entries":[]}')
      return json({ acknowledged: 3 });
    if (request.target === PATHS.reconcile && random() < 0.5)
      return json({
        missing: [],
        unknown: [{ sequence: 5, packetId: ids[0] }],
        mismatched: ids.slice(3),
        gaps: [],
      });
    return center.handle(request);
  };
  return { center, answer, said };
}

/** What each call needs of the engine; everything about time is short. */
function engineCalls() {
  const signer = createSigner(store.activation.stationId, store.stationKey);
  const call: Call = createCaller({
    transport,
    sign: signer,
    now,
    clockOffsetMs: () => null,
    mayRepeat: () => true,
  });
  return { store: store.store, call, now, log, centerTimeAtLeast: () => TEST_NOW };
}

type Check = typeof verifyReceipt;

async function act({ call: name, seed, raw }: Input, checkReceipt: Check = verifyReceipt): Promise<void> {
  const random = generator(seed);
  const { center, answer } = trueCenter(random);
  server.answer(answer, random, raw);
  const deps = engineCalls();
  const { signal } = new AbortController();
  store.db.exec('SAVEPOINT input');
  try {
    store.db.write((tx) => {
      tx.run("DELETE FROM setting WHERE key IN ('reconciledOn', 'outcomeCursor', 'referenceCursor')");
      if (random() < 0.5) tx.run("INSERT OR REPLACE INTO setting(key, value) VALUES ('journalUnsure', '1')");
      if (random() < 0.5) tx.run("INSERT OR REPLACE INTO setting(key, value) VALUES ('recovery', '{}')");
      tx.run(`UPDATE packet SET state = 'received', received_at = ${TEST_NOW} WHERE sequence = 2`);
      tx.run('UPDATE outbox SET waiting = 0 WHERE sequence = 2');
    });
    const wait = store.api.outbox.waiting(0, PACKETS);
    const waiting = wait.length;
    try {
      switch (name) {
        case 'pulse': {
          const x = publicKeyX(store.center.receiptKey);
          const keys = { x, query: 'keyId=sealing-1&kid=receipt-1', follow: () => Promise.resolve() };
          const nonce = randomBytes(16).toString('base64url');
          const { pulse } = await takePulse(
            { transport, clock: systemClock, keys, nonce: () => nonce },
            signal,
          );
          if (
            pulse.nonce !== nonce ||
            pulse.time !== new Date(TEST_NOW).toISOString() ||
            pulse.pace.maxConcurrent !== 4
          )
            throw new Error(`a pulse that nobody signed: ${JSON.stringify(pulse)}`);
          break;
        }
        case 'upload':
        case 'resume': {
          const item = wait[0];
          const sealed = store.api.outbox.sealed(item?.packetId as PacketId);
          if (item === undefined || sealed === null) throw new Error('nothing to send');
          const receiptKey = { kid: 'receipt-1', x: publicKeyX(store.center.receiptKey) };
          const keys = { receiptKey, formerReceiptKeys: [] };
          const pace = { piece: 64 * 1024, take: () => Promise.resolve() };
          const upload = {
            ...deps,
            pace,
            checkReceipt: (jws: string, packet: typeof item) => checkReceipt(jws, packet, keys),
          };
          const receipt = await uploadPacket(upload as never, item, sealed, {
            ...{ signal, resume: name === 'resume' },
            onConfirmed: () => Promise.resolve(),
            onSent: quiet,
          });
          await requireTrueReceipt(receipt.jws, center, item.packetId);
          break;
        }
        case 'outcomes':
          await fetchOutcomes(deps, signal);
          break;
        case 'journal':
          await sendJournal(
            { ...deps, stationId: store.activation.stationId, stationKey: store.stationKey },
            signal,
          );
          break;
        case 'reference':
          await fetchReference({ ...deps, appVersion: '0' }, signal, () => false);
          break;
        case 'reconcile':
          await reconcileDaily(deps, signal);
          break;
        case 'activate': {
          const code = formatActivationCode({ secret: '0'.repeat(16), caFingerprint: '0'.repeat(26) });
          const input = {
            centerUrl: server.url,
            code,
            stationKeyX: publicKeyX(store.stationKey),
            label: 'x',
            appVersion: '1',
          };
          const { activation } = await activateStation({ ...input, signal: AbortSignal.timeout(500) });
          if (
            !/^[\w-]{43}$/.test(activation.receiptKey.x) ||
            !activation.sealing.recipient.startsWith('age1')
          )
            throw new Error('activated by an answer without keys');
          break;
        }
      }
    } catch (error) {
      requireVerdict(error);
    }
    requireNothingLost(waiting, name);
  } finally {
    store.db.exec('ROLLBACK TO input');
    store.db.exec('RELEASE input');
  }
}

/** Every end that is not a success says what it means for the station. */
function requireVerdict(error: unknown): void {
  if (error instanceof RekamError) {
    if (!ERROR_CODES.includes(error.code) || error.code === 'internal') throw error;
    return;
  }
  if (error instanceof TransportFailure) return;
  if (verdictOf(error) === null) throw error;
}

async function requireTrueReceipt(jws: string, center: FakeCenter, id: string): Promise<void> {
  const key = await importJWK(
    { kty: 'OKP', crv: 'Ed25519', x: publicKeyX(store.center.receiptKey) },
    'EdDSA',
  );
  const { protectedHeader } = await compactVerify(jws, key, { algorithms: ['EdDSA'] });
  if (protectedHeader.typ !== 'rekam-receipt+jws') throw new Error('not a receipt');
  const given = center.uploads.get(id)?.receipt;
  // The last letter of base64url carries bits that mean nothing: the same statement may be spelt otherwise.
  if (given == null || JSON.stringify(decodeJwt(given)) !== JSON.stringify(decodeJwt(jws)))
    throw new Error('a receipt that the center never gave');
}

function requireNothingLost(waiting: number, name: string): void {
  if (everythingRecorded() !== recorded) throw new Error('what was recorded is not what it was');
  const left = store.api.outbox.waiting(0, PACKETS).length;
  // Only a receipt ends the waiting, and only the upload's own code asks for one; a mismatch stops one for a person.
  if (left < waiting && name !== 'reconcile') throw new Error(`${waiting - left} packets wait no more`);
  const held = count("SELECT count(*) AS n FROM packet WHERE state = 'held'");
  if (left + held < waiting) throw new Error('a packet is neither waiting nor held');
  const last = store.api.outbox.lastSequence();
  if (last > 2 ** 31) throw new Error(`numbers go on above ${last}`);
  const journal = store.db
    .all<{ n: number }>('SELECT sequence AS n FROM journal ORDER BY sequence')
    .map(({ n }) => n);
  if (journal.some((n, index) => n !== (journal[0] ?? 0) + index || !Number.isSafeInteger(n + 1000)))
    throw new Error(`the journal's numbers: ${journal.join(' ')}`);
  const end = store.db.get<{ value: string }>(
    "SELECT value FROM setting WHERE key = 'journalAcknowledged'",
  )?.value;
  if (end !== undefined && Number(end) > (journal.at(-1) ?? 0))
    throw new Error(`journal acknowledged up to ${end}`);
  for (const { nik, body } of store.db.all<{ nik: string; body: string }>(
    'SELECT nik, biodata AS body FROM resident',
  )) {
    const { nama, tanggalLahir } = JSON.parse(body) as Record<string, unknown>;
    if (!/^\d{16}$/.test(nik) || typeof nama !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(String(tanggalLahir)))
      throw new Error(`a resident that is none: ${body}`);
  }
}

const target: FuzzTarget<Input> = {
  name: 'answers in the center’s place',
  share: 12,
  invent: (random) => ({ call: pick(CALLS, random), seed: Math.floor(random() * 2 ** 32) }),
  corpus: [
    ...CALLS.flatMap((call) => RAW.map((_, raw): Input => ({ call, seed: 1, raw }))),
    // A signature with a letter that is none of base64url.
    { call: 'resume', seed: 3_113_059_119 },
  ],
  act,
};

test('no answer crashes, hangs, loses or passes for what the center never said', async () => {
  expect(await fuzz(target)).toBeGreaterThan(0);
});

test('control: a station that believes any signature is found', async () => {
  const believing: Check = (jws) => ({ jws, receipt: null as never });
  const only: FuzzTarget<Input> = {
    ...{ ...target, corpus: [] },
    invent: (random) => ({ ...target.invent(random), call: 'upload' }),
    act: (input) => act(input, believing),
  };
  const found = await search(only, 400);
  expect(found).toMatch(/signature|JWS|receipt/);
});
