import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { birthday, checkArrival, placeOf, type KnownRecording } from '../../app/desk/arrival.ts';
import {
  interrupted,
  lastCalled,
  maySet,
  nextWaiting,
  TICKET_STATES,
  ticketAfter,
  type TicketEvent,
  type TicketState,
} from '../../app/desk/ticket.ts';
import { ageOn } from '../../app/enrollment/biodata.ts';
import { packetIdSchema } from '../../app/ids.ts';

const TODAY = '2011-11-14';
const LOSARI = '32.09.03';
const NIK = '3209031402830007';
const adult = { tanggalLahir: '1983-02-14', statusKawin: 2, desa: '32.09.03.2005' } as const;
const recorded: KnownRecording = { where: 'center', at: '2011-10-01T03:00:00.000Z', stationId: null };
const check = (person: Parameters<typeof checkArrival>[0], text = NIK, known: KnownRecording | null = null) =>
  checkArrival(person, known, text, TODAY, LOSARI);

describe('the pre-check', () => {
  test('lets an adult of this kecamatan through, wherever the NIK was issued', () => {
    expect(check(adult)).toEqual({ kind: 'ready', nik: NIK });
    expect(check(adult, '3329 1214 0283 0007')).toEqual({ kind: 'ready', nik: '3329121402830007' });
  });

  test.each([
    ['2095x31402830007', 'nik.digits'],
    ['320903140283000', 'nik.length'],
    ['3209033102830007', 'nik.date'],
    ['3209031402830000', 'nik.serial'],
  ])('says which rule %s breaks', (text, error) => {
    expect(check(adult, text)).toEqual({ kind: 'malformed', text, error });
  });

  test('a recording comes before everything else that may be the matter', () => {
    const child = { ...adult, tanggalLahir: '2000-01-01', statusKawin: 1 } as const;
    for (const person of [adult, child, { ...adult, desa: '33.29.12.2005' }, null]) {
      expect(check(person, NIK, recorded)).toEqual({ kind: 'recorded', nik: NIK, recorded });
    }
  });

  test('a child is told the days from which to come', () => {
    const child = { ...adult, tanggalLahir: '1996-01-09', statusKawin: 1 } as const;
    expect(check(child)).toEqual({
      kind: 'underAge',
      nik: NIK,
      born: '1996-01-09',
      earlyOn: '2012-01-09',
      wajibOn: '2013-01-09',
    });
    expect(check({ ...child, tanggalLahir: '1995-11-15' }).kind).toBe('underAge');
    expect(check({ ...child, tanggalLahir: '1995-11-14' })).toEqual({
      kind: 'early',
      nik: NIK,
      wajibOn: '2012-11-14',
    });
    expect(check({ ...child, tanggalLahir: '1994-11-14' }).kind).toBe('ready');
    expect(check({ ...child, statusKawin: 2 }).kind).toBe('ready');
  });

  test('the two Losaris are told apart by address and by NIK', () => {
    expect(check({ ...adult, desa: '33.29.12.2009' })).toEqual({
      kind: 'otherKecamatan',
      nik: NIK,
      kode: '33.29.12',
    });
    expect(check(null)).toEqual({ kind: 'unknown', nik: NIK, issued: null });
    expect(check(null, '3329121402830007')).toEqual({
      kind: 'unknown',
      nik: '3329121402830007',
      issued: '33.29.12',
    });
  });

  test('a birthday is the first day on which that age is reached', () => {
    expect(birthday('1996-02-29', 16)).toBe('2012-02-29');
    expect(birthday('1996-02-29', 17)).toBe('2013-03-01');
    const day = fc.date({
      min: new Date('1900-01-01'),
      max: new Date('2030-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 90 }), (born, years) => {
        const iso = born.toISOString().slice(0, 10);
        const on = birthday(iso, years);
        const before = new Date(Date.parse(on) - 86_400_000).toISOString().slice(0, 10);
        expect([ageOn(iso, before), ageOn(iso, on)]).toEqual([years - 1, years]);
      }),
      { examples: [[new Date('1996-02-29'), 17]] },
    );
  });

  test('a code has the names that the station can know, and no others', () => {
    const own = { kode: LOSARI, nama: 'Losari', kabupaten: 'Kabupaten Cirebon' };
    expect(placeOf(LOSARI, own)).toEqual(own);
    expect(placeOf('33.29.12', own)).toMatchObject({ nama: 'Losari', kabupaten: 'Kabupaten Brebes' });
    expect(placeOf('32.09.10', own)).toEqual({
      kode: '32.09.10',
      nama: null,
      kabupaten: 'Kabupaten Cirebon',
    });
    expect(placeOf('99.99.99', own)).toEqual({ kode: '99.99.99', nama: null, kabupaten: null });
  });
});

describe('a ticket', () => {
  const table: Record<TicketEvent, Record<TicketState, TicketState | null>> = {
    arrive: all({
      waiting: 'waiting',
      called: 'called',
      serving: 'serving',
      deferred: 'waiting',
      absent: 'waiting',
      carried: 'waiting',
      withdrawn: 'waiting',
      done: 'waiting',
    }),
    call: all({
      waiting: 'called',
      called: 'called',
      serving: 'called',
      deferred: 'called',
      absent: 'called',
      carried: 'called',
    }),
    miss: all({ called: 'absent', absent: 'absent' }),
    defer: all({ waiting: 'deferred', called: 'deferred', serving: 'deferred', deferred: 'deferred' }),
    return: all({
      waiting: 'waiting',
      called: 'waiting',
      serving: 'waiting',
      deferred: 'waiting',
      absent: 'waiting',
      carried: 'waiting',
    }),
    carry: all({
      waiting: 'carried',
      called: 'carried',
      deferred: 'carried',
      absent: 'carried',
      carried: 'carried',
    }),
    withdraw: all({ waiting: 'withdrawn', called: 'withdrawn', withdrawn: 'withdrawn' }),
    serve: same('serving'),
    drop: { ...identity(), serving: 'deferred' },
    record: same('done'),
  };
  function all(some: Partial<Record<TicketState, TicketState>>): Record<TicketState, TicketState | null> {
    return {
      waiting: null,
      called: null,
      serving: null,
      deferred: null,
      absent: null,
      carried: null,
      withdrawn: null,
      done: null,
      ...some,
    };
  }
  function same(state: TicketState) {
    return all(Object.fromEntries(TICKET_STATES.map((from) => [from, state])));
  }
  function identity() {
    return all(Object.fromEntries(TICKET_STATES.map((from) => [from, from])));
  }

  test.each(Object.entries(table))('by %s', (event, rows) => {
    for (const from of TICKET_STATES) {
      expect([from, ticketAfter(from, event as TicketEvent)]).toEqual([from, rows[from]]);
    }
  });

  test('only what changes something is offered by hand', () => {
    expect(maySet('waiting', 'called')).toBe(true);
    expect(maySet('waiting', 'waiting')).toBe(false);
    expect(maySet('waiting', 'absent')).toBe(false);
    expect(maySet('done', 'deferred')).toBe(false);
  });

  test('who was called last is expected, the lowest number that waits is next', () => {
    const row = (number: number, state: TicketState, calledAt: string | null = null) => ({
      number,
      nik: String(number),
      state,
      calledAt,
    });
    const rows = [
      row(1, 'done', '10'),
      row(2, 'called', '12'),
      row(3, 'called', '11'),
      row(4, 'waiting'),
      row(5, 'waiting'),
    ];
    expect(lastCalled(rows)?.number).toBe(2);
    expect(nextWaiting(rows)?.number).toBe(4);
    expect([lastCalled([]), nextWaiting(rows.slice(0, 3))]).toEqual([null, null]);
  });

  test('who stepped aside is gone back to by the lowest number, where there is a draft to open', () => {
    const packetId = packetIdSchema.parse('01997b2e-0000-7000-8000-000000000001');
    const row = (number: number, state: TicketState, draft: typeof packetId | null) => ({
      number,
      nik: String(number),
      state,
      calledAt: null,
      packetId: draft,
    });
    const rows = [row(1, 'done', packetId), row(2, 'serving', null), row(3, 'serving', packetId)];
    expect(interrupted([...rows, row(4, 'serving', packetId)])?.number).toBe(3);
    expect(interrupted(rows.slice(0, 2))).toBeNull();
  });
});
