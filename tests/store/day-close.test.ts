import { decodeJwt, jwtVerify, importJWK } from 'jose';
import { v4 as uuidv4 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { countSheetSchema, differencesOf } from '../../app/desk/day-close.ts';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { accountIdSchema } from '../../app/ids.ts';
import { publicKeyX, sha256 } from '../../main/security/sign.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { completeDraft, recordResident, TEST_DATE, TEST_NOW as NOW } from '../helpers/store.ts';

const store = freshStore({ residents: 8 });

const nik = (index: number) => nikSchema.parse(store.niks[index]);
const read = () => store.api.days.read(TEST_DATE);
const close = (reason: string | null) =>
  store.intake.closeDay({ date: TEST_DATE, reason, by: store.supervisor, now: NOW });
/** As after a comparison that told these numbers to be absent. */
function compared(to: number, absent: readonly number[] = []): void {
  store.api.station.set(
    'comparison',
    JSON.stringify({ at: new Date(NOW).toISOString(), from: 1, to, absent }),
  );
}
function received(...packetIds: readonly string[]): void {
  store.api.outbox.received(
    packetIds.map((packetId) => ({
      packetId: packetId as never,
      receipt: `a.${packetId}.z`,
      receivedAt: NOW,
    })),
  );
}

describe('the count', () => {
  test('is of the date at the desk, by state, by operator, and what the center said of it', async () => {
    const first = await recordResident(store, nik(0));
    const second = await recordResident(store, nik(1), { now: NOW + 60_000 });
    await recordResident(store, nik(2), { date: '2011-11-15' });
    received(first.packetId);
    compared(2, [second.sequence]);
    expect(read()).toMatchObject({
      packets: { recorded: 2, amendments: 0, sent: 1, received: 1, waiting: 1, held: 0 },
      tickets: { given: 2, served: 2, open: 0 },
      operators: [{ name: store.operator.name, recorded: 2 }],
      center: { compared: 2, held: 1 },
      drafts: 0,
      minutesEach: null,
    });
    expect(differencesOf(read())).toEqual([{ kind: 'waiting', count: 1 }]);
  });

  test('tells two operators of one name apart by what they log in with', async () => {
    const other = { accountId: accountIdSchema.parse(uuidv4()), name: store.operator.name };
    await recordResident(store, nik(0));
    await recordResident(store, nik(1), { now: NOW + 60_000 });
    await recordResident({ store: store.store, operator: other }, nik(2));
    expect(read().operators).toEqual([
      { name: `${other.name} (operator)`, recorded: 2 },
      { name: `${other.name} (${other.accountId.slice(0, 8)})`, recorded: 1 },
    ]);
  });

  test('a clock that is put back by years moves nobody to another day', async () => {
    await recordResident(store, nik(0));
    await recordResident(store, nik(1), { now: Date.parse('2001-01-01T00:00:00Z') });
    expect(read().packets.recorded).toBe(2);
  });

  test('has the tickets that were not served, and the drafts that are open', async () => {
    const by = store.operator.accountId;
    for (const index of [0, 1, 2, 3]) store.api.desk.arrive(TEST_DATE, nik(index), by, NOW);
    store.api.desk.setTicket(TEST_DATE, 1, 'deferred', 'sakit', by, NOW);
    store.api.desk.setTicket(TEST_DATE, 2, 'withdrawn', null, by, NOW);
    await completeDraft(store, nik(4));
    expect(read()).toMatchObject({ tickets: { given: 4, deferred: 1, open: 3, served: 0 }, drafts: 1 });
    expect(differencesOf(read())).toEqual([
      { kind: 'tickets', count: 3 },
      { kind: 'drafts', count: 1 },
    ]);
  });

  test('what reconcile found counts on the day whose numbers it is, until it is over', async () => {
    await recordResident(store, nik(0));
    await recordResident(store, nik(1), { date: '2011-11-15' });
    const gap = { missing: [], unknown: [], mismatched: [] };
    store.api.outbox.reconciled({ ...gap, gaps: [{ from: 2, to: 4 }] }, { from: 1, to: 4 }, NOW);
    expect(read().found.gap).toBe(0);
    expect(store.api.days.read('2011-11-15').found.gap).toBe(3);
    store.api.outbox.reconciled({ ...gap, gaps: [] }, { from: 1, to: 4 }, NOW);
    expect(store.api.days.read('2011-11-15').found.gap).toBe(0);
  });
});

describe('closing', () => {
  test('is refused while a difference is unexplained, and writes nothing then', async () => {
    await recordResident(store, nik(0));
    expect(() => close(null)).toThrow('day.unexplained');
    expect(store.api.days.sheets(9)).toEqual([]);
    expect(store.api.journal.pending(99).some(({ fact }) => fact.type === 'day-close')).toBe(false);
  });

  test('signs what was counted; sheet, fact and audit entry are there together', async () => {
    const { packetId } = await recordResident(store, nik(0));
    received(packetId);
    compared(1);
    expect(close(null)).toEqual({ date: TEST_DATE, number: 1 });
    const jws = store.api.days.sheet(TEST_DATE, 1) ?? '';
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKeyX(store.stationKey) }, 'EdDSA');
    const { payload, protectedHeader } = await jwtVerify(jws, key, { typ: 'rekam-day-close+jws' });
    expect(protectedHeader.kid).toBe(store.activation.stationId);
    const sheet = countSheetSchema.parse(payload);
    expect(sheet).toMatchObject({ number: 1, reason: null, differences: [], previous: null, day: read() });
    const fact = store.api.journal.pending(99).at(-1)?.fact;
    expect(fact).toEqual({
      ...{ type: 'day-close', date: TEST_DATE, recorded: 1, received: 1, reason: null, number: 1 },
      sheetSha256: sha256(jws),
    });
    expect(store.db.get("SELECT by_account, detail FROM audit WHERE what = 'day.closed'")).toEqual({
      by_account: store.supervisor.accountId,
      detail: `${TEST_DATE} 1 ${sha256(jws)}`,
    });
    expect(store.api.audit.verify()).toBeNull();
  });

  test('with a difference keeps the reason', async () => {
    await recordResident(store, nik(0));
    close('Jaringan putus sejak pagi');
    const sheet = countSheetSchema.parse(decodeJwt(store.api.days.sheet(TEST_DATE, 1) ?? ''));
    expect(sheet.reason).toBe('Jaringan putus sejak pagi');
    expect(sheet.differences.map(({ kind }) => kind)).toEqual(['waiting', 'uncompared']);
  });

  test('a late recording shows, and closing again makes the second sheet and keeps the first', async () => {
    await recordResident(store, nik(0));
    close('Jaringan putus');
    expect(store.api.days.sheets(9)).toMatchObject([{ number: 1, late: 0, recorded: 1 }]);
    const first = store.api.days.sheet(TEST_DATE, 1);
    await recordResident(store, nik(1));
    expect(store.api.days.sheets(9)).toMatchObject([{ number: 1, late: 1 }]);
    expect(close('Jaringan putus')).toEqual({ date: TEST_DATE, number: 2 });
    expect(store.api.days.sheets(9)).toMatchObject([
      { number: 2, late: 0, recorded: 2 },
      { number: 1, late: 0, recorded: 1 },
    ]);
    expect(store.api.days.sheet(TEST_DATE, 1)).toBe(first);
    expect(decodeJwt(store.api.days.sheet(TEST_DATE, 2) ?? '')['previous']).toBe(sha256(first ?? ''));
  });

  test('yesterday is told to be open until it is closed', async () => {
    expect(store.api.days.unclosed('2011-11-15')).toBeNull();
    store.api.desk.arrive(TEST_DATE, nik(3), store.operator.accountId, NOW);
    expect(store.api.days.unclosed(TEST_DATE)).toBeNull();
    expect(store.api.days.unclosed('2011-11-15')).toBe(TEST_DATE);
    close('Listrik padam');
    expect(store.api.days.unclosed('2011-11-15')).toBeNull();
  });
});
