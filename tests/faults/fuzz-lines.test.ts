// What comes as lines and rows: reference data, and drafts as they lie in both places.
import { expect, test } from 'vitest';
import type { Draft } from '../../app/desk/draft.ts';
import type { PacketId } from '../../app/ids.ts';
import { verdictOf } from '../../main/sync/classify.ts';
import { fetchReference } from '../../main/sync/reference.ts';
import { decodeCapture, decodeDraft, encodeCapture, encodeDraft } from '../../renderer/drafts/codec.ts';
import { importDraftKey, openEntry, sealEntry } from '../../renderer/drafts/crypto.ts';
import { chooseCopy } from '../../renderer/drafts/resume.ts';
import { respond } from '../helpers/fake-center.ts';
import { fuzz, search, type FuzzTarget } from '../helpers/fuzz.ts';
import { packetsOf, quickStore, requireTold, seeds, undone } from '../helpers/fuzz-store.ts';
import { mutateBytes, mutateText, mutateValue, pick } from '../helpers/mutate.ts';
import { generator, type Random } from '../helpers/random.ts';
import {
  completeDraft,
  recordDraft,
  recordResident,
  testBiodata,
  testCaptures,
  TEST_DATE,
  TEST_NOW,
  type TestStore,
} from '../helpers/store.ts';

const quiet = () => {};
const log = { info: quiet, warn: quiet, error: quiet };

const OTHER = '0e984725-c51c-4bf4-9960-e1c80e27aba0';

function referenceLines(store: TestStore): object[] {
  const one = testBiodata(200);
  const at = new Date(TEST_NOW).toISOString();
  const summons = { nik: one.nik, desa: one.desa, date: TEST_DATE, session: 'pagi' };
  return [
    { type: 'resident', biodata: one, recorded: null },
    { type: 'resident', biodata: testBiodata(201), recorded: { at, stationId: OTHER, packetId: null } },
    { type: 'resident-gone', nik: store.niks[3] },
    { type: 'summons', change: 'added', summons },
    {
      type: 'account',
      id: OTHER,
      username: 'baru',
      name: 'Baru',
      role: 'operator',
      hash: '$argon2id$x',
      active: true,
    },
    { type: 'target', desa: one.desa, mustHave: 100, deadline: '2012-12-31' },
    { type: 'policy', policy: store.activation.policy },
    {
      type: 'journal',
      entry: {
        ...{ v: 1, stationId: OTHER, sequence: 1, at, clockOffsetMs: null },
        fact: { type: 'ticket', date: TEST_DATE, number: 4, nik: one.nik, state: 'waiting', reason: null },
      },
    },
    { type: 'cursor', cursor: '9', more: false },
  ];
}

interface Reference extends FuzzTarget<number> {
  readonly store: TestStore;
}

async function referenceTarget(isResident = isTrueResident): Promise<Reference> {
  const store = await quickStore();
  for (const nik of store.niks.slice(0, 2)) await recordResident(store, nik);
  const lines = referenceLines(store);
  const before = packetsOf(store);
  const act = (seed: number) =>
    undone(store, async () => {
      const random = generator(seed);
      const sent = lines.map((line) => {
        const chance = random();
        if (chance < 0.5) return JSON.stringify(line);
        const text = JSON.stringify(mutateValue(line, random)) ?? '';
        return chance < 0.9 ? text : mutateText(text, random);
      });
      if (random() < 0.1) sent.length = Math.floor(random() * sent.length);
      const call = () => Promise.resolve(respond(200, {}, sent.join('\n')));
      const deps = { store: store.store, call, now: () => TEST_NOW, log, appVersion: '0' };
      try {
        await fetchReference(deps, new AbortController().signal, () => false);
      } catch (error) {
        if (verdictOf(error) === null) throw error;
      }
      if (packetsOf(store) !== before) throw new Error('what was recorded is not what it was');
      const rows = store.db.all<{ nik: string; biodata: string }>('SELECT nik, biodata FROM resident');
      for (const { nik, biodata } of rows)
        if (!isResident(nik, JSON.parse(biodata) as Record<string, unknown>))
          throw new Error(`no resident: ${biodata}`);
      requireCursor(store.api.reference.cursor(), sent);
      // The desk goes on over whatever was taken.
      await store.store.desk.today(TEST_DATE, 50);
      await store.store.residents.find('nur', 20);
      await store.store.residents.byNik(testBiodata(200).nik as never);
    });
  return { ...seeds, name: 'reference data', share: 18, corpus: [1_529_364_523], act, store };
}

/** By hand what a row of the register must have for the desk to work with it. */
function isTrueResident(
  nik: string,
  { nama, tanggalLahir, jenisKelamin, desa, ...rest }: Record<string, unknown>,
): boolean {
  return (
    /^\d{16}$/.test(nik) &&
    rest['nik'] === nik &&
    typeof nama === 'string' &&
    nama.length > 0 &&
    /^\d{4}-\d\d-\d\d$/.test(String(tanggalLahir)) &&
    !Number.isNaN(Date.parse(String(tanggalLahir))) &&
    (jenisKelamin === 1 || jenisKelamin === 2) &&
    /^\d\d\.\d\d\.\d\d\.\d{4}$/.test(String(desa))
  );
}

/** It stands where a line of its own said, or where it was. */
function requireCursor(cursor: string | null, sent: readonly string[]): void {
  if (cursor === null) return;
  const said = sent.some((text) => {
    try {
      const line = JSON.parse(text) as { type?: unknown; cursor?: unknown };
      return line.type === 'cursor' && line.cursor === cursor;
    } catch {
      return false;
    }
  });
  if (!said) throw new Error(`a cursor that nobody named: ${cursor}`);
}

test('reference data', async () => {
  expect(await fuzz(await referenceTarget())).toBeGreaterThan(0);
});

test('control: a register that takes anybody is found', async () => {
  const target = await referenceTarget((nik) => Number(nik.at(-1)) !== 9 && nik !== testBiodata(201).nik);
  expect(await search(target, 50)).toContain('no resident');
});

interface Drafted {
  readonly store: TestStore;
  readonly draft: Draft;
}

async function drafted(): Promise<Drafted> {
  const store = await quickStore();
  await recordResident(store, store.niks[0] ?? '');
  const draft = await completeDraft(store, store.niks[1] ?? '');
  await completeDraft(store, store.niks[2] ?? '');
  return { store, draft };
}

const COLUMNS = ['body', 'step', 'revision', 'nama', 'updated_at'] as const;
const PART_COLUMNS = ['part', 'bytes', 'preview'] as const;

/** A row of the draft table that an older version, or a hand, left otherwise. */
function spoilDraft({ store, draft }: Drafted, random: Random): string {
  const odd = () => {
    const value = mutateValue(pick(['review', 1, draft.nik], random), random);
    return typeof value === 'number' || typeof value === 'string' || value === null
      ? value
      : JSON.stringify(value);
  };
  if (random() < 0.6) {
    const column = pick(COLUMNS, random);
    const value = column === 'body' ? spoilJson(JSON.stringify(draft), random) : odd();
    tryRun(store, `UPDATE draft SET ${column} = ? WHERE packet_id = ?`, value, draft.packetId);
    return column;
  }
  const column = pick(PART_COLUMNS, random);
  const row = store.db.get<{ part: string; bytes: Uint8Array }>(
    "SELECT part, bytes FROM draft_part WHERE packet_id = ? AND name = 'photo'",
    draft.packetId,
  );
  if (row === undefined) throw new Error('no photo');
  const value = column === 'part' ? spoilJson(row.part, random) : mutateBytes(row.bytes, random);
  tryRun(
    store,
    `UPDATE draft_part SET ${column} = ? WHERE packet_id = ? AND name = 'photo'`,
    value,
    draft.packetId,
  );
  return column;
}

/** The table's own rules refuse some of it. */
function tryRun(store: TestStore, sql: string, value: string | number | Uint8Array | null, id: string): void {
  try {
    store.db.write((tx) => tx.run(sql, value, id));
  } catch (error) {
    if (!String(error).includes('constraint') && !String(error).includes('cannot store')) throw error;
  }
}

function spoilJson(text: string, random: Random): string {
  return random() < 0.7 ? JSON.stringify(mutateValue(JSON.parse(text), random)) : mutateText(text, random);
}

test('rows of the draft table: what cannot be read stops nobody else, and is never recorded', async () => {
  const one = await drafted();
  const { store, draft } = one;
  const before = packetsOf(store);
  const other = (await store.store.drafts.list()).find(({ packetId }) => packetId !== draft.packetId);
  const tried = await fuzz({
    ...seeds,
    name: 'drafts in the station’s table',
    share: 3,
    corpus: [3_496_693_593],
    act: (seed) =>
      undone(store, async () => {
        const what = spoilDraft(one, generator(seed));
        const listed = await store.store.drafts.list();
        if (!listed.some(({ packetId }) => packetId === other?.packetId))
          throw new Error(`the other draft is gone from the list (${what})`);
        await store.store.drafts.load(draft.packetId, store.operator.accountId, TEST_NOW).catch(requireTold);
        const recorded = await recordDraft(store, draft).catch((error: unknown) => requireTold(error));
        const after = packetsOf(store);
        if (!after.startsWith(before)) throw new Error('what was recorded is not what it was');
        if (recorded === undefined && after !== before) throw new Error('refused, and recorded');
        // The resident can be begun, whatever became of the first draft.
        if (recorded === undefined)
          await store.store.drafts.begin({
            packetId: '0198c1d0-0000-7000-8000-00000000000f' as PacketId,
            nik: draft.nik,
            date: TEST_DATE,
            by: store.operator.accountId,
            now: TEST_NOW,
          });
      }),
  });
  expect(tried).toBeGreaterThan(0);
});

test('drafts in the window: an entry opens as it was written or not at all', async () => {
  const { store, draft } = await drafted();
  const { captures } = await store.store.drafts.load(draft.packetId, store.operator.accountId, TEST_NOW);
  const [capture] = testCaptures(['photo'], 300);
  if (capture === undefined) throw new Error('no capture');
  const withPreview = { ...capture, preview: Uint8Array.of(1, 2, 3) };
  const key = await importDraftKey(new Uint8Array(32).fill(7));
  const sealed = await sealEntry(key, draft.packetId, encodeDraft(draft));
  const act = async (seed: number, open = openEntry) => {
    const random = generator(seed);
    const content = mutateBytes(encodeCapture(withPreview), random);
    const text = mutateBytes(encodeDraft(draft), random);
    try {
      const back = decodeCapture(content);
      if (back.bytes.length !== back.part.size) throw new TypeError('a part of another size than it says');
    } catch (error) {
      if (error instanceof TypeError && error.message.includes('another size')) throw error;
    }
    try {
      const back = decodeDraft(text);
      chooseCopy({ draft, captures }, { kind: 'copy', draft: back, captures: [] } as never);
      if (!/^\d{16}$/.test(back.nik) || !Number.isSafeInteger(back.revision))
        throw new TypeError('another draft');
    } catch (error) {
      if (error instanceof TypeError && error.message === 'another draft') throw error;
    }
    const data = mutateBytes(sealed.data, random);
    if (Buffer.from(data).equals(sealed.data)) return;
    const opened = await open(key, draft.packetId, { iv: sealed.iv, data }).catch(() => null);
    if (opened !== null) throw new Error('an entry that nobody sealed opened');
  };
  await fuzz({ ...seeds, name: 'drafts in the window', share: 3, act });
  // Control: one that does not look at the tag.
  const blind: typeof openEntry = (_key, _label, { data }) => Promise.resolve(data.slice(0, -16));
  expect(
    await search({ ...seeds, name: 'control', share: 1, act: (seed) => act(seed, blind) }, 20),
  ).toContain('nobody sealed');
});
