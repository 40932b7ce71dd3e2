// A carried disk with anything on it: a pack that the center takes in, and the receipts that the station takes back. Only what
// was signed counts, and one bad file keeps nothing else out.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { ERROR_CODES, RekamError } from '../../app/errors.ts';
import { packetFileName } from '../../app/sync/courier.ts';
import { sha256 } from '../../main/security/sign.ts';
import { filesIn } from '../helpers/center.ts';
import { carriedDisk, courierOf, importAt, packOn } from '../helpers/courier.ts';
import { fuzz, search, type FuzzTarget } from '../helpers/fuzz.ts';
import { mutateBytes, mutateText, mutateValue, pick } from '../helpers/mutate.ts';
import { office } from '../helpers/office.ts';
import { generator, type Random } from '../helpers/random.ts';

const PACKETS = 5;
const seeds = { invent: (random: Random) => Math.floor(random() * 2 ** 32) };

async function packed() {
  const at = await office({ residents: 60 });
  await at.engine.stop();
  const ids = await at.record(PACKETS, 60);
  const disk = carriedDisk();
  await courierOf(at.test).pack(disk);
  return { ...at, ids, disk, ...packOn(disk, at.test) };
}

test('packs at the center', async () => {
  const { center, test: store, ids, folder } = await packed();
  const truth = new Map(
    store.db
      .all<{ id: string; sha256: string }>('SELECT packet_id AS id, sha256 FROM packet')
      .map(({ id, sha256: hash }) => [id, hash]),
  );
  const names = readdirSync(folder);
  const work = mkdtempSync(path.join(tmpdir(), 'rekam-packs-'));
  onTestFinished(() => rmSync(work, { recursive: true, force: true }));
  const act = async (seed: number, known = truth) => {
    const random = generator(seed);
    rmSync(work, { recursive: true, force: true });
    cpSync(folder, path.join(work, 'pack'), { recursive: true });
    await sql`TRUNCATE packet, outcome, upload RESTART IDENTITY CASCADE`.execute(center.running.db);
    for (const file of center.blobs()) rmSync(file);
    const spoiled = new Set<string>();
    for (let times = Math.floor(random() * 3); times >= 0; times -= 1) {
      const name = pick(names, random);
      const bytes = readFileSync(path.join(folder, name));
      const other =
        random() < 0.15 ? readFileSync(path.join(folder, pick(names, random))) : mutateBytes(bytes, random);
      if (random() < 0.1) rmSync(path.join(work, 'pack', name), { force: true });
      else writeFileSync(path.join(work, 'pack', name), other);
      spoiled.add(name);
    }
    await importAt(center, work);
    const rows = await center.running.db.selectFrom('packet').select(['packet_id', 'receipt']).execute();
    for (const { packet_id: id, receipt } of rows) {
      if (known.get(id) === undefined) throw new Error(`it took a packet that nobody recorded: ${id}`);
      const { sha256: hash } = decodeJwt(String(receipt));
      if (hash !== known.get(id)) throw new Error('a receipt for other bytes');
      const blob = center.blobs().find((file) => sha256(readFileSync(file)) === hash);
      if (blob === undefined) throw new Error('a receipt without its bytes');
    }
    if (rows.length !== center.blobs().length) throw new Error('bytes without a receipt');
    // What was whole on the disk is not kept out by what was not.
    const list = names.find((name) => name.endsWith('.jws')) ?? '';
    const whole = ids.filter((id) => !spoiled.has(packetFileName(id)));
    if (!spoiled.has(list) && whole.some((id) => !rows.some(({ packet_id }) => packet_id === id)))
      throw new Error('a whole packet was kept out');
    const answer = path.join(work, 'pack', 'tanda-terima.jsonl');
    if (existsSync(answer))
      for (const line of readFileSync(answer, 'utf8').trimEnd().split('\n')) JSON.parse(line);
    const half = filesIn(path.join(center.data, 'uploads')).filter((file) => file.endsWith('.courier'));
    if (half.length > 0) throw new Error(`left behind: ${half.join()}`);
  };
  await fuzz({ ...seeds, name: 'courier packs at the center', share: 0.5, act });
  const without = new Map([...truth].slice(1));
  expect(
    await search({ ...seeds, name: 'control', share: 1, act: (seed) => act(seed, without) }, 20),
  ).toContain('nobody recorded');
});

test('receipts at the station', async () => {
  const { center, test: store, disk, receipts, ids } = await packed();
  await importAt(center, disk);
  const lines = readFileSync(receipts, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(PACKETS);
  const true_ = new Map(
    lines.map((line) => {
      const { receipt } = JSON.parse(line) as { receipt: string };
      const statement = decodeJwt(receipt);
      return [String(statement['packetId']), JSON.stringify(statement)];
    }),
  );
  const file = path.join(disk, 'spoiled.jsonl');
  const courier = courierOf(store);
  const act = async (
    seed: number,
    isReceipt = (id: string, statement: string) => true_.get(id) === statement,
  ) => {
    const random = generator(seed);
    const sent = lines
      .map((line) => spoilLine(line, lines, random))
      .join(pick(['\n', '\n', '\r\n', '\n\n'], random));
    writeFileSync(file, random() < 0.15 ? mutateBytes(Buffer.from(sent), random) : sent);
    store.db.exec('SAVEPOINT input');
    try {
      await courier.receipts(file).catch((error: unknown) => {
        if (!(error instanceof RekamError) || !ERROR_CODES.includes(error.code) || error.code === 'internal')
          throw error;
      });
      const kept = store.db.all<{ id: string; receipt: string }>(
        'SELECT packet_id AS id, receipt FROM receipt',
      );
      for (const { id, receipt } of kept)
        if (!isReceipt(id, JSON.stringify(decodeJwt(receipt))))
          throw new Error('it believes what the center never said');
      const waiting = store.api.outbox.summary(0).waiting;
      if (waiting + kept.length !== ids.length)
        throw new Error(`${waiting} wait, ${kept.length} are received`);
      const blobs = store.db.get<{ n: number }>('SELECT count(*) AS n FROM packet_blob')?.n;
      if (blobs !== ids.length) throw new Error('bytes are gone');
    } finally {
      store.db.exec('ROLLBACK TO input');
      store.db.exec('RELEASE input');
    }
  };
  const target: FuzzTarget<number> = { ...seeds, name: 'courier receipts at the station', share: 4.5, act };
  expect(await fuzz(target)).toBeGreaterThan(0);
  const first = ids[0] ?? '';
  expect(await search({ ...target, act: (seed) => act(seed, (id) => id !== first) }, 20)).toContain(
    'never said',
  );
});

function spoilLine(line: string, lines: readonly string[], random: Random): string {
  const chance = random();
  if (chance < 0.4) return line;
  if (chance < 0.55) return JSON.stringify(mutateValue(JSON.parse(line), random)) ?? '';
  if (chance < 0.7) return mutateText(line, random);
  if (chance < 0.8) return pick(lines, random);
  const problem = pick(['packet-hash', 'pack-invalid', 'manifest-conflict', 'x'], random);
  const packetId = (decodeJwt((JSON.parse(line) as { receipt: string }).receipt) as { packetId: string })
    .packetId;
  const told = pick(
    [
      { type: 'refused', packetId, problem },
      { type: 'pack-refused', problem },
    ],
    random,
  );
  return JSON.stringify(random() < 0.5 ? told : mutateValue(told, random)) ?? '';
}
