import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RekamError } from '../../app/errors.ts';
import { startStoreWorker, type StoreWorkerOptions } from '../../main/intake/start-worker.ts';
import { reason } from '../../main/log.ts';
import { connectStore, fromMessage, localStore, serveStore, toMessage } from '../../main/store/remote.ts';
import { completeDraft, openTestStore, recordDraft, TEST_NOW } from '../helpers/store.ts';

const workerFile = path.resolve(import.meta.dirname, '../../main/worker.ts');
let dir: string;
let options: StoreWorkerOptions;
let deaths: Error[];

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'rekam-worker-'));
  deaths = [];
  const pkcs8 = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
  options = {
    workerFile,
    dataDir: dir,
    keys: { database: randomBytes(32), stationPkcs8: pkcs8 },
    nativeBinding: null,
    onDead: (error) => deaths.push(error),
  };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the store thread', () => {
  test('keeps what it was told, in order, and closes after it', async () => {
    const worker = await startStoreWorker(options);
    const written = worker.store.station.set('language', 'en');
    const read = worker.store.station.setting('language');
    const closed = worker.close();
    expect([await written, await read]).toEqual([undefined, 'en']);
    await closed;
    expect(deaths).toEqual([]);
    const again = await startStoreWorker(options);
    expect(await again.store.station.setting('language')).toBe('en');
    await again.close();
    await again.close();
  });

  test('records through it as in this thread', async () => {
    const made = await openTestStore();
    const draft = await completeDraft(made, made.niks[0] ?? '');
    made.close();
    const pkcs8 = made.stationKey.export({ format: 'der', type: 'pkcs8' });
    const worker = await startStoreWorker({
      ...options,
      dataDir: made.dir,
      keys: { database: made.key, stationPkcs8: pkcs8 },
    });
    const { packetId, revision } = draft;
    const input = { packetId, revision, by: made.operator, now: TEST_NOW, date: '2011-11-14' };
    await expect(worker.store.intake.record(input)).resolves.toMatchObject({ sequence: 1 });
    expect(await worker.store.outbox.sealed(packetId)).toBeInstanceOf(Uint8Array);
    const stale = worker.store.drafts.load(packetId, made.operator.accountId, TEST_NOW);
    await expect(stale).rejects.toMatchObject({ name: 'RekamError', code: 'draft.unknown' });
    await worker.close();
    const after = made.reopen();
    expect(await recordDraft(after, draft)).toMatchObject({ sequence: 1 });
    after.destroy();
  });

  test('that cannot open its database says why', async () => {
    const worker = await startStoreWorker(options);
    await worker.close();
    const other = startStoreWorker({ ...options, keys: { ...options.keys, database: randomBytes(32) } });
    await expect(other).rejects.toMatchObject({ code: 'store.key' });
    const nowhere = startStoreWorker({ ...options, dataDir: path.join(dir, 'not', 'there') });
    await expect(nowhere).rejects.toMatchObject({ code: 'internal' });
  });

  test('that dies rejects what was asked and what comes, and says so', async () => {
    const worker = await startStoreWorker({
      ...options,
      workerFile: path.resolve(import.meta.dirname, '../helpers/store-dying-worker.ts'),
    });
    const calls = [worker.store.audit.head(), worker.store.outbox.lastSequence()];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'internal' });
    await expect(worker.store.audit.head()).rejects.toBeInstanceOf(RekamError);
    expect(deaths).toHaveLength(1);
    await worker.close();
  });
});

describe('calls over a port', () => {
  const api = (log: string[]) => ({
    group: {
      slow: async (name: string) => {
        log.push(`begin ${name}`);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`end ${name}`);
        return name;
      },
      refuse: () => {
        throw new RekamError('login.locked', { seconds: 30 });
      },
      fail: () => {
        throw new TypeError('a NIK: 3209031708450001');
      },
    },
  });
  const ports: MessagePort[] = [];
  afterEach(() => {
    for (const port of ports.splice(0)) port.close();
  });
  const remote = (log: string[] = []) => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    serveStore(port2, api(log), () => undefined);
    return connectStore<ReturnType<typeof api>>(port1).store;
  };

  test.each([
    ['a port', remote],
    ['this thread', (log: string[]) => localStore(api(log))],
  ])('through %s run one after the other', async (_, connect) => {
    const log: string[] = [];
    const store = connect(log);
    const results = await Promise.all(['a', 'b', 'c'].map((name) => store.group.slow(name)));
    expect(results).toEqual(['a', 'b', 'c']);
    expect(log).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
  });

  test('that meet a spoiled page are answered first; whoever listens for that hears of it, late or not', async () => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    const damaged = () => {
      throw new RekamError('store.damaged');
    };
    serveStore(port2, { group: { read: damaged } }, () => undefined);
    const connection = connectStore<{ group: { read(): void } }>(port1);
    await expect(connection.store.group.read()).rejects.toMatchObject({ code: 'store.damaged' });
    const heard: string[] = [];
    connection.onDamaged(() => heard.push('damaged'));
    await expect.poll(() => heard).toEqual(['damaged']);
    const read = connection.store.group.read().catch(() => heard.push('answered'));
    await read;
    await expect.poll(() => heard).toEqual(['damaged', 'answered', 'damaged']);
  });

  test('carry code and params of what a person can be told, and one refusal stops nothing', async () => {
    const { group } = remote();
    const refused = group.refuse();
    await expect(refused).rejects.toMatchObject({ code: 'login.locked', params: { seconds: 30 } });
    await expect(group.slow('next')).resolves.toBe('next');
  });

  test('make anything else `internal`, its name kept for the log alone, its message nowhere', async () => {
    const error: unknown = await remote()
      .group.fail()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'internal', params: {}, message: 'internal' });
    expect(reason((error as Error).cause)).toMatch(/^TypeError worker\.test\.ts:\d+:\d+$/);
  });

  test('say nothing of what stands in a row that cannot be read', async () => {
    const made = await openTestStore({ residents: 1 });
    const [nik = ''] = made.niks;
    made.db.write((tx) => tx.run(`UPDATE resident SET biodata = replace(biodata, '"nama":"', '"nama":')`));
    const error: unknown = await made.store.residents.byNik(nik).catch((thrown: unknown) => thrown);
    made.destroy();
    const crossed = fromMessage(toMessage(error));
    for (const text of [reason(error), reason(crossed), reason(crossed.cause)]) {
      expect(text).toContain('SyntaxError');
      expect(text).not.toMatch(/siti|nama|JSON/i);
    }
  });

  test('reach no method that the store does not have', async () => {
    const store = remote() as unknown as Record<string, Record<string, () => Promise<unknown>>>;
    for (const [group, method] of [
      ['group', 'other'],
      ['toString', 'call'],
      ['group', 'constructor'],
    ] as const) {
      await expect(store[group]?.[method]?.()).rejects.toMatchObject({ code: 'internal' });
    }
  });
});
