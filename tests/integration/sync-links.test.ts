import { expect, onTestFinished, test } from 'vitest';
import { isReceived } from '../../app/enrollment/lifecycle.ts';
import { OPEN, startTcpLink, type LinkProfile, type TcpLink } from '../../scripts/tcp-link.ts';
import { startBenchStation, type BenchStation } from '../bench/station.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';

/** The field's links, some thirty times as fast: the same shapes in seconds. */
const THIN: LinkProfile = { bitsPerSecond: 8_000_000, roundTripMs: 20, bufferBytes: 32 * 1024 };
const FAR: LinkProfile = { bitsPerSecond: 80_000_000, roundTripMs: 80, bufferBytes: 1024 * 1024 };
/** What may be on its way when the link breaks: buffers of the modem, of the center's socket, of a piece being written. */
const ON_THE_WAY = 200_000;

interface Office {
  readonly center: TestCenter;
  readonly link: TcpLink;
  readonly station: BenchStation;
}

/** The real engine and the real center, over plain HTTP so that bytes can be counted. */
async function office(): Promise<Office> {
  const center = await startTestCenter({ residents: 200, http: true });
  const link = await startTcpLink(center.port, OPEN);
  const station = await startBenchStation(`http://127.0.0.1:${link.port}`, await center.activationCode());
  onTestFinished(async () => {
    await station.close();
    await link.close();
  });
  return { center, link, station };
}

/** Once at the center, with its receipt here, and nothing that waits. */
async function expectAllOnce({ center, station }: Office, count: number): Promise<void> {
  expect(await center.packetCount()).toBe(count);
  expect(center.blobs()).toHaveLength(count);
  const { api, db } = station.test;
  expect(api.outbox.summary(0)).toMatchObject({ waiting: 0, held: 0 });
  expect(db.all('SELECT packet_id FROM receipt')).toHaveLength(count);
  const rows = api.outbox.list('all', 0, count + 1).rows;
  expect(rows).toHaveLength(count);
  expect(rows.every(({ state }) => isReceived(state))).toBe(true);
}

test('over a thin line each packet arrives once, and hardly more than its bytes go over it', async () => {
  const here = await office();
  const bytes = await here.station.record(6);
  here.link.change(THIN);
  const before = here.link.toTarget();
  expect(await here.station.syncNow()).toMatchObject({ ended: 'done', received: 6, failed: 0 });
  expect(here.link.toTarget() - before).toBeLessThan(bytes * 1.02);
  await expectAllOnce(here, 6);
});

test('a line that comes and goes: each upload goes on from the center’s byte', async () => {
  const here = await office();
  const { link, station } = here;
  const bytes = await station.record(8);
  link.change(THIN);
  const before = link.toTarget();
  let cuts = 0;
  let cutAt = before + bytes / 6;
  while (station.test.api.outbox.summary(0).waiting > 0) {
    let isOver = false;
    const sync = station.syncNow().finally(() => (isOver = true));
    while (!isOver && link.toTarget() < cutAt) await new Promise((resolve) => setImmediate(resolve));
    if (!isOver) {
      cuts += 1;
      cutAt = link.toTarget() + bytes / 6;
      link.setUp(false);
      await sync;
      link.setUp(true);
    }
    await sync;
  }
  expect(cuts).toBeGreaterThanOrEqual(4);
  // Sent again is at most what was on its way at each cut.
  expect(link.toTarget() - before).toBeLessThan(bytes + cuts * ON_THE_WAY);
  await expectAllOnce(here, 8);
});

test('the window opens on a line that carries more', async () => {
  const here = await office();
  const { link, station } = here;
  await station.record(20);
  link.change(FAR);
  let most = 0;
  let isOver = false;
  const sync = station.syncNow().finally(() => (isOver = true));
  while (!isOver) {
    const under = station.test.db.get<{ n: number }>(
      "SELECT count(*) AS n FROM packet WHERE state = 'sending'",
    );
    most = Math.max(most, under?.n ?? 0);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await sync).toMatchObject({ received: 20, failed: 0 });
  // It begins with two at once.
  expect(most).toBeGreaterThan(2);
  expect(most).toBeLessThanOrEqual(8);
  await expectAllOnce(here, 20);
});
