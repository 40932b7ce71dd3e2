import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FINGERPRINT_LENGTH,
  formatActivationCode,
  parseActivationCode,
  SECRET_LENGTH,
} from '../../app/sync/activation.ts';
import { base32 } from '../../app/sync/typed-code.ts';
import { makeProblem, PROBLEM_NAMES, PROBLEMS, problemName, problemSchema } from '../../app/sync/problems.ts';
import {
  fullJitter,
  PACKET_BACKOFF,
  PULSE_BACKOFF,
  parseRetryAfter,
  PACE_CAP_MS,
} from '../../app/sync/retry.ts';

const ALPHABET = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'];
const letters = (length: number) =>
  fc.array(fc.constantFrom(...ALPHABET), { minLength: length, maxLength: length }).map((all) => all.join(''));
const code = fc.record({ secret: letters(SECRET_LENGTH), caFingerprint: letters(FINGERPRINT_LENGTH) });
const bare = (text: string) => text.replaceAll('-', '');
/** The one slip that the check letter cannot see: 0 and Z weigh the same. */
const escapes = (one: string, other: string) => new Set([one, other, '0', 'Z']).size === 2;

describe('activation code', () => {
  test('reads back, in groups of five', () => {
    fc.assert(
      fc.property(code, (made) => {
        const text = formatActivationCode(made);
        expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){8}[0-9A-HJKMNP-TV-Z]{3}$/);
        expect(parseActivationCode(text)).toEqual({ ok: true, value: made });
      }),
    );
  });

  test('case, blanks, hyphens and look-alike letters do not matter', () => {
    const typing = fc.array(
      fc.record({ lower: fc.boolean(), alike: fc.nat(2), gap: fc.constantFrom('', '', ' ', '-') }),
      {
        minLength: 43,
        maxLength: 43,
      },
    );
    fc.assert(
      fc.property(code, typing, (made, habits) => {
        const typed = [...bare(formatActivationCode(made))].map((letter, index) => {
          const habit = habits[index]!;
          const alike = { 0: ['0', 'O', 'O'], 1: ['1', 'I', 'L'] }[letter]?.[habit.alike] ?? letter;
          return habit.gap + (habit.lower ? alike.toLowerCase() : alike);
        });
        expect(parseActivationCode(typed.join(''))).toEqual({ ok: true, value: made });
      }),
    );
  });

  test('one wrong letter anywhere is seen, but 0 for Z', () => {
    fc.assert(
      fc.property(code, (made) => {
        const text = bare(formatActivationCode(made));
        for (let at = 0; at < text.length; at++) {
          for (const letter of [...ALPHABET, 'U', '*', 'Ä', '٣']) {
            if (letter === text[at]) continue;
            const read = parseActivationCode(text.slice(0, at) + letter + text.slice(at + 1));
            // The check letter itself is never Z, so there even that slip is seen.
            if (at < text.length - 1 && escapes(letter, text[at]!)) continue;
            expect(read, `${letter} for ${text[at]} at ${at}`).toEqual({
              ok: false,
              error: 'activation.mistyped',
            });
          }
        }
      }),
      { numRuns: 10 },
    );
  });

  test('two neighbours swapped are seen, but 0 and Z', () => {
    fc.assert(
      fc.property(code, (made) => {
        const text = bare(formatActivationCode(made));
        for (let at = 0; at + 1 < text.length; at++) {
          const [one, other] = [text[at]!, text[at + 1]!];
          if (one === other || (at + 2 < text.length && escapes(one, other))) continue;
          const swapped = text.slice(0, at) + other + one + text.slice(at + 2);
          expect(parseActivationCode(swapped), `at ${at}`).toEqual({
            ok: false,
            error: 'activation.mistyped',
          });
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a letter too few or too many is a matter of length', () => {
    fc.assert(
      fc.property(code, fc.nat(42), (made, at) => {
        const text = bare(formatActivationCode(made));
        const lost = text.slice(0, at) + text.slice(at + 1);
        expect(parseActivationCode(lost)).toEqual({ ok: false, error: 'activation.length' });
        expect(parseActivationCode(`${lost}AA`)).toEqual({ ok: false, error: 'activation.length' });
      }),
    );
  });

  test('never throws, and what it accepts is made of the alphabet alone', () => {
    const junk = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary', minLength: 43, maxLength: 43 }),
    );
    fc.assert(
      fc.property(junk, (text) => {
        const read = parseActivationCode(text);
        expect(read.ok ? formatActivationCode(read.value) : '').toMatch(/^([0-9A-HJKMNP-TV-Z-]{51})?$/);
      }),
    );
  });

  test('base32 is the number in base 32, from the top', () => {
    expect(base32(Uint8Array.of(0xff, 0x00, 0x00, 0x00, 0x01), 8)).toBe('ZW000001');
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.integer({ min: 1, max: 51 }),
        (bytes, length) => {
          const number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`) >> BigInt(256 - 5 * length);
          const digits = Array.from({ length }, (_, index) =>
            Number((number >> BigInt(5 * (length - 1 - index))) & 31n),
          );
          expect(base32(bytes, length)).toBe(digits.map((digit) => ALPHABET[digit]).join(''));
        },
      ),
    );
  });
});

describe('fullJitter', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const backoff = fc.constantFrom(PACKET_BACKOFF, PULSE_BACKOFF);

  test('stays between zero and the ceiling of its attempt, and under the cap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), random, backoff, (attempts, draw, limits) => {
        const wait = fullJitter(attempts, draw, limits);
        expect(Number.isSafeInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThan(Math.min(limits.capMs, limits.baseMs * 2 ** (attempts - 1)));
      }),
    );
  });

  test('uses the whole of the range: doubling, then the cap', () => {
    const almostOne = 1 - Number.EPSILON;
    const longest = [1, 2, 3, 4, 5, 6].map((attempts) => fullJitter(attempts, almostOne, PULSE_BACKOFF));
    expect(longest).toEqual([999, 1_999, 3_999, 7_999, 15_999, 29_999]);
    expect(fullJitter(50, 0.5, PACKET_BACKOFF)).toBe(300_000);
    expect(fullJitter(50, 0, PACKET_BACKOFF)).toBe(0);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2011-11-14T05:00:00.000Z');

  test.each([
    ['0', 0],
    [' 120 ', 120_000],
    ['Mon, 14 Nov 2011 05:01:00 GMT', 60_000],
    ['Monday, 14-Nov-11 05:01:00 GMT', 60_000],
    ['Mon, 14 Nov 2011 04:00:00 GMT', 0],
    ['Mon, 14 Nov 2022 05:00:00 GMT', PACE_CAP_MS],
    ['31536000', PACE_CAP_MS],
    ['9'.repeat(400), PACE_CAP_MS],
  ])('%s', (header, wait) => {
    expect(parseRetryAfter(header, now)).toBe(wait);
  });

  test.each([
    undefined,
    '',
    ' ',
    '-5',
    '1.5',
    '1e3',
    'soon',
    'soon 5',
    '5 minutes',
    'Mon, 99 Foo 2011 05:01:00 GMT',
  ])('cannot read %s', (header) => {
    expect(parseRetryAfter(header, now)).toBeNull();
  });

  test('is nothing or a wait that can be slept', () => {
    const header = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{1,400}$/),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(header, (text) => {
        const wait = parseRetryAfter(text, now);
        if (wait === null) return;
        expect(Number.isSafeInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(PACE_CAP_MS);
      }),
    );
  });
});

describe('problems', () => {
  test.each(PROBLEM_NAMES)('%s has its type, its status and comes back by name', (name) => {
    const problem = makeProblem(name, 'why');
    expect(problem).toEqual({
      type: `urn:rekam:problem:${name}`,
      title: name.replaceAll('-', ' '),
      status: PROBLEMS[name].status,
      detail: 'why',
    });
    expect(problemName(JSON.parse(JSON.stringify(problem)))).toBe(name);
    expect(makeProblem(name)).not.toHaveProperty('detail');
    expect(problem.status).toBeGreaterThanOrEqual(400);
    expect(problem.status).toBeLessThan(600);
  });

  test('nothing that is the server’s own trouble holds a packet or stops the station', () => {
    const theirs = PROBLEM_NAMES.filter((name) => PROBLEMS[name].status >= 500);
    expect(theirs.map((name) => PROBLEMS[name].does)).toEqual(theirs.map(() => 'retry'));
  });

  test('a long detail is cut, so that the answer stays ours', () => {
    const problem = makeProblem('request-invalid', 'x'.repeat(5_000));
    expect(problemSchema.safeParse(problem).success).toBe(true);
    expect(problemName(problem)).toBe('request-invalid');
  });

  test.each([
    'about:blank',
    'urn:rekam:problem:',
    'urn:rekam:problem:constructor',
    'urn:rekam:problem:__proto__',
    'urn:rekam:problem:Internal',
    'internal',
    ' urn:rekam:problem:internal',
    'https://example.org/internal',
  ])('%s is not of our list', (type) => {
    expect(problemName({ type, title: 'x', status: 500 })).toBeNull();
  });

  test('anything else is null, never a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (body) => {
        expect(problemName(body)).toBeNull();
      }),
    );
    expect(problemName({ type: 'urn:rekam:problem:internal' })).toBeNull();
  });
});
