// Every channel between window and main, through the real wrapper and the contract's schemas to the real handlers over
// real stores. No request brings anything down, no refusal is without a code, nothing that is not valid by a second
// reading is taken, and nothing that was recorded is touched.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenDialogReturnValue } from 'electron';
import { Decrypter } from 'age-encryption';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../app/errors.ts';
import { decodePacket } from '../../app/enrollment/packet.ts';
import { CHANNELS } from '../../app/ipc/channels.ts';
import { CONTRACT } from '../../app/ipc/contract.ts';
import type { IpcResult } from '../../app/ipc/result.ts';
import { registerIpc } from '../../main/ipc/register.ts';
import { sha256 } from '../../main/security/sign.ts';
import { fuzz, search, type FuzzTarget } from '../helpers/fuzz.ts';
import { ipcDesk, type IpcDesk } from '../helpers/ipc-desk.ts';
import { VALID } from '../helpers/ipc-oracle.ts';
import { mutateValue, pick } from '../helpers/mutate.ts';
import { generator, type Random } from '../helpers/random.ts';
import {
  completeDraft,
  newPacketId,
  recordResident,
  testCaptures,
  TEST_DATE,
  TEST_NOW,
  type TestStore,
} from '../helpers/store.ts';

type Listener = (event: unknown, request: unknown) => Promise<IpcResult<unknown>>;
const bridge = vi.hoisted(() => ({
  channels: new Map<string, (event: unknown, request: unknown) => unknown>(),
  /** What the person chooses in the next dialog. */
  chosen: [] as string[],
}));
vi.mock('electron', () => ({
  ipcMain: { handle: (name: string, listener: Listener) => bridge.channels.set(name, listener) },
  dialog: {
    showOpenDialog: (): Promise<OpenDialogReturnValue> =>
      Promise.resolve({ canceled: bridge.chosen.length === 0, filePaths: bridge.chosen }),
    showSaveDialog: () => Promise.resolve({ canceled: true }),
  },
  app: { getPath: () => '/' },
  BrowserWindow: class {},
  powerMonitor: { onBatteryPower: false, isOnBatteryPower: () => false, on: () => undefined },
}));

interface Input {
  readonly channel: (typeof CHANNELS)[number];
  readonly role: 'operator' | 'supervisor' | null;
  readonly training: boolean;
  readonly seed: number;
  /** Instead of what the seed makes of a valid one. */
  readonly request?: unknown;
}

/** A desk is worn out after so many: everybody is recorded. */
const DESK_LASTS = 1_500;

let desk: IpcDesk | null = null;
let used = 0;
let kept: readonly (readonly [TestStore, Map<string, string>])[] = [];

async function freshDesk(): Promise<IpcDesk> {
  if (desk !== null && used < DESK_LASTS) return desk;
  await endDesk();
  desk = await ipcDesk();
  used = 0;
  const { real, training } = desk;
  for (const store of [real, training]) {
    for (const nik of store.niks.slice(0, 3)) await recordResident(store, nik);
    for (const nik of store.niks.slice(3, 6)) await completeDraft(store, nik);
    settle(store);
  }
  kept = [real, training].map((store) => [store, packetsOf(store)] as const);
  registerIpc({
    isOurs: () => true,
    border: Promise.resolve(desk.border),
    log: {
      info: quiet,
      warn: quiet,
      error: (_, fields = {}) => void (lastFailure = String(fields['reason'])),
    },
  });
  return desk;
}
const quiet = () => {};
/** What the log says of what no person is told. */
let lastFailure = '';

/** One was rejected, one is a duplicate: there are tasks. */
function settle(store: TestStore): void {
  const [first, second] = store.api.outbox.waiting(0, 2);
  if (first === undefined || second === undefined) throw new Error('nothing recorded');
  for (const [{ packetId }, verdict] of [
    [first, 'rejected'],
    [second, 'duplicate'],
  ] as const) {
    store.db.write((tx) => {
      tx.run("UPDATE packet SET state = 'received', received_at = ? WHERE packet_id = ?", TEST_NOW, packetId);
      tx.run('UPDATE outbox SET waiting = 0 WHERE packet_id = ?', packetId);
    });
    const remedy = verdict === 'rejected' ? 'amend' : null;
    const reasons = [{ code: 'part.format', at: 'photo' }];
    store.api.outbox.outcomes(
      [{ packetId, verdict, remedy, reasons, decidedAt: new Date(TEST_NOW).toISOString() }],
      'c',
      TEST_NOW,
    );
  }
}

async function endDesk(): Promise<void> {
  if (desk === null) return;
  for (const store of [desk.real, desk.training]) {
    expect(store.api.audit.verify()).toBeNull();
    await requireOpens(store);
  }
  await desk.close();
  desk = null;
}
afterEach(endDesk);
afterAll(endDesk);

/** The center opens what was recorded under whatever pressure. */
async function requireOpens(store: TestStore): Promise<void> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(store.center.identity);
  const all = store.db.all<{ sealed: Uint8Array }>(
    'SELECT sealed FROM packet_blob ORDER BY packet_id DESC LIMIT 8',
  );
  for (const { sealed } of all) {
    const packet = decodePacket(await decrypter.decrypt(sealed), sha256);
    if (!packet.ok) throw new Error(`the center would refuse it: ${packet.error}`);
  }
}

/** Manifest and bytes by packet id. */
function packetsOf(store: TestStore): Map<string, string> {
  const rows = store.db.all<{ id: string; manifest: string; sealed: Uint8Array; sha256: string }>(
    'SELECT packet_id AS id, manifest, sealed, sha256 FROM packet JOIN packet_blob USING (packet_id)',
  );
  return new Map(
    rows.map(({ id, manifest, sealed, sha256: hash }) => {
      if (sha256(sealed) !== hash) throw new Error(`the bytes of ${id} are not those of its row`);
      return [id, `${manifest} ${hash}`];
    }),
  );
}

function requireAllKept(): void {
  for (const [store, before] of kept) {
    const count = store.db.get<{ n: number }>('SELECT count(*) AS n FROM packet_blob')?.n ?? 0;
    if (count < before.size) throw new Error('a packet is gone');
  }
}

/** Every so often the bytes too. */
function requireAllWhole(): void {
  kept = kept.map(([store, before]) => {
    const after = packetsOf(store);
    for (const [id, what] of before)
      if (after.get(id) !== what) throw new Error(`${id} is not what was recorded`);
    return [store, after];
  });
}

/** A request that its channel takes, by what is there now. */
async function valid(channel: Input['channel'], store: TestStore, random: Random): Promise<unknown> {
  const nik = pick(store.niks, random);
  const drafts = await store.store.drafts.list();
  const draft = drafts.length > 0 ? pick(drafts, random) : undefined;
  const anyPacket = pick([...packetIds(store), newPacketId()], random);
  const ofDraft = draft?.packetId ?? newPacketId();
  const reason = 'Diminta warga';
  switch (channel) {
    case 'station.activate':
      return { centerUrl: 'http://127.0.0.1:1', code: 'x'.repeat(43) };
    case 'station.setLanguage':
      return pick(['id', 'en'], random);
    case 'station.setTheme':
      return pick(['auto', 'light', 'dark'], random);
    case 'station.battery':
      return { level: random(), charging: random() < 0.5, secondsLeft: random() < 0.5 ? null : 600 };
    case 'station.setAutostart':
      return random() < 0.5;
    case 'session.login':
      return { username: 'nobody', password: 'x' };
    case 'session.train':
      return random() < 0.5;
    case 'desk.find':
      return { query: pick(['siti', 'bud', '3209', 'nur h', nik], random), limit: 10 };
    case 'desk.resident':
      return nik;
    case 'desk.summons':
      return { session: 'pagi', desa: '32.09.03.2005', offset: 0, limit: 20 };
    case 'desk.arrive':
      return { nik };
    case 'drafts.begin':
      return random() < 0.5 ? { nik } : { nik, turn: false };
    case 'desk.ticket':
      return random() < 0.5
        ? { date: TEST_DATE, number: 1 + Math.floor(random() * 5), state: 'deferred', reason }
        : {
            date: pick([TEST_DATE, '2011-11-13'], random),
            number: 1 + Math.floor(random() * 5),
            state: pick(['called', 'absent', 'waiting', 'withdrawn'], random),
          };
    case 'drafts.fates':
      return { packetIds: [ofDraft, anyPacket] };
    case 'desk.carryOver':
      return { date: pick(['2011-11-14', '2011-11-15', '2011-12-24'], random), session: 'siang' };
    case 'drafts.load':
    case 'tasks.begin':
    case 'tasks.photo':
    case 'slip.open':
    case 'outbox.packet':
    case 'outbox.release':
    case 'outbox.retry':
    case 'review.open':
    case 'review.takeBack':
      return channel === 'drafts.load' ? ofDraft : anyPacket;
    case 'drafts.restore':
    case 'drafts.commit': {
      if (draft === undefined) return { draft: {}, captures: [] };
      const loaded = await store.store.drafts.load(draft.packetId, store.operator.accountId, TEST_NOW);
      const captures = testCaptures(
        random() < 0.5 ? ['photo'] : ['photo', 'signature', 'finger.left.index'],
        40,
      );
      const names = captures.map(({ part }) => part.name);
      const parts = [
        ...loaded.draft.parts.filter(({ name }) => !names.includes(name)),
        ...captures.map(({ part }) => part),
      ];
      return { draft: { ...loaded.draft, revision: loaded.draft.revision + 1, parts }, captures };
    }
    case 'drafts.drop':
      return { packetId: random() < 0.1 ? ofDraft : newPacketId(), reason };
    case 'drafts.correct':
      return {
        packetId: ofDraft,
        correction: {
          field: 'alamat',
          before: 'Jl. Raya Losari',
          after: 'Jl. Baru 1',
          document: 'KK 3209030101100000',
        },
        password: 'x',
      };
    case 'devices.capture':
      return { packetId: ofDraft, step: 'thumbs', excepted: ['finger.left.thumb'], attempt: 1 };
    case 'devices.list':
      return { search: false };
    case 'devices.watch':
      return 'thumbs';
    case 'intake.record':
      return { packetId: ofDraft, revision: draft?.revision ?? 1 };
    case 'slip.print':
      return { packetId: anyPacket, printed: 0, paper: 'a4', printer: random() < 0.5 ? null : 'x' };
    case 'tasks.close':
    case 'review.return':
    case 'outbox.hold':
      return { packetId: anyPacket, reason };
    case 'outbox.list':
      return {
        filter: pick(['all', 'pending', 'review', 'held', 'received', 'rejected'], random),
        offset: 0,
        limit: 50,
        search: pick(['', 'siti', '3209'], random),
      };
    case 'review.list':
      return { which: pick(['waiting', 'returned'], random) };
    case 'review.approve':
      return { packetIds: random() < 0.5 ? [anyPacket] : [anyPacket, newPacketId()] };
    case 'sync.limit':
      return { ceiling: 16_000, hours: { from: 60, to: 300 } };
    case 'progress.calendar':
      return { weekdays: [1, 2, 3, 4, 5, 6], holidays: ['2011-12-26'] };
    case 'day.read':
      return { date: pick([null, TEST_DATE, '2011-11-13'], random) };
    case 'day.close':
      return {
        date: pick([TEST_DATE, '2011-11-13', '2011-11-15'], random),
        reason: pick([null, reason], random),
      };
    case 'day.sheet':
      return { date: TEST_DATE, number: 1 + Math.floor(random() * 3) };
    case 'day.print':
      return { date: TEST_DATE, number: 1, printer: random() < 0.5 ? null : 'x' };
    case 'schedule.read':
      return { from: pick([null, TEST_DATE], random) };
    case 'schedule.people':
      return { date: TEST_DATE, session: 'pagi', desa: '32.09.03.2005', offset: 0, limit: 20 };
    case 'schedule.capacity':
      return { pagi: 80, siang: 60 };
    case 'settings.change':
      return pick(
        [
          { key: 'fingerThreshold', value: pick([null, 20, 60, 75, 90, 91], random) },
          { key: 'idleLockMinutes', value: pick([null, 0, 5, 10, 11], random) },
          { key: 'review', value: pick([null, 'off', 'sample', 'all'], random) },
          { key: 'stepOrder', value: null },
          { key: 'stepOrder', value: ['irises', 'photo', 'signature', 'right4', 'left4', 'thumbs'] },
        ],
        random,
      );
    case 'schedule.sheet':
      return pick(
        [
          { kind: 'group', date: TEST_DATE, session: 'pagi', desa: '32.09.03.2005' },
          { kind: 'carried', date: TEST_DATE },
        ],
        random,
      );
    case 'schedule.print':
      return { id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', printer: 'x' };
    case 'schedule.export':
      return pick(
        [
          { kind: 'problems', language: 'id' },
          { kind: 'carried', date: TEST_DATE },
        ],
        random,
      );
    case 'schedule.problems':
      return { offset: 0, limit: 50 };
    case 'schedule.take':
      return { moved: random() < 0.5 };
    case 'progress.print':
      return { id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', printer: 'x' };
    case 'progress.export':
      return { language: pick(['id', 'en'], random) };
    case 'outages.read':
      return { month: pick([null, '2011-11', '2011-10'], random) };
    case 'outages.sheet':
      return { month: '2011-11' };
    case 'outages.print':
      return { id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', printer: 'x' };
    case 'outages.export':
      return { month: '2011-11', language: pick(['id', 'en'], random) };
    case 'session.changePassword':
      return { current: 'x', password: 'pendek' };
    case 'accounts.reset':
      return { accountId: store.operator.accountId, password: 'x' };
    case 'audit.list':
      return { ...{ by: null, group: null, from: null, to: '2011-11-14' }, offset: 0, limit: 20 };
    case 'audit.export':
      return { second: { username: 'nobody', password: 'x' } };
    case 'checkup.run':
      return { last: random() < 0.9 };
    default:
      return undefined;
  }
}

function packetIds(store: TestStore): string[] {
  return store.db.all<{ id: string }>('SELECT packet_id AS id FROM packet').map(({ id }) => id);
}

const SLOW: readonly string[] = [
  'session.login',
  'session.changePassword',
  'accounts.reset',
  'audit.export',
  'drafts.correct',
  'devices.capture',
  'courier.pack',
  'checkup.run',
];
const OFTEN = CHANNELS.filter((channel) => !SLOW.includes(channel));

async function act(input: Input): Promise<void> {
  const { channel, role, training, seed } = input;
  const { real, training: other, sessions, person, disk } = await freshDesk();
  used += 1;
  const random = generator(seed);
  const store = training ? other : real;
  sessions.end('logout');
  if (role !== null) sessions.begin(person(role, training));
  const request =
    'request' in input
      ? input.request
      : mutateValue(await valid(channel, store, random), random, { raw: true });
  bridge.chosen = random() < 0.3 ? [dialogAnswer(disk, random)] : [];
  const answer = (await bridge.channels.get(channel)?.({}, request)) as IpcResult<unknown>;
  if (answer.ok) {
    const is = VALID[channel];
    if (is === undefined || !is(request)) throw new Error(`took what is not valid: ${channel}`);
    requireDone(channel, request, store);
  } else {
    const { code, retryable, hint } = answer.error;
    const known = ERRORS[code as ErrorCode] as (typeof ERRORS)[ErrorCode] | undefined;
    if (known === undefined || known.retryable !== retryable || known.hint !== hint)
      throw new Error(`an error that is in no list: ${JSON.stringify(answer.error)}`);
    if (code === 'internal') throw new Error(`a defect of ours: ${channel}: ${lastFailure}`);
  }
  requireAllKept();
  if (store.api.audit.verify(8) !== null) throw new Error('the audit chain is broken');
  if (used % 100 === 0) requireAllWhole();
}

function dialogAnswer(disk: string, random: Random): string {
  const folder = join(disk, pick(['usb', 'usb2', 'none'], random));
  if (!folder.endsWith('none')) mkdirSync(folder, { recursive: true });
  const [pack = 'x'] = readdirSync(disk);
  return pick(
    [folder, join(disk, pack), join(folder, 'tanda-terima.jsonl'), '/dev/null', '/proc/self/mem', disk],
    random,
  );
}

/** What a yes means, looked up in the store itself. */
function requireDone(channel: string, request: unknown, store: TestStore): void {
  if (channel === 'drafts.commit') {
    const { draft } = request as { draft: { packetId: string; parts: { name: string; sha256: string }[] } };
    const row = store.db.get<{ body: string }>('SELECT body FROM draft WHERE packet_id = ?', draft.packetId);
    const parts = store.db.all<{ name: string; bytes: Uint8Array }>(
      'SELECT name, bytes FROM draft_part WHERE packet_id = ?',
      draft.packetId,
    );
    const hashes = new Map(parts.map(({ name, bytes }) => [name, sha256(bytes)]));
    expect(JSON.parse(row?.body ?? 'null')).toEqual(JSON.parse(JSON.stringify(draft)));
    for (const part of draft.parts)
      if (hashes.get(part.name) !== part.sha256) throw new Error('a part without its bytes');
    if (hashes.size !== new Set(draft.parts.map(({ name }) => name)).size)
      throw new Error('bytes without a part');
  }
  if (channel === 'intake.record') {
    const { packetId } = request as { packetId: string };
    const row = store.db.get<{ size: number; n: number }>(
      'SELECT size, length(sealed) AS n FROM packet JOIN packet_blob USING (packet_id) JOIN outbox USING (packet_id) WHERE packet_id = ?',
      packetId,
    );
    if (row === undefined || row.size !== row.n) throw new Error('told recorded, and is not');
  }
}

/** What was found once. */
const FOUND: readonly Input[] = ['\ud83d', 'a\0b', `${'x'.repeat(119)}\u{1f600}`].flatMap((reason) =>
  (['operator', 'supervisor'] as const).flatMap((role) => [
    ...[0, 1].map(
      (turn): Input => ({
        ...{ channel: 'desk.ticket', role, training: turn === 1, seed: 1 },
        request: { date: TEST_DATE, number: 4, state: 'deferred', reason: `Nanti ${reason}` },
      }),
    ),
    {
      channel: 'outbox.hold',
      role,
      training: false,
      seed: 1,
      request: { packetId: newPacketId(), reason: `Nanti ${reason}` },
    },
  ]),
);

const target: FuzzTarget<Input> = {
  name: 'requests of the window',
  share: 30,
  invent: (random) => ({
    channel: random() < 0.97 ? pick(OFTEN, random) : (pick(SLOW, random) as Input['channel']),
    role: pick(['operator', 'supervisor', 'supervisor', null], random),
    training: random() < 0.2,
    seed: Math.floor(random() * 2 ** 32),
  }),
  corpus: FOUND,
  act,
};

test('no request crashes, hangs, loses, or is taken that is not valid', async () => {
  expect(await fuzz(target)).toBeGreaterThan(0);
});

test('control: a border that checks no request of one channel is found', async () => {
  const only: FuzzTarget<Input> = {
    ...{ ...target, corpus: [] },
    invent: (random) => ({ ...target.invent(random), channel: 'station.setTheme', role: 'supervisor' }),
    act: async (input) => {
      const { border } = await freshDesk();
      const open = { ...CONTRACT['station.setTheme'], request: z.string() };
      (border.atStart.contract as Record<string, object>)['station.setTheme'] = open;
      await act(input);
    },
  };
  expect(await search(only, 200)).toContain('not valid');
});

test('control: a handler that throws what no list knows is found', async () => {
  await freshDesk();
  const only: FuzzTarget<Input> = {
    ...target,
    invent: (random) => ({
      ...target.invent(random),
      channel: 'outbox.list',
      role: 'supervisor',
      training: false,
    }),
    act: async (input) => {
      const handlers = desk?.sides.handlers as unknown as Record<string, unknown>;
      const mended = handlers['outbox.list'];
      handlers['outbox.list'] = ({ offset }: { offset: number }) => {
        if (offset > 0) throw new TypeError('planted');
        return { total: 0, rows: [] };
      };
      await act(input).finally(() => {
        handlers['outbox.list'] = mended;
      });
    },
  };
  expect(await search(only, 300)).toContain('a defect of ours');
});
