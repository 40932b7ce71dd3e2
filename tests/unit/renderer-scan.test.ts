import { describe, expect, test } from 'vitest';
import type { Draft } from '../../app/desk/draft.ts';
import { STEPS, type Exception, type PartName } from '../../app/enrollment/biometrics.ts';
import type { ScannerRow } from '../../app/ipc/contract.ts';
import type { Work } from '../../renderer/drafts/work.ts';
import { addExceptions, removeException } from '../../renderer/features/desk/exceptions.ts';
import { latestOnly } from '../../renderer/features/desk/scan/latest-only.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import {
  listParts,
  railCounts,
  scannerFor,
  scanView,
  takenOf,
  withOverride,
} from '../../renderer/features/desk/scan/scan-view.ts';
import { missingSteps, railState } from '../../renderer/features/desk/steps.ts';

const LIMITS = { fingerThreshold: 60, irisThreshold: 50, maxAttempts: 3 };
const part = (name: PartName, quality: number | null, attempts = 1, more = {}) => ({
  name,
  quality,
  attempts,
  ...more,
});
const without = (name: Exception['part']): Exception => ({ part: name, reason: 'amputated', note: '' });
const draft = (parts: object[], exceptions: Exception[] = [], approved = true) =>
  ({
    parts,
    exceptions,
    approval: approved ? { at: '2011-11-14T05:00:00.000Z', by: 'touch' } : null,
    biodataConfirmed: true,
  }) as unknown as Draft;
const THUMBS = [part('finger.left.thumb', 80), part('finger.right.thumb', 75)];

test('fingers are said in one breath, and what they share once', () => {
  const id = (first: string, last: string) => `${first} dan ${last}`;
  expect(listParts(['Telunjuk kanan', 'Tengah kanan', 'Kelingking kanan'], id)).toBe(
    'telunjuk, tengah dan kelingking kanan',
  );
  expect(listParts(['Telunjuk kiri'], id)).toBe('telunjuk kiri');
  expect(listParts(['Jempol kiri', 'Jempol kanan'], id)).toBe('jempol kiri dan kanan');
  const en = (first: string, last: string) => `${first} and ${last}`;
  expect(listParts(['Right index', 'Right ring'], en)).toBe('right index and ring');
});

describe('a scan step', () => {
  test('lies on the glass as the hand does', () => {
    expect(scanView('left4', draft([]), LIMITS).parts.at(-1)).toBe('finger.left.index');
    expect(scanView('right4', draft([]), LIMITS).parts[0]).toBe('finger.right.index');
  });
  test('is complete when nothing wanted is missing', () => {
    expect(scanView('thumbs', draft(THUMBS), LIMITS)).toMatchObject({
      complete: true,
      low: false,
      again: false,
    });
    expect(scanView('thumbs', draft(THUMBS.slice(1)), LIMITS)).toMatchObject({
      complete: false,
      again: false,
    });
    const excepted = draft(THUMBS.slice(1), [without('finger.left.thumb')]);
    expect(scanView('thumbs', excepted, LIMITS)).toMatchObject({
      complete: true,
      wanted: ['finger.right.thumb'],
    });
  });
  test('is tried again below the threshold, until the policy says enough', () => {
    const low = (attempts: number) =>
      draft([part('iris.left', 49, attempts), part('iris.right', 50, attempts)]);
    expect(scanView('irises', low(2), LIMITS)).toMatchObject({ low: true, again: true, attempts: 2 });
    expect(scanView('irises', low(3), LIMITS)).toMatchObject({ low: true, again: false });
    expect([...scanView('irises', low(1), LIMITS).states.values()]).toEqual(['low', 'good']);
  });
  test('is not tried again once somebody said why it should stay so', () => {
    const poor = [part('iris.left', 10), part('iris.right', 80)];
    const captures = new Map(poor.map((one) => [one.name, { part: one } as unknown as Capture]));
    const put = withOverride('irises', captures, 'mata sakit', LIMITS).map((capture) => capture.part);
    expect(put).toEqual([part('iris.left', 10, 1, { override: 'mata sakit' })]);
    const kept = draft([...put, ...poor.slice(1)]);
    expect(scanView('irises', kept, LIMITS)).toMatchObject({
      low: true,
      again: false,
      override: 'mata sakit',
    });
    expect([railState('irises', draft(poor), LIMITS), railState('irises', kept, LIMITS)]).toEqual([
      'missing',
      'done',
    ]);
  });
  test('ends with a tick only where the quality is good', () => {
    const ended = (...args: Parameters<typeof draft>) => takenOf(scanView('thumbs', draft(...args), LIMITS));
    expect(ended(THUMBS)).toBe('good');
    expect(ended([part('finger.left.thumb', 59, 3), part('finger.right.thumb', 75, 3)])).toBe('low');
    expect(ended([], [without('finger.left.thumb'), without('finger.right.thumb')])).toBe('nothing');
  });
  test('takes what nothing scores as good', () => {
    expect(scanView('thumbs', draft([part('finger.left.thumb', null), THUMBS[1] ?? {}]), LIMITS).low).toBe(
      false,
    );
  });
  test('does not ask again for an index finger that its own step excepts', () => {
    const view = scanView('verify', draft([], [without('finger.left.index')]), LIMITS);
    expect(view.wanted).toEqual(['verify.right.index']);
    expect(view.states.get('verify.left.index')).toBe('excepted');
  });
});

describe('the scanner of a step', () => {
  const row = (id: string, kind: ScannerRow['kind'], status: ScannerRow['status']) =>
    ({ id, kind, status }) as ScannerRow;
  test('is of its kind, a ready one first', () => {
    const rows = [row('a', 'finger', 'busy'), row('b', 'iris', 'ready'), row('c', 'finger', 'ready')];
    expect(scannerFor('verify', rows)?.id).toBe('c');
    expect(scannerFor('irises', rows)?.id).toBe('b');
    expect(scannerFor('thumbs', rows.slice(0, 2))?.id).toBe('a');
    expect(scannerFor('irises', rows.slice(0, 1))).toBeNull();
  });
});

describe('the rail', () => {
  test('counts exceptions where they were made, and tells low quality', () => {
    const now = draft([part('finger.left.middle', 40)], [without('finger.left.index')]);
    expect(railCounts('left4', now, LIMITS)).toEqual({ excepted: 1, low: true });
    expect(railCounts('review', now, LIMITS)).toEqual({ excepted: 0, low: false });
  });
  test('tells a photo that was kept although it was judged unfit, whatever its score', () => {
    expect(railCounts('photo', draft([part('photo', 10)]), LIMITS).low).toBe(false);
    const kept = draft([part('photo', 10, 1, { override: 'warga sakit' })]);
    expect(railCounts('photo', kept, LIMITS).low).toBe(true);
  });
  test('the review is done after approval and both index fingers', () => {
    const both = [part('verify.left.index', 80), part('verify.right.index', 80)];
    expect(railState('review', draft([]), LIMITS)).toBe('missing');
    expect(railState('review', draft(both), LIMITS)).toBe('done');
    expect(railState('review', draft(both, [], false), LIMITS)).toBe('missing');
    expect(railState('review', draft(both.slice(1), [without('finger.left.index')]), LIMITS)).toBe('done');
    expect(railState('review', draft(both.slice(1), [without('verify.left.index')]), LIMITS)).toBe(
      'excepted',
    );
  });
  test('the index fingers at the end do not stand before the approval', () => {
    expect(missingSteps(draft([]), STEPS, LIMITS)).not.toContain('review');
  });
});

describe('a photo before another colour than the biodata ask for', () => {
  const at = (year: number, more: object) =>
    ({ ...draft([part('photo', 80, 1, more)]), biodata: { tanggalLahir: `${year}-02-14` } }) as Draft;
  test('is judged again with every correction, and may stay with a reason', () => {
    const red = { background: 'red' };
    expect(railState('photo', at(1983, red), LIMITS)).toBe('done');
    expect(railState('photo', at(1984, red), LIMITS)).toBe('missing');
    expect(railState('photo', at(1984, { background: 'other' }), LIMITS)).toBe('missing');
    expect(railState('photo', at(1984, { ...red, override: 'kain biru hilang' }), LIMITS)).toBe('done');
    // Nothing of it was seen, or nothing looked: nothing is claimed.
    expect(railState('photo', at(1984, {}), LIMITS)).toBe('done');
  });
});

describe('an exception', () => {
  /** What the change leaves of the draft, and which captures go. */
  function after(change: (work: Work) => void, start: Draft): { draft: Draft; removed: readonly PartName[] } {
    let now = start;
    let removed: readonly PartName[] = [];
    change({
      state: () => ({ draft: now }),
      update: (next: Partial<Draft>, parts?: { remove?: readonly PartName[] }) => {
        now = { ...now, ...next };
        removed = parts?.remove ?? [];
      },
    } as unknown as Work);
    return { draft: now, removed };
  }
  test('of a finger takes its capture, the one at the end and the approval away', () => {
    const { draft: now, removed } = after(
      (work) => addExceptions(work, ['finger.left.index'], 'injury', ' luka '),
      draft([]),
    );
    expect(now.exceptions).toEqual([{ part: 'finger.left.index', reason: 'injury', note: 'luka' }]);
    expect(removed).toEqual(['finger.left.index', 'verify.left.index']);
    expect(now.approval).toBeNull();
  });
  test('at the end leaves the approval, which came before it', () => {
    const added = after((work) => addExceptions(work, ['verify.left.index'], 'unable', ''), draft([]));
    expect(added.draft.approval).not.toBeNull();
    const removed = after((work) => removeException(work, 'verify.left.index'), added.draft);
    expect(removed.draft).toMatchObject({ exceptions: [], approval: { by: 'touch' } });
  });
});

describe('live pictures', () => {
  test('that were overtaken are skipped, and the last one is always drawn', async () => {
    const drawn: number[] = [];
    let release = (): void => undefined;
    const show = latestOnly(async (picture: number) => {
      drawn.push(picture);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    show(1);
    show(2);
    show(3);
    release();
    await expect.poll(() => drawn).toEqual([1, 3]);
    release();
  });
  test('go on after one that cannot be read', async () => {
    const drawn: number[] = [];
    const show = latestOnly((picture: number) => {
      drawn.push(picture);
      return picture === 1 ? Promise.reject(new Error('no picture')) : Promise.resolve();
    });
    show(1);
    show(2);
    await expect.poll(() => drawn).toEqual([1, 2]);
  });
});
