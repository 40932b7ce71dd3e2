// `npm run center -- import DIR` as a process of its own, with packs that another implementer wrote from the contract.
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { packetFileName, PACK_FILE, RECEIPTS_FILE, receiptsLineSchema } from '../../app/sync/courier.ts';
import { activateAnswerSchema, JWS_TYPES, RECEIPT_HEADER, receiptSchema } from '../../app/sync/protocol.ts';
import { makeResidents } from '../../center/demo/residents.ts';
import { signJws, verifyJws } from '../../main/security/sign.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { spawnCenter, type CenterProcess } from '../helpers/center-process.ts';
import { activateWith, TestStation, type TestPacket } from '../helpers/center-station.ts';

const residents = makeResidents(10, '2026-11-16', 1);
const root = path.resolve(import.meta.dirname, '../..');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe('the import command', () => {
  let data: string;
  let disk: string;
  let center: CenterProcess;
  let station: TestStation;
  beforeAll(async () => {
    data = temporaryFolder('rekam-import-');
    disk = temporaryFolder('rekam-disk-');
    center = await spawnCenter(data, 0, '--demo', '--residents', '50');
    const key = generateKeyPairSync('ed25519').privateKey;
    const answer = await activateWith(center, center.activationCode ?? '', key);
    station = new TestStation(center, key, activateAnswerSchema.parse(answer.json));
  });
  afterAll(async () => {
    await center.stop();
    for (const folder of [data, disk]) rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<Ended> =>
    new Promise((resolve) => {
      execFile(process.execPath, ['center/main.ts', ...args], { cwd: root }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, err }),
      );
    });

  function writePack(name: string, packets: readonly TestPacket[]): string {
    const folder = path.join(disk, name);
    mkdirSync(folder);
    const pack = {
      v: 1,
      stationId: station.id,
      madeAt: new Date().toISOString(),
      packets: packets.map(({ id, manifest: { sequence, sha256, size }, jws }) => ({
        ...{ packetId: id, sequence, sha256, size, manifest: jws, file: packetFileName(id) },
      })),
    };
    writeFileSync(path.join(folder, PACK_FILE), signJws(JWS_TYPES.courier, station.id, pack, station.key));
    for (const { id, sealed } of packets) writeFileSync(path.join(folder, packetFileName(id)), sealed);
    return folder;
  }

  const make = (index: number) => station.packet(residents[index] as Biodata);
  const receiptsOf = (folder: string) =>
    readFileSync(path.join(folder, RECEIPTS_FILE), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => receiptsLineSchema.parse(JSON.parse(line)));

  test('takes packs in while the center runs, which goes on', async () => {
    const packets = [await make(0), await make(1)];
    const folder = writePack('a', packets);
    const { code, out } = await run('import', disk, '--data', data);
    expect(out).toContain('2 received, 0 held already, 0 refused');
    expect(code).toBe(0);
    for (const [index, line] of receiptsOf(folder).entries()) {
      if (line.type !== 'receipt') throw new Error(line.type);
      const receipt = receiptSchema.parse(
        verifyJws(JWS_TYPES.receipt, line.receipt, station.activation.receiptKey.x),
      );
      expect(receipt).toMatchObject({
        packetId: packets[index]?.id,
        manifestSha256: packets[index]?.manifestSha256,
      });
      // The link gives the very same.
      const head = await station.head(packets[index] as TestPacket);
      expect(head.headers[RECEIPT_HEADER]).toBe(line.receipt);
    }
  });

  test('two packs at once: one good, one without some of its bytes; the exit code says that all is not well', async () => {
    const [third, fourth] = [await make(2), await make(3)];
    const folder = writePack('b', [third, fourth]);
    rmSync(path.join(folder, packetFileName(fourth.id)));
    const { code, out } = await run('import', disk, '--data', data);
    expect(code).toBe(1);
    expect(out).toContain('0 received, 2 held already, 0 refused');
    expect(out).toContain('1 received, 0 held already, 1 refused');
    expect(out).toContain(`refused ${fourth.manifest.sequence} ${fourth.id}: packet-missing`);
    expect(receiptsOf(folder)).toEqual([
      { type: 'receipt', receipt: expect.any(String) as string },
      { type: 'refused', packetId: fourth.id, problem: 'packet-missing' },
    ]);
    rmSync(folder, { recursive: true });
  });

  test('takes packs in while the center is down; its intake finds them when it is up again', async () => {
    await center.stop();
    const packet = await make(4);
    writePack('c', [packet]);
    const { code, out } = await run('import', disk, '--data', data);
    expect(out).toContain('1 received, 0 held already, 0 refused');
    expect(code).toBe(0);
    center = await spawnCenter(data, center.port);
    expect((await station.head(packet)).headers[RECEIPT_HEADER]).toEqual(expect.any(String));
  });

  test('a list that names a file elsewhere, or one packet twice, is no pack', async () => {
    const packet = await make(5);
    const folder = writePack('d', [packet]);
    const payload = JSON.parse(
      Buffer.from(
        readFileSync(path.join(folder, PACK_FILE), 'utf8').split('.')[1] ?? '',
        'base64url',
      ).toString(),
    ) as { packets: object[] };
    for (const packets of [
      [{ ...payload.packets[0], file: '../../etc/passwd' }],
      [payload.packets[0], payload.packets[0]],
      [],
    ]) {
      const jws = signJws(JWS_TYPES.courier, station.id, { ...payload, packets }, station.key);
      writeFileSync(path.join(folder, PACK_FILE), jws);
      const { code, out } = await run('import', folder, '--data', data);
      expect(out).toContain('pack-invalid');
      expect(code).toBe(1);
    }
    // Signed by the right key as something else: a manifest is no list.
    writeFileSync(
      path.join(folder, PACK_FILE),
      signJws(JWS_TYPES.manifest, station.id, payload, station.key),
    );
    expect((await run('import', folder, '--data', data)).out).toContain('pack-invalid');
  });

  test('an unknown command, a missing folder and a folder without a center say what is wrong', async () => {
    expect(await run('export', disk)).toMatchObject({
      code: 1,
      err: expect.stringContaining('import DIR') as string,
    });
    expect(await run('import')).toMatchObject({
      code: 1,
      err: expect.stringContaining('import DIR') as string,
    });
    expect(await run('import', disk, '--data', disk)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no center') as string,
    });
    expect((await run('--help')).out).toContain('import DIR');
  });
});
