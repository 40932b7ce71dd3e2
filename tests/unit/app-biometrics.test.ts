import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  EXCEPTION_REASONS,
  type Exception,
  exceptionFor,
  exceptionSchema,
  FINGERS,
  IRISES,
  missingParts,
  PART_NAMES,
  type PartName,
  STEP_PARTS,
  STEPS,
  stepState,
} from '../../app/enrollment/biometrics.ts';

type ExceptedPart = Exception['part'];
const excepted = (part: ExceptedPart): Exception => ({ part, reason: 'amputated', note: '' });
const captured = fc.subarray([...PART_NAMES]);
const exceptions = fc
  .subarray(PART_NAMES.filter((name): name is ExceptedPart => name !== 'photo'))
  .map((parts) => parts.map(excepted));

describe('the parts of a person', () => {
  test('ten fingers, two irises, photo, signature and both index fingers again, each once', () => {
    expect(FINGERS).toHaveLength(10);
    expect(IRISES).toHaveLength(2);
    expect(new Set(PART_NAMES).size).toBe(16);
  });

  test('each is captured by exactly one step', () => {
    expect(
      STEPS.flatMap((step) => STEP_PARTS[step])
        .toSorted()
        .join(' '),
    ).toBe([...PART_NAMES].sort().join(' '));
    expect([STEPS[0], STEPS.at(-1)]).toEqual(['biodata', 'review']);
  });
});

describe('missingParts', () => {
  test('is what is neither captured nor excepted, in the order of the packet', () => {
    fc.assert(
      fc.property(captured, exceptions, (have, without) => {
        const missing = missingParts(have, without);
        const settled = new Set<string>(have);
        for (const { part } of without) {
          settled.add(part);
          // Who has no such finger cannot give it again.
          if (part === 'finger.left.index') settled.add('verify.left.index');
          if (part === 'finger.right.index') settled.add('verify.right.index');
        }
        expect(missing).toEqual(PART_NAMES.filter((name) => !settled.has(name)));
        expect(missingParts([...have, ...missing], without)).toEqual([]);
      }),
    );
  });

  test('names everything at the start and nothing at the end', () => {
    expect(missingParts([], [])).toEqual(PART_NAMES);
    expect(missingParts(PART_NAMES, [])).toEqual([]);
    expect(missingParts(new Set<PartName>(['photo']), [excepted('signature')])).toHaveLength(14);
  });
});

describe('stepState', () => {
  test('agrees with missingParts, and says so where an exception was made', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STEPS), captured, exceptions, (step, have, without) => {
        const missing = missingParts(have, without);
        const state = stepState(step, new Set(have), without);
        const parts = STEP_PARTS[step];
        expect(state === 'missing').toBe(parts.some((part) => missing.includes(part)));
        const made = parts.some((part) => exceptionFor(part, without) !== undefined);
        expect(['missing', made ? 'excepted' : 'done']).toContain(state);
      }),
    );
  });

  test.each([
    ['left4', [], 'missing'],
    ['left4', ['finger.left.index', 'finger.left.middle', 'finger.left.ring'], 'missing'],
    ['left4', ['finger.left.index', 'finger.left.middle', 'finger.left.ring', 'finger.left.little'], 'done'],
    [
      'right4',
      ['finger.left.index', 'finger.left.middle', 'finger.left.ring', 'finger.left.little'],
      'missing',
    ],
    ['biodata', [], 'done'],
    ['review', [], 'missing'],
    ['review', ['verify.left.index', 'verify.right.index'], 'done'],
  ] as const)('%s with %j is %s', (step, have, state) => {
    expect(stepState(step, new Set(have), [])).toBe(state);
  });

  test('a lost finger makes the step excepted once the others are there', () => {
    const lost = [excepted('finger.left.thumb')];
    expect(stepState('thumbs', new Set(), lost)).toBe('missing');
    expect(stepState('thumbs', new Set<PartName>(['finger.right.thumb']), lost)).toBe('excepted');
  });
});

describe('exceptionSchema', () => {
  test.each(EXCEPTION_REASONS)('reason %s', (reason) => {
    expect(exceptionSchema.safeParse({ part: 'iris.left', reason, note: 'x' }).success).toBe(true);
  });

  test.each([
    { part: 'photo', reason: 'unable', note: '' },
    { part: 'finger.left.toe', reason: 'unable', note: '' },
    { part: 'iris.left', reason: '', note: '' },
    { part: 'iris.left', reason: 'blind' },
    { part: 'iris.left', reason: 'blind', note: 'x'.repeat(201) },
    { part: 'iris.left', reason: 'blind', note: '', by: 'me' },
  ])('refuses %j', (exception) => {
    expect(exceptionSchema.safeParse(exception).success).toBe(false);
  });
});
