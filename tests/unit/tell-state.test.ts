import { expect, test } from 'vitest';
import type { StationStatus } from '../../app/ipc/status.ts';
import type { Fact } from '../../app/sync/protocol.ts';
import { StateTeller } from '../../main/ipc/tell-state.ts';

const MINUTE = 60_000;

test('the other desk is told what has changed, every few minutes at most, and by an activated station alone', () => {
  const facts: Fact[] = [];
  let elapsed = 0;
  let isActivated = false;
  const quiet = () => undefined;
  const teller = new StateTeller({
    store: { journal: { append: (fact: Fact) => Promise.resolve(void facts.push(fact)) } } as never,
    isActivated: () => isActivated,
    now: () => 1_000_000 + elapsed,
    elapsed: () => elapsed,
    log: { info: quiet, warn: quiet, error: quiet } as never,
  });
  const tell = (waiting: number, freeBytes = 5) =>
    teller.tell({
      outbox: { waiting, held: 1 },
      disk: { freeBytes, residentsLeft: 900 },
      mirror: { state: 'ok' },
      power: 'mains',
    } as StationStatus);
  tell(1);
  expect(facts).toEqual([]);
  isActivated = true;
  tell(1);
  for (let minute = 0; minute < 60; minute += 1) {
    elapsed = minute * MINUTE;
    // Only the disk's free bytes move.
    tell(1, minute);
  }
  expect(facts).toEqual([
    {
      type: 'state',
      waiting: 1,
      held: 1,
      mirror: 'ok',
      power: 'mains',
      diskFreeBytes: 5,
      residentsLeft: 900,
    },
  ]);
  for (let minute = 60; minute < 120; minute += 1) {
    elapsed = minute * MINUTE;
    tell(minute);
  }
  expect(facts).toHaveLength(1 + 12);
});
