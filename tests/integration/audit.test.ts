// The audit log: what it lists, what becomes known when somebody changes it, and what leaves the station of it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compactVerify, importJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { auditHeadSchema } from '../../app/desk/audit.ts';
import { stationIdSchema } from '../../app/ids.ts';
import { JWS_TYPES, type Receipt } from '../../app/sync/protocol.ts';
import { exportAudit } from '../../main/checkup/audit-export.ts';
import { speaksOf } from '../../main/checkup/receipt-of.ts';
import { publicKeyX, sha256, signJws } from '../../main/security/sign.ts';
import { verifyAudit } from '../../main/store/audit-verify.ts';
import { centerKeysOf } from '../../main/store/station.ts';
import { readBack } from '../../main/sync/courier/disk.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { recordResident, TEST_NOW } from '../helpers/store.ts';

const test1 = freshStore({ residents: 10 });
const verdict = () => {
  const keys = centerKeysOf(test1.api.station.record());
  return verifyAudit(test1.db, (receipt) => speaksOf(receipt, keys));
};

/** The center's word for a packet as it stands here. */
function receive(packetId: string): void {
  const { packet } = test1.api.outbox.subject(packetId as never, '') ?? {};
  if (packet === undefined) throw new Error('no packet');
  const receipt: Receipt = {
    ...{ v: 1, packetId: packet.packetId, stationId: test1.activation.stationId },
    ...{ sequence: packet.sequence, manifestSha256: packet.manifestSha256 },
    ...{ sha256: packet.sha256, size: packet.size, receivedAt: new Date(TEST_NOW).toISOString() },
  };
  const jws = signJws(JWS_TYPES.receipt, 'receipt-1', receipt, test1.center.receiptKey);
  test1.api.outbox.received([{ packetId: packet.packetId, receipt: jws, receivedAt: TEST_NOW }]);
}

/** Somebody who has the database's key writes the chain anew from here on, so that it follows again. */
function rewriteChain(): void {
  test1.db.write((tx) => {
    let head = '0'.repeat(64);
    const rows = tx.all<Record<string, never>>('SELECT * FROM audit ORDER BY sequence');
    for (const [index, row] of rows.entries()) {
      const { at, by_account: by, what, subject, detail } = row;
      const sequence = index + 1;
      const next = createHash('sha256')
        .update(JSON.stringify([head, sequence, at, by, what, subject, detail]))
        .digest('hex');
      tx.run(
        'UPDATE audit SET sequence = ?, hash = ? WHERE sequence = ?',
        sequence,
        next,
        row['sequence'] ?? 0,
      );
      head = next;
    }
  });
}

describe('a log that somebody changed', () => {
  beforeEach(async () => {
    for (const nik of test1.niks.slice(0, 3)) receive((await recordResident(test1, nik)).packetId);
  });

  test('before that it is whole, and every packet fits its entry', () => {
    expect(verdict()).toMatchObject({ brokenAt: null, anchored: 3, older: 0, mismatched: [] });
  });

  test('a changed entry and a removed one are found by their number', () => {
    const at =
      test1.db.get<{ n: number }>("SELECT min(sequence) AS n FROM audit WHERE what = 'enrollment.recorded'")
        ?.n ?? 0;
    test1.db.write((tx) => tx.run("UPDATE audit SET detail = 'x' WHERE sequence = ?", at));
    expect(verdict().brokenAt).toBe(at);
    test1.db.write((tx) => tx.run('DELETE FROM audit WHERE sequence = ?', at));
    expect(verdict().brokenAt).toBe(at);
  });

  test('one removed and the whole chain written anew: the manifests still name the heads that were', () => {
    test1.db.write((tx) =>
      tx.run(
        "DELETE FROM audit WHERE what = 'draft.begun' AND sequence = (SELECT min(sequence) FROM audit WHERE what = 'draft.begun')",
      ),
    );
    rewriteChain();
    expect(verdict()).toMatchObject({ brokenAt: null, anchored: 0, mismatched: [1, 2, 3] });
  });

  test('the last entries cut off: a packet is left without its own', () => {
    const cut =
      test1.db.get<{ n: number }>("SELECT max(sequence) AS n FROM audit WHERE what = 'enrollment.recorded'")
        ?.n ?? 0;
    test1.db.write((tx) => tx.run('DELETE FROM audit WHERE sequence >= ?', cut));
    expect(verdict()).toMatchObject({ brokenAt: null, anchored: 2, mismatched: [3] });
  });

  test('manifests signed anew to fit: they are no longer what the center gave receipts for', () => {
    test1.db.write((tx) =>
      tx.run(
        "DELETE FROM audit WHERE what = 'draft.begun' AND sequence = (SELECT min(sequence) FROM audit WHERE what = 'draft.begun')",
      ),
    );
    rewriteChain();
    const rows = test1.db.all<{ packet_id: string; manifest: string; head: string }>(
      `SELECT p.packet_id, p.manifest, (SELECT hash FROM audit b WHERE b.sequence = a.sequence - 1) AS head
       FROM packet p JOIN audit a ON a.subject = p.packet_id AND a.what = 'enrollment.recorded'`,
    );
    for (const row of rows) {
      const payload = JSON.parse(
        Buffer.from(row.manifest.split('.')[1] ?? '', 'base64url').toString(),
      ) as object;
      const jws = signJws(JWS_TYPES.manifest, 'x', { ...payload, auditHead: row.head }, test1.stationKey);
      test1.db.write((tx) =>
        tx.run(
          'UPDATE packet SET manifest = ?, manifest_sha256 = ? WHERE packet_id = ?',
          jws,
          sha256(jws),
          row.packet_id,
        ),
      );
    }
    expect(verdict()).toMatchObject({ brokenAt: null, mismatched: [1, 2, 3] });
  });
});

describe('the list', () => {
  test('newest first, by person, kind and time, with the numbers and names that people know', async () => {
    const { api, operator, supervisor } = test1;
    await recordResident(test1, test1.niks[0] ?? '');
    api.accounts.failed(operator.accountId, TEST_NOW);
    api.accounts.loggedIn(supervisor.accountId, TEST_NOW + 86_400_000);
    const nik = test1.niks[1] ?? '';
    const look = { at: TEST_NOW, by: supervisor.accountId, what: 'resident.opened', subject: nik } as const;
    for (const at of [TEST_NOW, TEST_NOW + 60_000]) api.audit.opened({ ...look, at });
    const all = { by: null, acts: null, from: null, until: null, offset: 0, limit: 50 };
    const { rows, total } = api.audit.list(all);
    expect(rows.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: total }, (_, at) => total - at),
    );
    // One look, though the page asked twice.
    expect(rows.filter(({ what }) => what === 'resident.opened')).toMatchObject([
      { by: supervisor.name, about: { kind: 'nik', nik } },
    ]);
    expect(rows.find(({ what }) => what === 'enrollment.recorded')).toMatchObject({
      by: operator.name,
      about: { kind: 'packet', number: 1 },
    });
    expect(api.audit.list({ ...all, acts: ['session.failed'] }).rows).toMatchObject([
      { by: null, about: { kind: 'account', name: operator.name }, detail: '1' },
    ]);
    const own = api.audit.list({ ...all, by: supervisor.accountId });
    expect(own.rows.map(({ what }) => what)).toEqual(['resident.opened', 'session.login']);
    expect(api.audit.list({ ...all, from: TEST_NOW + 1 }).rows.map(({ what }) => what)).toEqual([
      'session.login',
    ]);
    expect(api.audit.list({ ...all, until: TEST_NOW }).total).toBe(0);
    expect(api.audit.list({ ...all, offset: total - 1 }).rows).toHaveLength(1);
  });
});

describe('an export', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'rekam-audit-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const needs = () => ({
    ...{ store: test1.store, stationKey: test1.stationKey, readBack },
    stationId: stationIdSchema.parse(test1.activation.stationId),
  });

  test('holds every entry, follows by SHA-256 alone, and its head is the station’s word', async () => {
    await recordResident(test1, test1.niks[0] ?? '');
    const written = await exportAudit(needs(), folder, TEST_NOW);
    const text = readFileSync(path.join(written.folder, 'audit.jsonl'));
    let head = '0'.repeat(64);
    const lines = text.toString().trim().split('\n');
    for (const [index, line] of lines.entries()) {
      const { sequence, at, by, what, subject, detail, hash } = JSON.parse(line) as Record<
        string,
        string | number
      >;
      expect(sequence).toBe(index + 1);
      head = createHash('sha256')
        .update(JSON.stringify([head, sequence, at, by, what, subject, detail]))
        .digest('hex');
      expect(hash).toBe(head);
    }
    const jws = readFileSync(path.join(written.folder, 'kepala-audit.jws'), 'ascii');
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKeyX(test1.stationKey) }, 'EdDSA');
    const { payload, protectedHeader } = await compactVerify(jws, key);
    expect(protectedHeader.typ).toBe('rekam-audit+jws');
    expect(auditHeadSchema.parse(JSON.parse(Buffer.from(payload).toString()))).toMatchObject({
      entries: lines.length,
      head: test1.api.audit.head(),
      sha256: sha256(text),
      size: text.length,
    });
  });

  test('a disk that gives back something else, or takes nothing, gets no half of it', async () => {
    const liar = { ...needs(), readBack: () => Promise.resolve(sha256('else')) };
    await expect(exportAudit(liar, folder, TEST_NOW)).rejects.toMatchObject({ code: 'audit.folder' });
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('.'))).toEqual([]);
    const file = path.join(folder, 'no-folder');
    writeFileSync(file, '');
    await expect(exportAudit(needs(), file, TEST_NOW)).rejects.toMatchObject({ code: 'audit.folder' });
  });
});
