import { accountIdSchema } from '../../app/ids.ts';
import type { Activation } from '../../app/sync/protocol.ts';
import type { StoreApi } from '../../main/store/api.ts';
import type { Database } from '../../main/store/database.ts';
import { openStore } from '../../main/store/open-store.ts';
import { createSyncEngine } from '../../main/sync/engine.ts';
import type { Signer } from '../../main/sync/request-signature.ts';
import { testActivation, testBiodata } from '../helpers/store.ts';
import { ModelCenter } from './center.ts';
import { Dice } from './dice.ts';
import { RECEIPT_KEY, STATION_KEY } from './keys.ts';
import { Network } from './network.ts';
import { Oracle } from './oracle.ts';
import type { Plant } from './planted.ts';
import { drawPlan, MINUTE, schedule, type Plan } from './scenario.ts';
import { Station } from './station.ts';
import { World, type Violation } from './world.ts';

export interface RunResult {
  readonly seed: number;
  readonly violation: Violation | null;
  /** SHA-256 of the trace. */
  readonly hash: string;
  readonly lines: readonly string[] | null;
  readonly steps: number;
  readonly requests: number;
  readonly packets: number;
  readonly held: number;
  /** Virtual milliseconds. */
  readonly lasted: number;
}

/** When the faults have stopped, everything that can settle does so within this. */
const SETTLE_MS = 75 * MINUTE;
/** A packet that the center lost is found at the next reconcile, once a day. */
const RECONCILE_MS = 150 * MINUTE;
const LOOK_MS = 30_000;

const OPERATOR = {
  accountId: accountIdSchema.parse('00000000-0000-4000-8000-000000000001'),
  name: 'Operator',
};
const STATION_ID = '00000000-0000-4000-8000-000000000002';
const ACTIVATION: Activation = {
  ...testActivation({
    identity: '',
    recipient: 'age1simulator',
    receiptKey: RECEIPT_KEY,
    receiptKid: 'receipt-1',
  }),
  stationId: STATION_ID as Activation['stationId'],
};

export interface SimulateOptions {
  readonly keepTrace?: boolean;
  /** A mistake to be found. */
  readonly plant?: Plant;
}

/** One run, decided by its seed to the last byte of its trace. */
export async function simulate(seed: number, options: SimulateOptions = {}): Promise<RunResult> {
  const { plant = {} } = options;
  const dice = new Dice(`seed ${seed}`);
  const plan = drawPlan(dice.fork('plan'));
  const world = new World({ keepTrace: options.keepTrace === true });
  world.trace(JSON.stringify(plan));
  const { db, api } = openStore({ file: ':memory:', key: Buffer.alloc(32), nativeBinding: null });
  try {
    const center = new ModelCenter({
      world,
      dice: dice.fork('center'),
      epoch: plan.epoch,
      stationId: STATION_ID,
      checksNonces: plan.checksNonces,
      verifies: plan.verifies,
      truncatesKnown: plant.centerTruncates === true,
      referencePages: [[], []],
    });
    prepare(api, plan);
    const epoch = plan.epoch + plan.skewMs;
    const oracle: Oracle = new Oracle({
      world,
      center,
      db: () => db,
      stationNow: () => station.now(),
      retentionDays: () => plan.retentionDays,
    });
    const { faults, latencyMs, bytesPerMs } = plan;
    const network = new Network({
      world,
      dice: dice.fork('network'),
      center,
      faults,
      latencyMs,
      bytesPerMs,
      watch: oracle,
    });
    const random = dice.fork('engine');
    const nonces = dice.fork('nonces');
    const record = api.station.record();
    if (record === null) throw new Error('not activated');
    const station: Station = new Station({
      world,
      dice: dice.fork('pc'),
      oracle,
      network,
      db,
      api,
      engineApi: plant.store?.(api, db) ?? api,
      confirmsAlways: plant.confirmsAlways === true,
      stationId: STATION_ID,
      operator: OPERATOR,
      epoch,
      diskDelay: plan.diskDelay,
      makeEngine: ({ store, clock, log, host }) =>
        createSyncEngine({
          store,
          record,
          stationKey: STATION_KEY,
          transport: plant.transport?.(network.transport(host), db) ?? network.transport(host),
          log,
          clock,
          random: () => random.next(),
          limits: station.limits,
          minuteOfDay: (at) => Math.floor(at / MINUTE) % (24 * 60),
          pulseNonce: () => nonces.bytes(18).toString('base64url'),
          // Signing is most of what a request costs, and the other runs do it for real.
          ...(plan.verifies ? {} : { sign: unsigned(nonces) }),
          ...plant.engine?.(() => station.now(), nonces),
        }),
    });
    const stage = { world, dice, plan, center, network, station, oracle };
    schedule(stage);
    while (await world.step(plan.until)) oracle.checkCenter();
    await settle();
    return {
      seed,
      violation: world.violation,
      hash: world.digest(),
      lines: world.lines,
      steps: world.steps,
      requests: oracle.requests,
      packets: oracle.confirmed.size,
      held: api.outbox.summary(0).held,
      lasted: world.now,
    };

    async function settle(): Promise<void> {
      const deadline = () => {
        const reconciled = plan.losing === 'nothing' ? 0 : RECONCILE_MS;
        return Math.max(plan.until, oracle.quietUntil) + SETTLE_MS + reconciled;
      };
      for (let look = world.now; world.violation === null; look += LOOK_MS) {
        while (await world.step(look)) oracle.checkCenter();
        if (world.violation !== null) return;
        const open = unsettled(oracle, center, api, db, station);
        if (open === null && look > plan.until + 2 * MINUTE) return;
        if (look > deadline()) world.fail('settle', open ?? 'nothing');
      }
    }
  } finally {
    db.close();
  }
}

/** The headers that the center reads, without the signature over them. */
export function unsigned(nonces: Dice): Signer {
  return ({ headers }, centerNow) =>
    Promise.resolve({
      ...headers,
      'signature-input': `rekam=();created=${Math.floor(centerNow / 1000)};nonce="${nonces.bytes(12).toString('hex')}"`,
    });
}

function prepare(api: StoreApi, plan: Plan): void {
  const now = plan.epoch;
  const policy = { ...ACTIVATION.policy, retentionDays: plan.retentionDays };
  api.station.activate(
    { activation: { ...ACTIVATION, policy }, centerUrl: 'http://127.0.0.1:1', caPem: null },
    now,
  );
  const residents = Array.from({ length: plan.packets }, (_, index) => testBiodata(index));
  api.reference.apply(
    residents.map((biodata) => ({ type: 'resident', biodata, recorded: null }) as const),
    null,
    now,
  );
}

/** What is still open, in words; null when nothing is. */
function unsettled(
  oracle: Oracle,
  center: ModelCenter,
  api: StoreApi,
  db: Database,
  station: Station,
): string | null {
  if (station.process === null) return 'the station is off';
  if (station.manualsOpen > 0) return 'a sync by hand never ended';
  for (const row of oracle.checkPackets()) {
    const { packet_id: id, state } = row;
    if (state === 'recorded' || state === 'sending') return `${id} waits, last problem ${row.last_problem}`;
    if (state === 'review') return `${id} waits for a supervisor`;
    // Superseded without a receipt, it could never be read or was returned, and its replacement is there.
    if (state === 'held' || state === 'returned' || (state === 'superseded' && row.receipt === null))
      continue;
    const held = center.packets.get(id);
    if (held === undefined) {
      // What cannot be sent again is over once its replacement is there.
      const isStuck = oracle.confirmed.get(id)?.isSpoiled === true || center.refuses.has(id);
      const isOver = state === 'superseded' && isStuck;
      if (row.has_bytes === 1 && !isOver) return `${id} is ${state} and the center does not hold it`;
      continue;
    }
    const decided = center.verdicts.find(({ outcome }) => outcome.packetId === id)?.outcome;
    const verdict = decided?.verdict ?? 'received';
    // A verdict that the center forgot with its database may be the newer one, and where no packet is missing with it
    // the station cannot know that an older one counts again.
    const isForgotten =
      center.isRestored && (center.losses.size === 0 || (row.decided_at ?? '') > (decided?.decidedAt ?? ''));
    if (state !== verdict && state !== 'superseded' && !isForgotten)
      return `${id} is ${state}, the center says ${verdict}`;
  }
  const [first] = api.journal.pending(1);
  if (first !== undefined) return `the journal waits from ${first.sequence}`;
  const facts = db.get<{ n: number }>('SELECT count(*) AS n FROM journal')?.n ?? 0;
  // Of a backup that lacks facts alone the station hears with its next fact.
  const mayLack = center.isRestored && center.losses.size === 0;
  if (center.journalUpTo() < facts && !mayLack)
    return `the center holds the journal up to ${center.journalUpTo()} of ${facts}`;
  return null;
}
