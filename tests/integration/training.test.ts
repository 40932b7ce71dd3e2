// Training is a desk of its own: what is recorded there leaves the real store as it was, and nothing of it stays.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Decrypter } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { manifestSchema, JWS_TYPES } from '../../app/sync/protocol.ts';
import type { StoreWorker } from '../../main/intake/start-worker.ts';
import { sessionHandlers } from '../../main/ipc/session.ts';
import { Sessions, type DeskSession } from '../../main/security/sessions.ts';
import { publicKeyX, verifyJws } from '../../main/security/sign.ts';
import { openDatabase } from '../../main/store/database.ts';
import { TrainingDesk } from '../../main/training/desk.ts';
import { TRAINING_NAME } from '../../main/training/residents.ts';
import {
  completeDraft,
  openTestStore,
  recordDraft,
  recordResident,
  TEST_DATE,
  TEST_NOW,
  type TestStore,
} from '../helpers/store.ts';

type Own = StoreWorker['store'];

let real: TestStore;
let dataDir: string;
let folder: string;
let training: TrainingDesk<Own>;
let logged: string[];

beforeEach(async () => {
  real = await openTestStore();
  dataDir = mkdtempSync(path.join(tmpdir(), 'rekam-training-'));
  folder = path.join(dataDir, 'training');
  logged = [];
  const note = (event: string) => void logged.push(event);
  training = new TrainingDesk<Own>({
    dataDir,
    workerFile: path.resolve(import.meta.dirname, '../../main/worker.ts'),
    nativeBinding: null,
    model: () => Promise.resolve(real.activation),
    audit: (what, by) => real.store.audit.append({ at: TEST_NOW, by, what, subject: by }),
    furnish: (store) => store,
    now: () => TEST_NOW,
    today: () => TEST_DATE,
    log: { info: note, warn: note, error: note },
  });
});

afterEach(async () => {
  await training.end();
  if (logged.length > 0) throw new Error(`something failed: ${logged.join(', ')}`);
  real.destroy();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Every row of every table but the audit log's, bytes included. */
function tables(): Record<string, string[]> {
  const names = real.db.all<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'audit' ORDER BY name",
  );
  const text = (_: string, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  return Object.fromEntries(
    names.map(({ name }) => [
      name,
      real.db.all<object>(`SELECT * FROM "${name}"`).map((row) => JSON.stringify(row, text)),
    ]),
  );
}

function audited(): string[] {
  return real.db
    .all<{ what: string }>('SELECT what FROM audit ORDER BY sequence')
    .map(({ what }) => what)
    .filter((what) => what.startsWith('training.'));
}

/** The same helpers that record at the real desk, with training's store under them. */
function at(store: Own): TestStore {
  return { ...real, store };
}

async function someone(store: Own, index = 0): Promise<string> {
  const { summons } = await store.desk.today(TEST_DATE, 50);
  return summons[index]?.nik ?? '';
}

async function record(store: Own, nik: string) {
  const draft = await completeDraft(at(store), nik);
  return { draft, recorded: await recordDraft(at(store), draft) };
}

describe('a training', () => {
  test('records end to end, and the real store stays byte for byte as it was', async () => {
    await recordResident(real, real.niks[0] ?? '');
    const before = tables();
    const audits = real.db.all('SELECT * FROM audit').length;
    await training.begin(real.operator.accountId);
    const store = training.desk();
    const { recorded } = await record(store, await someone(store));
    expect(recorded).toMatchObject({ sequence: 1 });
    expect(recorded.nama.split(' ')).toContain(TRAINING_NAME);
    const left = await completeDraft(at(store), await someone(store, 1));
    await store.drafts.drop(left.packetId, 'uji coba', real.operator.accountId, TEST_NOW);
    expect(await store.outbox.list('all', 0, 10)).toMatchObject({ total: 1 });
    await training.end();
    expect(tables()).toEqual(before);
    expect(audited()).toEqual(['training.begun', 'training.ended']);
    expect(real.db.all('SELECT * FROM audit')).toHaveLength(audits + 2);
    expect(real.api.audit.verify()).toBeNull();
    // The comparison sees what a real record changes.
    await recordResident(real, real.niks[1] ?? '');
    expect(tables()).not.toEqual(before);
  });

  test('knows nobody of the real register, and the real one nobody of it', async () => {
    await training.begin(real.operator.accountId);
    const store = training.desk();
    expect(await store.residents.count()).toBe(60);
    expect(await store.residents.byNik(real.niks[0] ?? '')).toBeNull();
    expect(real.api.residents.byNik(await someone(store))).toBeNull();
    expect(await store.accounts.count()).toBe(0);
  });

  test('seals to nobody and signs as nobody', async () => {
    await training.begin(real.operator.accountId);
    const store = training.desk();
    const { draft } = await record(store, await someone(store));
    const sealed = await store.outbox.sealed(draft.packetId);
    const center = new Decrypter();
    center.addIdentity(real.center.identity);
    await expect(center.decrypt(sealed ?? new Uint8Array())).rejects.toThrow('no identity matched');

    const [item] = await store.outbox.due(TEST_NOW, 1, true);
    const jws = item?.manifest ?? '';
    expect(verifyJws(JWS_TYPES.manifest, jws, publicKeyX(real.stationKey))).toBeNull();
    const payload: unknown = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const manifest = manifestSchema.parse(payload);
    expect(manifest.stationId).not.toBe(real.activation.stationId);
    expect(manifest.recipientKeyId).not.toBe(real.activation.sealing.keyId);
    const station = await store.station.record();
    expect(station?.centerUrl).not.toMatch(/^https?:/);
    expect(station?.activation.receiptKey).not.toEqual(real.activation.receiptKey);
  });

  test('is encrypted while it lasts, under no key of the real station, and gone at its end', async () => {
    await training.begin(real.operator.accountId);
    const store = training.desk();
    await record(store, await someone(store));
    const files = readdirSync(folder).map((name) => readFileSync(path.join(folder, name)));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((bytes) => bytes.includes(TRAINING_NAME) || bytes.includes('SQLite'))).toEqual([]);
    const options = { file: path.join(folder, 'rekam.db'), nativeBinding: null };
    expect(() => openDatabase({ ...options, key: real.key })).toThrow('store.key');
    await training.end();
    expect(existsSync(folder)).toBe(false);
    expect(() => training.desk()).toThrow('login.required');
    expect(() => training.draftKey()).toThrow('login.required');
  });

  test('that a power cut left is wiped at the next start, and begins from nothing', async () => {
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'rekam.db'), 'of a training before');
    await training.wipe();
    expect(existsSync(folder)).toBe(false);

    await training.begin(real.operator.accountId);
    const store = training.desk();
    const key = Buffer.from(training.draftKey());
    await record(store, await someone(store));
    await training.begin(real.operator.accountId);
    expect(await training.desk().outbox.list('all', 0, 10)).toMatchObject({ total: 0 });
    expect(key.equals(training.draftKey())).toBe(false);
    expect(audited()).toEqual(['training.begun', 'training.ended', 'training.begun']);
  });

  test('that cannot be made leaves nothing behind', async () => {
    await training.begin(real.operator.accountId);
    await training.end();
    rmSync(dataDir, { recursive: true });
    writeFileSync(dataDir, 'no folder');
    await expect(training.begin(real.operator.accountId)).rejects.toThrow(/ENOTDIR|ENOENT/);
    expect(() => training.desk()).toThrow('login.required');
    expect(audited()).toEqual(['training.begun', 'training.ended']);
    logged = [];
  });
});

describe('the switch', () => {
  const draftKey = new Uint8Array(32);
  let sessions: Sessions;
  let person: DeskSession;
  let handlers: ReturnType<typeof sessionHandlers>;

  beforeEach(() => {
    sessions = new Sessions(() => void training.end());
    handlers = sessionHandlers({
      store: real.store,
      sessions,
      draftKey,
      training: {
        begin: (by) => training.begin(by),
        end: () => training.end(),
        draftKey: () => training.draftKey(),
      },
      changedPassword: () => undefined,
      now: () => TEST_NOW,
    });
    person = { ...real.operator, username: 'operator', role: 'operator', training: false, mustChange: false };
    sessions.begin(person);
    person = sessions.current() ?? person;
  });

  const train = (wanted: boolean) => handlers['session.train'](wanted, sessions.current() ?? person);

  test('goes into training under a key of its own, and back', async () => {
    const trained = await train(true);
    expect(trained).toMatchObject({ accountId: person.accountId, training: true });
    expect(trained.draftKey).not.toEqual(draftKey);
    expect(await handlers['session.current'](undefined, null)).toEqual(trained);
    // The same again is what it is, and makes no second one.
    expect(await train(true)).toEqual(trained);
    const back = await train(false);
    expect(back).toEqual({ ...person, draftKey });
    expect(sessions.current()).toMatchObject({ training: false });
    expect(existsSync(folder)).toBe(false);
    expect(audited()).toEqual(['training.begun', 'training.ended']);
  });

  test('refuses a second one while it is under way', async () => {
    const first = train(true);
    await expect(train(true)).rejects.toMatchObject({ code: 'training.busy' });
    expect(await first).toMatchObject({ training: true });
  });

  test('that the lock overtakes leaves nobody in training', async () => {
    const entering = train(true);
    sessions.end('idle');
    await expect(entering).rejects.toMatchObject({ code: 'login.required' });
    expect(sessions.current()).toBeNull();
    await training.end();
    expect(existsSync(folder)).toBe(false);
    expect(audited()).toEqual(['training.begun', 'training.ended']);
  });

  test('ends with the session, and whoever comes next is at work', async () => {
    await train(true);
    sessions.end('idle');
    sessions.begin({ ...person });
    expect(sessions.current()).toMatchObject({ training: false });
    await training.end();
    expect(existsSync(folder)).toBe(false);
    expect(audited()).toEqual(['training.begun', 'training.ended']);
  });
});
