import { beforeAll, describe, expect, test } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { PATHS, referenceLineSchema, type ReferenceLine } from '../../app/sync/protocol.ts';
import { DEMO_ACCOUNTS } from '../../center/demo/losari.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { activateStation, type TestStation } from '../helpers/center-station.ts';

const RESIDENTS = 2600;
let center: TestCenter;
let first: TestStation;
let second: TestStation;
beforeAll(async () => {
  center = await startTestCenter({ residents: RESIDENTS, today: '2026-11-16' });
  first = await activateStation(center, 'Meja 1');
  second = await activateStation(center, 'Meja 2');
});

async function journal(station: TestStation, entries: string[]): Promise<unknown> {
  const answer = await station.call('POST', PATHS.journal, { json: { entries } });
  return answer.status === 200 ? answer.json : answer.problem;
}

const cursorOf = (lines: readonly { type: string; cursor?: string }[]) => lines.at(-1)?.cursor ?? '';

describe('reference', () => {
  test('is complete, by the contract, and ends in a cursor', async () => {
    const lines = (await first.reference()).map((line) => referenceLineSchema.parse(line));
    const of = <T extends ReferenceLine['type']>(type: T) => lines.filter((line) => line.type === type);
    expect(new Set(of('resident').map((line) => (line as { biodata: Biodata }).biodata.nik)).size).toBe(
      RESIDENTS,
    );
    expect(of('account')).toHaveLength(DEMO_ACCOUNTS.length);
    expect(of('target')).toHaveLength(10);
    expect(of('policy')).toHaveLength(1);
    expect(of('summons').length).toBeGreaterThan(100);
    expect(lines.at(-1)).toMatchObject({ type: 'cursor', more: false });
    expect(of('cursor').length).toBeGreaterThan(2);
  });

  test('goes on from any cursor and ends up with the same', async () => {
    const whole = await first.reference();
    const middle = whole.findIndex((line) => line.type === 'cursor');
    const rest = await first.reference(String(whole[middle]?.cursor));
    expect([...whole.slice(0, middle + 1), ...rest]).toEqual(whole);
    expect(await first.reference(cursorOf(whole))).toEqual([
      { type: 'cursor', cursor: cursorOf(whole), more: false },
    ]);
  });

  test("brings the other station's facts, and what they change", async () => {
    const cursor = cursorOf(await second.reference());
    const [resident] = (await center.residents({ desa: '32.09.03.2005', recorded: false })) as [Biodata];
    const summons = { nik: resident.nik, desa: resident.desa, date: '2026-12-01', session: 'pagi' } as const;
    const ticket = {
      type: 'ticket',
      date: '2026-11-16',
      number: 1,
      nik: resident.nik,
      state: 'done',
      reason: null,
    } as const;
    const recorded = {
      type: 'recorded',
      nik: resident.nik,
      packetId: '019a0000-0000-7000-8000-000000000001' as never,
    } as const;
    const entries = [
      first.entry(ticket),
      first.entry({ type: 'summons', change: 'added', summons }),
      first.entry(recorded),
    ];
    expect(await journal(first, entries)).toEqual({ acknowledged: 3 });
    const news = (await second.reference(cursor)).map((line) => referenceLineSchema.parse(line));
    const facts = news.flatMap((line) => (line.type === 'journal' ? [line.entry] : []));
    expect(facts.map((entry) => [entry.stationId, entry.sequence, entry.fact.type])).toEqual([
      [first.id, 1, 'ticket'],
      [first.id, 2, 'summons'],
      [first.id, 3, 'recorded'],
    ]);
    expect(news).toContainEqual({ type: 'summons', change: 'added', summons });
    expect(news).toContainEqual(
      expect.objectContaining({
        type: 'resident',
        recorded: expect.objectContaining({ stationId: first.id }) as unknown,
      }),
    );
    expect((await first.reference(cursor)).some((line) => line.type === 'journal')).toBe(false);
  });

  test('carries a password set anew and a place carried over', async () => {
    const cursor = cursorOf(await second.reference());
    const [row] = await center.running.db
      .selectFrom('summons')
      .selectAll()
      .where('removed', '=', false)
      .limit(1)
      .execute();
    if (row === undefined) throw new Error('no summons');
    const accountId = DEMO_ACCOUNTS[0].id as never;
    const reset = {
      type: 'account-reset',
      accountId,
      by: DEMO_ACCOUNTS[1].id as never,
      hash: '$argon2id$new',
      mustChange: true,
    } as const;
    const carried = {
      type: 'carry-over',
      nik: row.nik as never,
      from: row.date,
      to: '2026-12-24',
      session: 'siang',
    } as const;
    await journal(first, [first.entry(reset), first.entry(carried)]);
    const news = await second.reference(cursor);
    expect(news).toContainEqual(
      expect.objectContaining({ type: 'account', id: accountId, hash: '$argon2id$new', mustChange: true }),
    );
    const place = { nik: row.nik, desa: row.desa };
    expect(news).toContainEqual({
      type: 'summons',
      change: 'removed',
      summons: { ...place, date: row.date, session: 'siang' },
    });
    expect(news).toContainEqual({
      type: 'summons',
      change: 'added',
      summons: { ...place, date: '2026-12-24', session: 'siang' },
    });
    // The other station had carried the same resident elsewhere: the last word counts, and there is one place.
    await journal(second, [second.entry({ ...carried, to: '2026-12-28', session: 'pagi' })]);
    const open = await center.running.db
      .selectFrom('summons')
      .select(['date', 'session'])
      .where('nik', '=', row.nik)
      .where('removed', '=', false)
      .where('date', '>=', row.date)
      .execute();
    expect(open).toEqual([{ date: '2026-12-28', session: 'pagi' }]);
  });
});

describe('journal', () => {
  const fact = {
    type: 'day-close',
    ...{ date: '2026-11-16', recorded: 200, received: 180, reason: null },
    ...{ number: 1, sheetSha256: null },
  } as const;

  test('is idempotent, and acknowledges no further than the first gap', async () => {
    const station = await activateStation(center, 'Meja 5');
    const [one, two, three, four] = [1, 2, 3, 4].map((sequence) => station.entry(fact, sequence)) as [
      string,
      string,
      string,
      string,
    ];
    expect(await journal(station, [one, two])).toEqual({ acknowledged: 2 });
    expect(await journal(station, [one, two])).toEqual({ acknowledged: 2 });
    expect(await journal(station, [four])).toEqual({ acknowledged: 2 });
    expect(await journal(station, [three])).toEqual({ acknowledged: 4 });
    const held = await center.running.db
      .selectFrom('journal')
      .select('sequence')
      .where('station_id', '=', station.id)
      .execute();
    expect(held).toHaveLength(4);
  });

  test('does not go over years of entries again for one more', async () => {
    const station = await activateStation(center, 'Meja 8');
    const all = [1, 2, 3].map((sequence) => station.entry(fact, sequence));
    expect(await journal(station, all)).toEqual({ acknowledged: 3 });
    // As if what is long acknowledged lay in an archive: whoever counted it would count wrong.
    await center.running.db
      .deleteFrom('journal')
      .where('station_id', '=', station.id)
      .where('sequence', '<', 3)
      .execute();
    expect(await journal(station, [station.entry(fact, 4)])).toEqual({ acknowledged: 4 });
    expect(await journal(station, [station.entry(fact, 6)])).toEqual({ acknowledged: 4 });
    expect(await journal(station, [station.entry(fact, 5)])).toEqual({ acknowledged: 6 });
  });

  test("takes nothing from a call in which one entry is another's or unsigned", async () => {
    const station = await activateStation(center, 'Meja 6');
    expect(await journal(station, [station.entry(fact), second.entry(fact)])).toBe('request-invalid');
    expect(await journal(station, [station.entry(fact, 1)])).toEqual({ acknowledged: 1 });
  });

  test('takes the same entries from two calls at once', async () => {
    const station = await activateStation(center, 'Meja 7');
    const entries = Array.from({ length: 20 }, () => station.entry(fact));
    const answers = await Promise.all([
      journal(station, entries),
      journal(station, entries),
      journal(station, entries.toReversed()),
    ]);
    expect(answers).toEqual([{ acknowledged: 20 }, { acknowledged: 20 }, { acknowledged: 20 }]);
  });
});
