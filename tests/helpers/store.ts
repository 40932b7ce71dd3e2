import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { v7 as uuidv7, v4 as uuidv4 } from 'uuid';
import type { Draft } from '../../app/desk/draft.ts';
import { biodataSchema, type Biodata } from '../../app/enrollment/biodata.ts';
import { PART_NAMES, type PartName } from '../../app/enrollment/biometrics.ts';
import { nikSchema } from '../../app/enrollment/nik.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import {
  accountIdSchema,
  packetIdSchema,
  sha256Schema,
  type AccountId,
  type PacketId,
} from '../../app/ids.ts';
import { activateAnswerSchema, type Activation, type ReferenceLine } from '../../app/sync/protocol.ts';
import { createCopies } from '../../main/intake/copies.ts';
import { createIntake } from '../../main/intake/record.ts';
import type { IntakeApi } from '../../main/intake/api.ts';
import { publicKeyX } from '../../main/security/sign.ts';
import type { Recorded, Remote, StoreApi } from '../../main/store/api.ts';
import type { Database } from '../../main/store/database.ts';
import type { CopyApi } from '../../main/store/mirror-api.ts';
import { openStore } from '../../main/store/open-store.ts';
import { localStore } from '../../main/store/remote.ts';

/** Monday 14 November 2011, 10:00 in Losari. */
export const TEST_NOW = Date.parse('2011-11-14T03:00:00.000Z');
export const TEST_DATE = '2011-11-14';
export const LOSARI = '32.09.03';

export type TestRemote = Remote<StoreApi & IntakeApi & CopyApi>;

export interface TestCenter {
  /** Opens what the station seals. */
  readonly identity: string;
  readonly recipient: string;
  /** Ed25519, signs receipts and pulses. */
  readonly receiptKey: KeyObject;
  readonly receiptKid: string;
}

export interface TestAccount {
  readonly accountId: AccountId;
  readonly name: string;
}

export interface TestStore {
  readonly dir: string;
  readonly file: string;
  readonly key: Buffer;
  readonly stationKey: KeyObject;
  readonly center: TestCenter;
  readonly activation: Activation;
  readonly db: Database;
  /** Synchronous, as the worker sees it. */
  readonly api: StoreApi;
  readonly intake: IntakeApi['intake'];
  /** As the rest of main sees it. */
  readonly store: TestRemote;
  readonly operator: TestAccount;
  readonly supervisor: TestAccount;
  /** NIKs of the residents that are there. */
  readonly niks: readonly string[];
  close(): void;
  /** Closes and opens the same file again, as after a restart. */
  reopen(): TestStore;
  /** Closes and deletes the folder. */
  destroy(): void;
}

export interface TestStoreOptions {
  /** How many residents of Losari; 5 without it. */
  readonly residents?: number;
  /** False leaves the station as it comes out of the box: no activation, no reference data. */
  readonly activated?: boolean;
  readonly inMemory?: boolean;
  readonly activation?: Partial<Activation>;
}

/** A real encrypted store in a temporary folder and in this thread, activated by a made-up center. */
export async function openTestStore(options: TestStoreOptions = {}): Promise<TestStore> {
  const dir = mkdtempSync(join(tmpdir(), 'rekam-store-'));
  const identity = await generateX25519Identity();
  const receipt = generateKeyPairSync('ed25519');
  const center: TestCenter = {
    identity,
    recipient: await identityToRecipient(identity),
    receiptKey: receipt.privateKey,
    receiptKid: 'receipt-1',
  };
  const operator = { accountId: accountIdSchema.parse(uuidv4()), name: 'Operator Satu' };
  const supervisor = { accountId: accountIdSchema.parse(uuidv4()), name: 'Penyelia Satu' };
  const residents = Array.from({ length: options.residents ?? 5 }, (_, index) => testBiodata(index));
  const opened = open({
    dir,
    file: options.inMemory === true ? ':memory:' : join(dir, 'rekam.db'),
    key: randomBytes(32),
    stationKey: generateKeyPairSync('ed25519').privateKey,
    center,
    activation: { ...testActivation(center), ...options.activation },
    operator,
    supervisor,
    niks: residents.map(({ nik }) => nik),
  });
  if (options.activated !== false) {
    const { api, activation } = opened;
    api.station.activate({ activation, centerUrl: 'http://127.0.0.1:1', caPem: null }, TEST_NOW);
    api.reference.apply(
      [
        ...residents.map((biodata): ReferenceLine => ({ type: 'resident', biodata, recorded: null })),
        accountLine(operator, 'operator'),
        accountLine(supervisor, 'supervisor'),
      ],
      null,
      TEST_NOW,
    );
  }
  return opened;
}

type Given = Pick<
  TestStore,
  'dir' | 'file' | 'key' | 'stationKey' | 'center' | 'activation' | 'operator' | 'supervisor' | 'niks'
>;

function open(given: Given): TestStore {
  const { db, api } = openStore({ file: given.file, key: given.key, nativeBinding: null });
  const { intake } = createIntake(db, given.stationKey);
  let isOpen = true;
  const close = (): void => {
    if (isOpen) db.close();
    isOpen = false;
  };
  return {
    ...given,
    db,
    api,
    intake,
    store: localStore<StoreApi & IntakeApi & CopyApi>({
      ...api,
      intake,
      ...createCopies(db, { station: given.stationKey, database: given.key, nativeBinding: null }),
    }),
    close,
    reopen: () => {
      close();
      return open(given);
    },
    destroy: () => {
      close();
      rmSync(given.dir, { recursive: true, force: true });
    },
  };
}

/** Everything that another process needs to open this store, secrets included: the tests' own, made for the moment. */
export function handOver(test: TestStore): string {
  const { dir, file, center, activation, operator, supervisor, niks } = test;
  const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();
  const keys = {
    key: test.key.toString('hex'),
    station: pem(test.stationKey),
    receipt: pem(center.receiptKey),
  };
  return JSON.stringify({ dir, file, center, activation, operator, supervisor, niks, keys });
}

export function takeOver(text: string): TestStore {
  const { keys, ...given } = JSON.parse(text) as Omit<Given, 'key' | 'stationKey'> & {
    keys: { key: string; station: string; receipt: string };
  };
  return open({
    ...given,
    key: Buffer.from(keys.key, 'hex'),
    stationKey: createPrivateKey(keys.station),
    center: { ...given.center, receiptKey: createPrivateKey(keys.receipt) },
  });
}

export function testActivation(center: TestCenter): Activation {
  const desa = [
    'Astanalanggar',
    'Barisan',
    'Losari Kidul',
    'Panggangsari',
    'Losari Lor',
    'Mulyasari',
    'Kalirahayu',
    'Kalisari',
    'Ambulu',
    'Tawangsari',
  ];
  return activateAnswerSchema.parse({
    stationId: uuidv4(),
    label: 'Losari 1',
    kecamatan: {
      kode: LOSARI,
      nama: 'Losari',
      kabupaten: 'Kabupaten Cirebon',
      provinsi: 'Jawa Barat',
      desa: desa.map((nama, index) => ({ kode: `${LOSARI}.${2001 + index}`, nama })),
    },
    sealing: { keyId: 'sealing-1', recipient: center.recipient },
    receiptKey: { kid: center.receiptKid, x: publicKeyX(center.receiptKey) },
    policy: {
      stepOrder: ['biodata', 'photo', 'signature', 'right4', 'left4', 'thumbs', 'irises', 'review'],
      fingerThreshold: 60,
      irisThreshold: 50,
      maxAttempts: 3,
      retentionDays: 30,
      idleLockMinutes: 10,
    },
  });
}

/** What the register says of a resident from now on. */
export function register(test: TestStore, biodata: Biodata): void {
  test.api.reference.apply([{ type: 'resident', biodata, recorded: null }], null, TEST_NOW);
}

const NAMES = ['Siti Aminah', 'Budi Santoso', 'Nur Hidayah', 'Asep Sunandar', 'Dewi Lestari', 'Ujang Rohmat'];

/** A made-up adult of Losari Lor; each index gives another NIK. */
export function testBiodata(index: number, over: Partial<Biodata> = {}): Biodata {
  const woman = index % 2 === 0;
  const day = 1 + (index % 28);
  const month = 1 + (Math.floor(index / 28) % 12);
  const two = (value: number): string => String(value).padStart(2, '0');
  const nik = `320903${two(woman ? day + 40 : day)}${two(month)}80${String(1 + (Math.floor(index / 336) % 9999)).padStart(4, '0')}`;
  return biodataSchema.parse({
    nik,
    noKk: `3209030101${String(100_000 + index)}`,
    nama: `${NAMES[index % NAMES.length]} ${letters(index)}`,
    tempatLahir: 'Cirebon',
    tanggalLahir: `1980-${two(month)}-${two(day)}`,
    jenisKelamin: woman ? 2 : 1,
    golonganDarah: 13,
    agama: 1,
    statusKawin: 2,
    pendidikan: 3,
    pekerjaan: 20,
    kewarganegaraan: 1,
    alamat: 'Jl. Raya Losari',
    rt: '001',
    rw: '002',
    desa: `${LOSARI}.2005`,
    ...over,
  });
}

/** A name of letters alone for a number. */
function letters(index: number): string {
  const text = index
    .toString(26)
    .replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function accountLine(account: TestAccount, role: 'operator' | 'supervisor'): ReferenceLine {
  return {
    type: 'account',
    id: account.accountId,
    username: role,
    name: account.name,
    role,
    hash: '$argon2id$made-up',
    mustChange: false,
    active: true,
  };
}

export function newPacketId(): PacketId {
  return packetIdSchema.parse(uuidv7());
}

/** Small plausible parts, one of each name: random bytes behind the magic of their kind. */
export function testCaptures(names: readonly PartName[] = PART_NAMES, bytesEach = 600): Capture[] {
  return names.map((name) => {
    const [mediaType, magic] = kindOf(name);
    const bytes = new Uint8Array(Buffer.concat([Buffer.from(magic, 'latin1'), randomBytes(bytesEach)]));
    return {
      part: {
        name,
        mediaType,
        size: bytes.length,
        sha256: sha256Schema.parse(createHash('sha256').update(bytes).digest('hex')),
        quality: name === 'signature' || name === 'photo' ? null : 80,
        capturedAt: new Date(TEST_NOW).toISOString(),
        attempts: 1,
        device: null,
      },
      bytes,
      preview: null,
    };
  });
}

function kindOf(name: PartName): [mediaType: string, magic: string] {
  if (name === 'photo') return ['image/jpeg', '\xff\xd8\xff\xe0'];
  if (name === 'signature') return ['application/vnd.rekam.signature+json', '{'];
  if (name.startsWith('iris')) return ['application/vnd.iso.19794-6', 'IIR\0'];
  return ['application/vnd.iso.19794-4', 'FIR\0'];
}

/** What recording needs of a store. */
export type Recording = Pick<TestStore, 'store' | 'operator'>;

export interface CompleteDraftOptions {
  readonly captures?: readonly Capture[];
  readonly change?: Partial<Draft>;
  readonly now?: number;
  readonly date?: string;
}

/** Begins, fills and commits a draft of this resident, so that `intake.record` succeeds at once. */
export async function completeDraft(
  test: Recording,
  nik: string,
  options: CompleteDraftOptions = {},
): Promise<Draft> {
  const now = options.now ?? TEST_NOW;
  const begun = await test.store.drafts.begin({
    packetId: newPacketId(),
    nik: nikSchema.parse(nik),
    date: options.date ?? TEST_DATE,
    by: test.operator.accountId,
    now,
  });
  const captures = options.captures ?? testCaptures();
  const draft: Draft = {
    ...begun,
    revision: begun.revision + 1,
    step: 'review',
    biodataConfirmed: true,
    parts: captures.map(({ part }) => part),
    approval: { at: new Date(now).toISOString(), by: 'touch' },
    ...options.change,
  };
  await test.store.drafts.commit(draft, captures, now);
  return draft;
}

/** Records a complete draft as the desk would. */
export async function recordDraft(
  test: Recording,
  draft: Draft,
  now = TEST_NOW,
  date = TEST_DATE,
): Promise<Recorded> {
  return await test.store.intake.record({
    packetId: draft.packetId,
    revision: draft.revision,
    by: test.operator,
    now,
    date,
  });
}

/** A recorded resident, from begin to commit. */
export async function recordResident(
  test: Recording,
  nik: string,
  options: CompleteDraftOptions = {},
): Promise<Recorded> {
  return await recordDraft(test, await completeDraft(test, nik, options), options.now, options.date);
}
