import { NO_LIMITS } from '../../app/sync/limits.ts';
import type { LinkCause } from '../../app/sync/link.ts';
import type { ModelCenter } from './center.ts';
import type { Dice } from './dice.ts';
import type { Faults, Network } from './network.ts';
import type { Oracle } from './oracle.ts';
import type { Station } from './station.ts';
import type { World } from './world.ts';

export const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;

/** What a seed decides before anything happens. */
export interface Plan {
  /** Faults stop here, milliseconds. */
  readonly until: number;
  readonly packets: number;
  readonly sizes: readonly [number, number];
  readonly retentionDays: number;
  readonly faults: Faults;
  readonly latencyMs: readonly [number, number];
  readonly bytesPerMs: number;
  readonly diskDelay: number;
  readonly checksNonces: boolean;
  /** Every signature is real and verified; else only those that the station verifies. */
  readonly verifies: boolean;
  readonly losing: 'nothing' | 'packets' | 'backup';
  /** Center's time at the start, and how far the station's clock is from it. */
  readonly epoch: number;
  readonly skewMs: number;
}

const NO_FAULTS: Faults = {
  ...{ cut: 0, deaf: 0, truncated: 0, garbage: 0, flipped: 0, forged: 0 },
  ...{ error: 0, wait: 0, slow: 0, twice: 0, stale: 0 },
};
const MIDNIGHT = Date.parse('2011-11-15T00:00:00.000Z');

export function drawPlan(dice: Dice): Plan {
  const until = dice.wide(2 * MINUTE, 45 * MINUTE);
  const roll = dice.next();
  const losing = roll < 0.08 ? 'packets' : roll < 0.12 ? 'backup' : 'nothing';
  const level = dice.pick([0, 0.01, 0.05, 0.2]);
  const faults = Object.fromEntries(
    Object.keys(NO_FAULTS).map((name) => [name, dice.chance(0.5) ? level * dice.next() : 0]),
  ) as unknown as Faults;
  const start = losing === 'nothing' ? dice.int(12 * HOUR, 23 * HOUR) : until + dice.int(1, 20) * MINUTE;
  const packets = dice.chance(0.2) ? dice.int(20, 40) : dice.int(5, 15);
  const sizes = dice.pick([
    [50, 500],
    [200, 3_000],
    [3_000, 20_000],
  ] as const);
  // All of them have to fit through in a quarter of an hour.
  const slowest = (packets * (sizes[0] + sizes[1])) / 2 / (15 * MINUTE);
  return {
    until,
    packets,
    sizes,
    retentionDays: dice.pick([0, 0, 1, 30]),
    faults,
    latencyMs: dice.pick([
      [5, 50],
      [50, 800],
      [300, 3_000],
    ]),
    bytesPerMs: Math.max(slowest, dice.pick([0, 0.5, 5, 100])),
    diskDelay: dice.pick([0, 0, 0.2]),
    checksNonces: dice.chance(0.5),
    verifies: dice.chance(0.2),
    losing,
    epoch: MIDNIGHT - start,
    skewMs: dice.chance(0.3) ? jumpOf(dice) : dice.int(-2_000, 2_000),
  };
}

function jumpOf(dice: Dice): number {
  const size = dice.pick([
    dice.int(1, 3_000),
    dice.wide(3_000, HOUR),
    dice.wide(HOUR, 30 * 24 * HOUR),
    dice.wide(YEAR, 15 * YEAR),
  ]);
  return dice.chance(0.5) ? size : -size;
}

export interface Stage {
  readonly world: World;
  readonly dice: Dice;
  readonly plan: Plan;
  readonly center: ModelCenter;
  readonly network: Network;
  readonly station: Station;
  readonly oracle: Oracle;
}

const CAUSES: readonly LinkCause[] = ['noNetwork', 'dns', 'refused', 'timeout', 'tls', 'clock'];

/** Writes the whole run into the world's calendar: what is recorded, what breaks, what people do. */
export function schedule(stage: Stage): void {
  const { world, plan, station, center } = stage;
  reviewing(stage);
  record(stage);
  world.in(0, () => {
    center.maxConcurrent = stage.dice.pick([1, 2, 4, 8]);
    station.boot();
  });
  linkTroubles(stage);
  centerTroubles(stage);
  stationTroubles(stage);
  people(stage);
  doctor(stage);
  world.in(plan.until, () => calm(stage));
}

function record({ world, dice, plan, station }: Stage): void {
  const own = dice.fork('record');
  const early = own.pick([0, 0.5, 1]);
  for (let index = 0; index < plan.packets; index += 1) {
    const at = own.chance(early) ? 0 : own.int(0, plan.until);
    const size = own.int(...plan.sizes);
    world.in(at, () => station.record(index, size));
  }
}

function linkTroubles({ world, dice, plan, network }: Stage): void {
  const own = dice.fork('link');
  times(own, 3, 0.4, () => {
    const cause = own.pick(CAUSES);
    between(
      world,
      own,
      plan,
      () => network.goDown(cause),
      () => network.comeBack(),
    );
  });
  times(own, 1, 0.2, () =>
    between(
      world,
      own,
      plan,
      () => {
        world.trace('a portal stands in the way');
        network.portal = true;
      },
      () => {
        network.portal = false;
      },
    ),
  );
}

function centerTroubles(stage: Stage): void {
  const { world, dice, plan, center, oracle } = stage;
  const own = dice.fork('center');
  const set = (probability: number, on: () => void, off: () => void): void =>
    times(own, 2, probability, () => between(world, own, plan, on, off));
  set(
    0.3,
    () => center.die(),
    () => center.rise(),
  );
  set(
    0.15,
    () => (center.accepting = false),
    () => (center.accepting = true),
  );
  set(
    0.1,
    () => (center.isRevoked = true),
    () => (center.isRevoked = false),
  );
  const wait = own.wide(1_000, 600_000);
  set(
    0.15,
    () => (center.overloadedMs = wait),
    () => (center.overloadedMs = null),
  );
  set(
    0.15,
    () => (center.retryAfterMs = own.wide(1_000, 600_000)),
    () => (center.retryAfterMs = 0),
  );
  times(own, 3, 0.3, () => {
    const ceiling = own.pick([1, 2, 3, 8, 64]);
    at(world, own, plan, () => {
      world.trace(`center allows ${ceiling} at once`);
      center.maxConcurrent = ceiling;
    });
  });
  times(own, 3, 0.15, () => {
    const problem = own.pick([
      'packet-too-large',
      'manifest-invalid',
      'recipient-unknown',
      'request-invalid',
    ] as const);
    at(world, own, plan, () => {
      const [id] = pickFrom(own, [...oracle.confirmed.keys()]);
      if (id !== undefined && !center.packets.has(id)) center.refuses.set(id, problem);
    });
  });
  losses(stage, own);
}

function losses({ world, plan, center }: Stage, own: Dice): void {
  if (plan.losing === 'packets') {
    times(own, 3, 1, () => {
      const withVerdict = own.chance(0.5);
      at(world, own, plan, () => {
        const [id] = pickFrom(own, [...center.packets.keys()]);
        if (id !== undefined) center.lose(id, withVerdict);
      });
    });
  }
  if (plan.losing === 'backup') {
    world.in(own.int(0, Math.floor(plan.until / 2)), () => center.backUp());
    world.in(own.int(Math.floor(plan.until / 2), plan.until), () => center.restore());
  }
}

function stationTroubles({ world, dice, plan, station, oracle }: Stage): void {
  const own = dice.fork('station');
  times(own, 3, 0.4, () => {
    const off = own.wide(1_000, 30 * MINUTE);
    at(world, own, plan, () => station.kill(off));
  });
  times(own, 6, 0.4, () => {
    const call = own.wide(1, 300);
    const isDone = own.chance(0.5);
    at(world, own, plan, () => {
      if (station.process !== null) station.process.killAt = { call: station.process.calls + call, isDone };
    });
  });
  times(own, 3, 0.3, () => {
    const ms = jumpOf(own);
    at(world, own, plan, () => station.jump(ms));
  });
  times(own, 2, 0.2, () => {
    const how = own.pick(['pages', 'all'] as const);
    between(
      world,
      own,
      plan,
      () => station.fill(how),
      () => station.empty(),
    );
  });
  times(own, 2, 0.15, () =>
    at(world, own, plan, () => {
      const [id] = pickFrom(own, [...oracle.confirmed.keys()]);
      if (id !== undefined) station.spoil(id);
    }),
  );
}

function people({ world, dice, plan, station }: Stage): void {
  const own = dice.fork('people');
  times(own, 4, 0.3, () => {
    const cancel = own.chance(0.3) ? own.wide(1, MINUTE) : null;
    at(world, own, plan, () => station.syncNow(cancel));
  });
  times(own, 2, 0.3, () => at(world, own, plan, () => station.releaseAll()));
  // Who must come again comes again, while faults last and after.
  const every = own.wide(2 * MINUTE, 20 * MINUTE);
  for (let look = every; look < plan.until; look += every)
    world.in(look, () => station.recordAnew(own.int(...plan.sizes)));
}

/** The supervisor looks after single packets, and changes the hours. */
function doctor({ world, dice, plan, station }: Stage): void {
  const own = dice.fork('doctor');
  times(own, 6, 0.3, () => {
    const heldMs = own.chance(0.5) ? own.wide(1, 30 * MINUTE) : null;
    at(world, own, plan, () => station.lookAfter(own, heldMs));
  });
  times(own, 2, 0.2, () => {
    const [from, to] = [own.int(0, 719), own.int(720, 1439)];
    const hours = own.chance(0.5) ? { from, to } : { from: to, to: from };
    at(world, own, plan, () => station.limit({ ceiling: null, hours }));
  });
}

/** In some offices a supervisor sees what was recorded before it goes: all of it, or what is drawn. */
function reviewing({ world, dice, plan, station }: Stage): void {
  const own = dice.fork('review');
  if (own.chance(0.7)) return;
  const mode = own.pick(['sample', 'all', 'all'] as const);
  world.in(0, () => station.review(mode));
  const every = own.wide(MINUTE, 15 * MINUTE);
  for (let look = every; look < plan.until; look += every) world.in(look, () => station.seeTo(own, false));
  if (own.chance(0.2)) at(world, own, plan, () => station.review('off'));
  world.in(plan.until + own.int(0, MINUTE), () => {
    station.review('off');
    station.seeTo(own, true);
  });
}

/** Faults stop. What cannot be mended stays as it is; the rest has to settle. */
function calm({ world, dice, network, center, station }: Stage): void {
  network.heal();
  if (center.isDown) center.rise();
  center.accepting = true;
  center.isRevoked = false;
  center.overloadedMs = null;
  center.retryAfterMs = 0;
  station.empty();
  station.limit(NO_LIMITS);
  if (station.process !== null) station.process.killAt = null;
  if (dice.chance(0.5)) world.in(dice.int(0, 2 * MINUTE), () => station.releaseAll());
}

function times(dice: Dice, most: number, probability: number, act: () => void): void {
  for (let count = 0; count < most; count += 1) if (dice.chance(probability)) act();
}

function at(world: World, dice: Dice, plan: Plan, act: () => void): void {
  world.in(dice.int(0, plan.until - 1), act);
}

function between(world: World, dice: Dice, plan: Plan, on: () => void, off: () => void): void {
  const start = dice.int(0, plan.until - 1);
  world.in(start, on);
  world.in(Math.min(plan.until - 1, start + dice.wide(1_000, 20 * MINUTE)), off);
}

function pickFrom<T>(dice: Dice, list: readonly T[]): readonly T[] {
  return list.length === 0 ? [] : [dice.pick(list)];
}
