import { describe, expect, it } from 'vitest';
import { LEFT_FOUR, RIGHT_FOUR } from '../../app/enrollment/biometrics.ts';
import { encode } from '../../scripts/sbi/certificates.ts';
import { startService } from '../../scripts/sbi/service.ts';
import type { SbiSimulator } from '../../scripts/sbi/simulator.ts';
import { codeOf, order, startTestScanner, testScanners } from '../helpers/scanner.ts';

/** What an afternoon at the desk asks of the scanners beyond one capture. */
interface Bio {
  readonly count: number;
  readonly exception: string[];
  readonly deviceSubId: number;
  readonly previousHash: string;
  readonly deviceId?: string;
  readonly serialNo?: string;
}
interface Asked {
  readonly verb: string;
  readonly body: { readonly specVersion?: string; readonly transactionId?: string; readonly bio?: Bio[] };
}

async function recorded(version: '0.9.5' | '1.0' | 'both' = 'both') {
  const asked: Asked[] = [];
  const desk = await testScanners({ version, onCall: (call) => asked.push(call as Asked) });
  const bios = (): Bio[] => asked.flatMap(({ verb, body }) => (verb === 'RCAPTURE' ? (body.bio ?? []) : []));
  return { ...desk, asked, bios };
}

describe('what is asked', () => {
  it('names the device as each version wants it, and prefers 1.0 where both answer', async () => {
    const old = await recorded('0.9.5');
    await old.scanners.capture(order());
    expect(old.bios()[0]).toMatchObject({ deviceId: 'finger-1' });
    expect(old.bios()[0]).not.toHaveProperty('serialNo');
    const both = await recorded();
    await both.scanners.capture(order());
    expect(both.bios()[0]).toMatchObject({ serialNo: 'SIM-finger-0001' });
    expect(await both.scanners.list(false)).toMatchObject([{ specVersion: '1.0' }, { specVersion: '1.0' }]);
  });

  it('leaves out what is excepted, and counts it', async () => {
    const desk = await recorded();
    const excepted = ['finger.right.ring', 'finger.right.little'] as const;
    const captures = await desk.scanners.capture(order({ excepted }));
    expect(captures.map(({ part }) => part.name)).toEqual(RIGHT_FOUR.slice(0, 2));
    expect(desk.bios()).toMatchObject([
      { count: 2, deviceSubId: 2, exception: ['Right RingFinger', 'Right LittleFinger'] },
    ]);
    expect(await desk.scanners.capture(order({ step: 'irises', excepted: ['iris.left'] }))).toHaveLength(1);
  });

  it('asks nothing of a scanner where everything is excepted', async () => {
    const desk = await recorded();
    expect(await desk.scanners.capture(order({ step: 'left4', excepted: LEFT_FOUR }))).toEqual([]);
    expect(desk.bios()).toEqual([]);
  });

  it.each([
    ['finger.left.index', ['verify.right.index'], [2]],
    ['verify.right.index', ['verify.left.index'], [1]],
    ['finger.left.middle', ['verify.left.index', 'verify.right.index'], [1, 2]],
  ] as const)('takes the index fingers again without %s', async (excepted, names, slaps) => {
    const desk = await recorded();
    const captures = await desk.scanners.capture(order({ step: 'verify', excepted: [excepted] }));
    expect(captures.map(({ part }) => part.name)).toEqual(names);
    expect(
      desk.bios().map(({ deviceSubId, count, exception }) => [deviceSubId, count, exception.length]),
    ).toEqual(slaps.map((slap) => [slap, 1, 3]));
  });

  it('chains the captures of one resident over all steps, and begins anew with the next', async () => {
    const desk = await recorded();
    for (const step of ['right4', 'irises', 'verify'] as const) await desk.scanners.capture(order({ step }));
    await desk.scanners.capture(order({ packetId: '019ab000-0000-7000-8000-000000000002' }));
    const hashes = desk.bios().map(({ previousHash }) => previousHash);
    expect(hashes[0]).toBe(hashes[4]);
    expect(new Set(hashes).size).toBe(4);
  });

  it('never uses a transaction twice', async () => {
    const desk = await recorded();
    for (let time = 0; time < 3; time += 1) await desk.scanners.capture(order());
    const ids = desk.asked.flatMap(({ body }) => body.transactionId ?? []);
    expect(new Set(ids).size).toBe(3);
    expect(ids.every((id) => /^[A-Za-z0-9-]{4,50}$/.test(id))).toBe(true);
  });
});

describe('where the service stands', () => {
  it('follows it to another port in the same capture', async () => {
    const [first, second] = await neighbours();
    const desk = (await testScanners()).again({
      ports: { from: first.port, to: second.port },
      anchors: () => Promise.resolve([first.anchor]),
    });
    await second.close();
    expect(await desk.list(true)).toHaveLength(2);
    await first.close();
    await startTestScanner({ port: second.port });
    expect(await desk.capture(order())).toHaveLength(4);
  });

  it('says that a scanner was unplugged when its service is gone, and goes on when it is back', async () => {
    const { scanners, service } = await testScanners();
    await scanners.list(true);
    await service.close();
    expect(await codeOf(scanners.capture(order()))).toEqual({ code: 'device.unplugged' });
    await startTestScanner({ port: service.port });
    expect(await scanners.capture(order())).toHaveLength(4);
  });

  it('gives one that was silent its full time only when a person looks for it', async () => {
    const desk = await testScanners({ slowMs: 1000 });
    const scanners = desk.again({ timeouts: { search: 3000, silent: 100 } });
    await scanners.list(true);
    desk.service.fault('silent');
    expect(await scanners.list(true)).toEqual([]);
    desk.service.fault('slow');
    expect(await codeOf(scanners.capture(order()))).toEqual({ code: 'device.timeout' });
    expect(await scanners.list(true)).toHaveLength(2);
  });

  it('asks no more places than a service can have devices', async () => {
    const infos: string[] = [];
    const digitalId = encode({ serialNo: 'F', type: 'Finger' });
    const lying = await startService(0, ({ verb, path, socket }) => {
      if (verb.endsWith('INFO')) infos.push(path);
      const callback = (index: number) => `http://127.0.0.1:${lying.port}/${index}`;
      const rows = Array.from({ length: 400 }, (_, index) => ({ digitalId, callbackId: callback(index) }));
      const body = JSON.stringify(verb.endsWith('DISC') ? rows : []);
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    const ports = { from: lying.port, to: lying.port };
    expect(await (await testScanners()).again({ ports }).list(true)).toHaveLength(1);
    await lying.close();
    expect(infos).toHaveLength(2 * 16);
  });

  it('says that there is none where there never was', async () => {
    const desk = await testScanners();
    const fresh = desk.again();
    await desk.service.close();
    expect(await codeOf(fresh.capture(order()))).toEqual({ code: 'device.missing' });
    expect(await fresh.list(false)).toEqual([]);
  });

  it('goes where the service says that it stands, on this PC', async () => {
    const elsewhere = await startTestScanner();
    const { scanners } = await testScanners({ callbackId: `http://localhost:${elsewhere.port}` });
    expect(await scanners.capture(order())).toHaveLength(4);
    await elsewhere.close();
    expect(await codeOf(scanners.capture(order()))).toEqual({ code: 'device.unplugged' });
  });

  it('does not follow it off this PC', async () => {
    const { scanners } = await testScanners({ callbackId: 'http://192.0.2.1:4501/' });
    expect(await scanners.capture(order())).toHaveLength(4);
  });

  it('takes the scanner that is believed before one that is not', async () => {
    const [foreign, own] = await neighbours();
    foreign.fault('foreignAnchor');
    const desk = (await testScanners()).again({
      ports: { from: foreign.port, to: own.port },
      anchors: () => Promise.resolve([own.anchor]),
    });
    expect(await desk.capture(order())).toHaveLength(4);
  });
});

it('refuses a second capture while one is under way', async () => {
  const { scanners } = await testScanners();
  const first = scanners.capture(order());
  expect(await codeOf(scanners.capture(order()))).toEqual({ code: 'device.busy' });
  expect(await codeOf(scanners.watch('right4', () => undefined))).toEqual({ code: 'device.busy' });
  expect(await first).toHaveLength(4);
});

it('shows the same finger for the same resident, better the second time', async () => {
  const { scanners } = await testScanners();
  const packetId = '019ab000-0000-7000-8000-00000000000a';
  const [first] = await scanners.capture(order({ packetId }));
  const [second] = await scanners.capture(order({ packetId, attempt: 2 }));
  expect(second?.preview).toEqual(first?.preview);
  expect(second?.part.quality).toBeGreaterThan(first?.part.quality ?? 100);
  expect(second?.part.attempts).toBe(2);
});

/** Two services on ports next to each other. */
async function neighbours(): Promise<[SbiSimulator, SbiSimulator]> {
  for (;;) {
    const first = await startTestScanner();
    const second = await startTestScanner({ port: first.port + 1 }).catch(() => null);
    if (second !== null) return [first, second];
    await first.close();
  }
}
