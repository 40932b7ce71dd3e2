import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RekamError } from '../../app/errors.ts';
import { stationIdSchema, type AccountId } from '../../app/ids.ts';
import type { Kecamatan, Policy } from '../../app/sync/protocol.ts';
import { startStoreWorker, type StoreWorker, type StoreWorkerOptions } from '../intake/start-worker.ts';
import { reason, type Log } from '../log.ts';
import { lostRecipient } from '../security/seal.ts';
import { publicKeyX } from '../security/sign.ts';
import type { StationRecord } from '../store/api.ts';
import { inventResidents } from './residents.ts';

/** Under the data folder; whatever lies there is of a training, and worth nothing. */
const FOLDER = 'training';
/** No center gives this id, so a manifest that names it speaks of training wherever it may turn up. */
const TRAINING_STATION = stationIdSchema.parse('00000000-0000-4000-8000-000000000000');
const KEY_BYTES = 32;

interface Needs<Desk> {
  /** The real station's data folder. */
  readonly dataDir: string;
  readonly workerFile: string;
  readonly nativeBinding: string | null;
  /** What of the real station training looks like; null until it is activated. */
  readonly model: () => Promise<{ readonly kecamatan: Kecamatan; readonly policy: Policy } | null>;
  /** Into the real station's audit log. */
  readonly audit: (what: 'training.begun' | 'training.ended', by: AccountId) => Promise<void>;
  /** What the window reaches in training, made once for each training over that training's store alone. */
  readonly furnish: (store: StoreWorker['store']) => Desk;
  readonly now: () => number;
  /** ISO date at the desk. */
  readonly today: () => string;
  readonly log: Log;
}

interface Open<Desk> {
  readonly desk: Desk;
  readonly draftKey: Uint8Array;
  readonly by: AccountId;
  readonly close: () => Promise<void>;
}

/**
 * Owner of the training that is under way: a whole desk with a database of its own, encrypted under keys that are
 * nowhere but in this memory, and filled with residents who do not exist. It has neither engine nor transport, its
 * packets are sealed to a recipient that nobody can open, and it knows no store but the one it makes itself.
 */
export class TrainingDesk<Desk> {
  readonly #needs: Needs<Desk>;
  readonly #folder: string;
  #open: Open<Desk> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(needs: Needs<Desk>) {
    this.#needs = needs;
    this.#folder = join(needs.dataDir, FOLDER);
  }

  /** @throws RekamError `login.required` when no training is under way */
  desk(): Desk {
    return this.#current().desk;
  }

  /** 32 bytes, of this training alone. @throws RekamError `login.required` when no training is under way */
  draftKey(): Uint8Array {
    return this.#current().draftKey;
  }

  /**
   * A new training, from nothing; takes about a second. Any other one ends first.
   * @throws RekamError `request.invalid` before activation, `disk.full`
   */
  begin(by: AccountId): Promise<void> {
    return this.#inTurn(async () => {
      await this.#end();
      const opened = await this.#make(by);
      try {
        await this.#needs.audit('training.begun', by);
      } catch (error) {
        await opened.close();
        throw error;
      }
      this.#open = opened;
    });
  }

  /** Everything of the training goes; does nothing when there is none. Never rejects: what could not be removed is logged, unreadable, and goes at the next start. */
  end(): Promise<void> {
    return this.#inTurn(() => this.#end());
  }

  /** At start: what a power cut left of the last training. Its keys went with the power. */
  wipe(): Promise<void> {
    return this.#inTurn(() => this.#wipe());
  }

  #current(): Open<Desk> {
    if (this.#open === null) throw new RekamError('login.required');
    return this.#open;
  }

  /** One after the other: a training that begins never meets the wiping of the one before. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #end(): Promise<void> {
    const ending = this.#open;
    if (ending === null) return;
    this.#open = null;
    await ending.close();
    await this.#needs.audit('training.ended', ending.by).catch((error: unknown) => {
      this.#needs.log.error('training.audit', { reason: reason(error) });
    });
  }

  async #wipe(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => {
      this.#needs.log.error('training.wipe', { reason: reason(error) });
    });
  }

  async #make(by: AccountId): Promise<Open<Desk>> {
    const { model, furnish, log, now, today, workerFile, nativeBinding } = this.#needs;
    const real = await model();
    if (real === null) throw new RekamError('request.invalid');
    await this.#wipe();
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const worker = await startStoreWorker({
      workerFile,
      nativeBinding,
      dataDir: this.#folder,
      keys: throwAwayKeys(),
      // The real station goes on; whoever trains sees an error and leaves.
      onDead: (error) => log.error('training.dead', { reason: reason(error) }),
    });
    const close = async (): Promise<void> => {
      await worker.close().catch((error: unknown) => log.error('training.close', { reason: reason(error) }));
      await this.#wipe();
    };
    try {
      await worker.store.station.activate(await inventStation(real.kecamatan, real.policy), now());
      await worker.store.reference.apply(inventResidents(real.kecamatan, today()), null, now());
      return { desk: furnish(worker.store), draftKey: randomBytes(KEY_BYTES), by, close };
    } catch (error) {
      await close();
      throw error;
    }
  }
}

function throwAwayKeys(): StoreWorkerOptions['keys'] {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    database: randomBytes(KEY_BYTES),
    stationPkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }),
  };
}

/** The real kecamatan and its policy, and nothing else that is real: no address, no key that anybody holds. */
async function inventStation(kecamatan: Kecamatan, policy: Policy): Promise<StationRecord> {
  return {
    activation: {
      stationId: TRAINING_STATION,
      label: 'Latihan',
      desk: 1,
      kecamatan,
      sealing: { keyId: 'training', recipient: await lostRecipient() },
      receiptKey: { kid: 'training', x: publicKeyX(generateKeyPairSync('ed25519').privateKey) },
      formerReceiptKeys: [],
      policy,
    },
    centerUrl: 'training:',
    caPem: null,
  };
}
