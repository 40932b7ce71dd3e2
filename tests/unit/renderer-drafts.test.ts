// Drafts in the window: sealed, ordered, resumed from the higher revision. Dexie itself is tested in the real window.
import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { describe, expect, test } from 'vitest';
import type { Draft } from '../../app/desk/draft.ts';
import type { PartName } from '../../app/enrollment/biometrics.ts';
import type { Nik } from '../../app/enrollment/nik.ts';
import { errorShape } from '../../app/errors.ts';
import type { PacketId, Sha256 } from '../../app/ids.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import { decodeCapture, decodeDraft, encodeCapture, encodeDraft } from '../../renderer/drafts/codec.ts';
import { importDraftKey, openEntry, sealEntry, sha256Hex } from '../../renderer/drafts/crypto.ts';
import { chooseCopy } from '../../renderer/drafts/resume.ts';
import type { Vault, VaultCopy } from '../../renderer/drafts/vault.ts';
import { openWork } from '../../renderer/drafts/work.ts';
import {
  forgetUnfinished,
  keepUnfinished,
  openUnfinished,
  sealUnfinished,
  unfinishedOf,
} from '../../renderer/features/desk/unfinished.ts';

const packetId = v7() as PacketId;
const nik = '3209031402830007' as Nik;

function draft(change: Partial<Draft> = {}): Draft {
  return {
    packetId,
    nik,
    revision: 0,
    ticket: 7,
    step: 'biodata',
    biodata: {
      nik,
      noKk: '3209031203070012',
      nama: 'SUPARMAN BIN KARTO',
      tempatLahir: 'CIREBON',
      tanggalLahir: '1983-02-14',
      jenisKelamin: 1,
      golonganDarah: 13,
      agama: 1,
      statusKawin: 2,
      pendidikan: 3,
      pekerjaan: 9,
      kewarganegaraan: 1,
      alamat: 'DUSUN 2',
      rt: '003',
      rw: '001',
      desa: '32.09.03.2005',
    },
    corrections: [],
    warnings: [],
    biodataConfirmed: false,
    parts: [],
    exceptions: [],
    approval: null,
    startedAt: '2011-11-14T05:00:00.000Z',
    ...change,
  };
}

function capture(name: PartName, content: string, preview: Uint8Array | null = null): Capture {
  const bytes = new TextEncoder().encode(content);
  const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
  const part = {
    name,
    mediaType: 'image/jpeg',
    size: bytes.length,
    sha256,
    quality: 80,
    attempts: 1,
    device: null,
    capturedAt: '2011-11-14T05:00:00.000Z',
  };
  return { part, bytes, preview };
}

describe('sealed entries', () => {
  const raw = new Uint8Array(32).fill(3);

  test('come back whole, and show nothing of their content', async () => {
    const key = await importDraftKey(raw);
    const entry = await sealEntry(key, 'draft/a', encodeDraft(draft()));
    expect(Buffer.from(entry.data).includes('SUPARMAN')).toBe(false);
    expect(decodeDraft(await openEntry(key, 'draft/a', entry))).toEqual(draft());
  });
  test('have a new IV with every write', async () => {
    const key = await importDraftKey(raw);
    const entries = await Promise.all([1, 2, 3].map(() => sealEntry(key, 'a', new Uint8Array(8))));
    expect(new Set(entries.map((entry) => Buffer.from(entry.iv).toString('hex'))).size).toBe(3);
  });
  test('open under no other label, key or bytes', async () => {
    const key = await importDraftKey(raw);
    const entry = await sealEntry(key, 'draft/a', new Uint8Array([1, 2, 3]));
    await expect(openEntry(key, 'draft/b', entry)).rejects.toBeInstanceOf(DOMException);
    await expect(
      openEntry(await importDraftKey(new Uint8Array(32)), 'draft/a', entry),
    ).rejects.toBeInstanceOf(DOMException);
    const turned = entry.data.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
    await expect(openEntry(key, 'draft/a', { iv: entry.iv, data: turned })).rejects.toBeInstanceOf(
      DOMException,
    );
  });
  test('use a key that cannot be read out again', async () => {
    await expect(crypto.subtle.exportKey('raw', await importDraftKey(raw))).rejects.toBeInstanceOf(
      DOMException,
    );
  });
  test('name the same SHA-256 as main does', async () => {
    const bytes = new TextEncoder().encode('rekam');
    expect(await sha256Hex(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});

describe('stored captures', () => {
  test.each([null, new Uint8Array([137, 80])])('come back with preview %s', (preview) => {
    const whole = capture('photo', 'jpeg', preview);
    expect(decodeCapture(encodeCapture(whole))).toEqual(whole);
  });
  test('cut short are refused', () => {
    expect(() => decodeCapture(encodeCapture(capture('photo', 'jpeg')).subarray(0, -1))).toThrow(
      'capture: length',
    );
  });
  test('a draft of another shape is refused', () => {
    expect(() => decodeDraft(new TextEncoder().encode('{"packetId":1}'))).toThrow('invalid');
  });
});

describe('resume', () => {
  const main = { draft: draft({ revision: 4 }), captures: [capture('photo', 'at main')] };
  const copy = (revision: number) =>
    ({ kind: 'copy', draft: draft({ revision }), captures: [capture('photo', 'here')] }) as const;

  test('takes the higher revision', () => {
    expect(chooseCopy(main, copy(5))).toMatchObject({ from: 'window', draft: { revision: 5 } });
    expect(chooseCopy(main, copy(3))).toMatchObject({ from: 'station', draft: { revision: 4 } });
    expect(chooseCopy(main, copy(4)).from).toBe('station');
  });
  test('falls back to main where the copy is damaged, and says so', () => {
    expect(chooseCopy(main, { kind: 'damaged' })).toMatchObject({ from: 'damaged', draft: { revision: 4 } });
  });
  test('knows what main holds already, whichever copy it takes', () => {
    expect(chooseCopy(main, copy(9)).committed.get('photo')).toBe(main.captures[0]?.part.sha256);
  });
});

describe('an open draft', () => {
  interface Save {
    readonly revision: number;
    /** Those of the draft. */
    readonly named: string[];
    /** Those of which the bytes are written. */
    readonly parts: string[];
  }
  function memoryVault(): Vault & { saves: Save[]; broken: boolean } {
    const vault = {
      saves: [] as Save[],
      broken: false,
      save: (saved: Draft, captures: readonly Capture[]) => {
        if (vault.broken) return Promise.reject(new Error('QuotaExceededError'));
        vault.saves.push({
          revision: saved.revision,
          named: saved.parts.map(({ name }) => name),
          parts: captures.map((entry) => entry.part.name),
        });
        return Promise.resolve();
      },
      load: () => Promise.resolve({ kind: 'none' } as const),
      drop: () => Promise.resolve(),
      list: () => Promise.resolve([]),
      close: () => undefined,
    };
    return vault;
  }
  function station() {
    const commits: { revision: number; captures: string[] }[] = [];
    const main = {
      commits,
      refuse: null as ReturnType<typeof errorShape> | null,
      call: (request: { draft: Draft; captures: Capture[] }) => {
        if (main.refuse !== null) return Promise.resolve({ ok: false, error: main.refuse } as const);
        commits.push({
          revision: request.draft.revision,
          captures: request.captures.map((entry) => entry.part.name),
        });
        return Promise.resolve({ ok: true, value: { revision: request.draft.revision } } as const);
      },
    };
    return main;
  }
  const start = (vault: Vault | null, main: ReturnType<typeof station>) =>
    openWork({ draft: draft(), captures: [], committed: new Map(), vaulted: new Map() }, vault, main.call);

  test('counts one revision a change and saves each at once', async () => {
    const vault = memoryVault();
    const work = start(vault, station());
    work.update({ biodataConfirmed: true });
    work.update({}, { put: [capture('photo', 'one')] });
    expect(work.state().saved).toBe(false);
    await work.settle();
    expect(work.state().draft).toMatchObject({ revision: 2, parts: [{ name: 'photo' }] });
    expect(work.state().saved).toBe(true);
    expect(vault.saves.at(-1)).toEqual({ revision: 2, named: ['photo'], parts: ['photo'] });
  });
  test('commits only what main does not have yet', async () => {
    const main = station();
    const work = start(memoryVault(), main);
    work.update({}, { put: [capture('photo', 'one')] });
    await work.commit();
    work.update({}, { put: [capture('signature', 'two')] });
    await work.commit();
    work.update({ step: 'right4' });
    await work.commit();
    expect(main.commits.map((commit) => commit.captures)).toEqual([['photo'], ['signature'], []]);
  });
  test('saves what a vault that was lost lacks, and not again what it holds', async () => {
    const held = capture('photo', 'one');
    const main = { draft: draft({ revision: 4, parts: [held.part] }), captures: [held] };
    const stored = { kind: 'copy', draft: main.draft, captures: [held] } as const;
    const saved = async (copy: VaultCopy) => {
      const vault = memoryVault();
      const work = openWork(chooseCopy(main, copy), vault, station().call);
      work.update({}, { put: [capture('signature', 'two')] });
      work.update({ step: 'right4' });
      await work.settle();
      return vault.saves.map(({ parts }) => parts);
    };
    expect(await saved({ kind: 'none' })).toEqual([['photo', 'signature'], []]);
    expect(await saved({ kind: 'damaged' })).toEqual([['photo', 'signature'], []]);
    expect(await saved(stored)).toEqual([['signature'], []]);
  });
  test('pairs each save with the draft it belongs to, however close two changes are', async () => {
    const vault = memoryVault();
    const work = start(vault, station());
    work.update({}, { put: [capture('photo', 'one')] });
    work.update({}, { put: [capture('signature', 'two')] });
    await work.settle();
    expect(vault.saves).toEqual([
      { revision: 1, named: ['photo'], parts: ['photo'] },
      { revision: 2, named: ['photo', 'signature'], parts: ['signature'] },
    ]);
  });
  test('a save that failed is made up for by main', async () => {
    const vault = memoryVault();
    const main = station();
    const work = start(vault, main);
    work.update({}, { put: [capture('photo', 'one')] });
    await work.settle();
    vault.broken = true;
    work.update({}, { put: [capture('signature', 'two')] });
    await work.settle();
    expect(main.commits).toEqual([{ revision: 2, captures: ['photo', 'signature'] }]);
  });
  test('an exception takes the capture away', async () => {
    const work = start(memoryVault(), station());
    work.update({}, { put: [capture('signature', 'two')] });
    work.update(
      { exceptions: [{ part: 'signature', reason: 'unable', note: '' }] },
      { remove: ['signature'] },
    );
    expect(work.state().draft.parts).toEqual([]);
    await work.settle();
  });
  test('goes on with main alone once the vault fails, every change committed', async () => {
    const vault = memoryVault();
    vault.broken = true;
    const main = station();
    const work = start(vault, main);
    work.update({ biodataConfirmed: true });
    work.update({}, { put: [capture('photo', 'one')] });
    await work.settle();
    expect(work.state()).toMatchObject({ vaultFailed: true, saved: true });
    expect(main.commits.at(-1)).toMatchObject({ revision: 2 });
    expect(main.commits.flatMap((commit) => commit.captures)).toContain('photo');
  });
  test('says that it is not saved where neither could', async () => {
    const main = station();
    main.refuse = errorShape('disk.full');
    const work = start(null, main);
    work.update({ biodataConfirmed: true });
    await work.settle();
    expect(work.state()).toMatchObject({ saved: false, problem: { code: 'disk.full' } });
    main.refuse = null;
    expect((await work.commit()).ok).toBe(true);
    expect(work.state()).toMatchObject({ saved: true, problem: null });
  });
  test('takes no change once closed', () => {
    const work = start(memoryVault(), station());
    work.close();
    work.update({ biodataConfirmed: true });
    expect(work.state().draft.revision).toBe(0);
  });
});

describe('what nobody has finished yet', () => {
  const owner = '0b7f2d4e-5a51-4c3e-9d1a-6f0c8e2b1a01';
  const other = '0b7f2d4e-5a51-4c3e-9d1a-6f0c8e2b1a02';
  const key = new Uint8Array(32).fill(7);
  const typed = { kind: 'correction', packetId, field: 'nama', value: 'AGUS SA', document: 'Akta' } as const;
  const locked = async () => {
    await openUnfinished(key, owner, false);
    keepUnfinished(typed);
    await sealUnfinished();
    expect(unfinishedOf('correction', packetId)).toBeNull();
  };

  test('is there again for the same person, after a lock and after a training in between', async () => {
    await locked();
    await openUnfinished(new Uint8Array(32).fill(9), owner, true);
    expect(unfinishedOf('correction', packetId)).toBeNull();
    await sealUnfinished();
    await openUnfinished(key, owner, false);
    expect(unfinishedOf('correction', packetId)).toEqual(typed);
    expect(unfinishedOf('photo', packetId)).toBeNull();
    keepUnfinished(null);
  });

  test('gives a photo back byte for byte', async () => {
    const photo = {
      kind: 'photo',
      packetId,
      bytes: Uint8Array.from({ length: 70_000 }, (_, at) => at % 256),
      attempt: 2,
      judgement: '{"fit":false}',
      background: 'blue',
      reason: 'Kaca',
    } as const;
    await openUnfinished(key, owner, false);
    keepUnfinished(photo);
    await sealUnfinished();
    expect(unfinishedOf('photo', packetId)).toBeNull();
    await openUnfinished(key, owner, false);
    expect(unfinishedOf('photo', packetId)).toEqual(photo);
    keepUnfinished(null);
  });

  test('ends with its draft, and with no other', async () => {
    await openUnfinished(key, owner, false);
    keepUnfinished(typed);
    forgetUnfinished(v7() as PacketId);
    expect(unfinishedOf('correction', packetId)).toEqual(typed);
    forgetUnfinished(packetId);
    expect(unfinishedOf('correction', packetId)).toBeNull();
  });

  test('is gone for good where another person logs in, or where the key is another', async () => {
    await locked();
    await openUnfinished(key, other, false);
    await sealUnfinished();
    await openUnfinished(key, owner, false);
    expect(unfinishedOf('correction', packetId)).toBeNull();
    await locked();
    await openUnfinished(new Uint8Array(32).fill(9), owner, false);
    expect(unfinishedOf('correction', packetId)).toBeNull();
  });
});
