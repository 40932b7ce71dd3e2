import { ERRORS, RekamError, type ErrorCode, type ErrorParams } from '../../app/errors.ts';
import { reason, Told } from '../log.ts';
import type { Remote } from './api.ts';

/**
 * The store's methods as calls over a message port. Both ends keep one order: calls run strictly one after the other,
 * so a read that was asked for after a write sees it.
 */
export interface CallMessage {
  readonly id: number;
  readonly group: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

export type AnswerMessage =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorMessage };

/** `log` is for the log alone: what was thrown that no person can be told, without its data. */
export interface ErrorMessage {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly log: string | null;
}

/** The worker's first word: the database is open, or why it is not. */
export type WorkerReport = { readonly ready: true } | { readonly ready: false; readonly error: ErrorMessage };

/** The worker's own calls, beside the store's. */
export interface WorkerApi {
  readonly worker: {
    /** Closes the database after everything asked for before; the thread ends. */
    close(): void;
    /** Moves the log into the database after everything asked for before: what is due while nobody waits, now. */
    flush(): void;
  };
}

/** What both a MessagePort and a Worker offer. */
export interface Port {
  postMessage(message: unknown, moved?: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

export interface Connection<T> {
  readonly store: Remote<T>;
  /** Rejects everything under way and everything to come: the other side is gone. */
  fail(error: Error): void;
  /** Runs after each answer that says that a page could not be read; at once where that has happened already. */
  onDamaged(listener: () => void): void;
}

type Groups = Readonly<Record<string, Readonly<Record<string, (...args: unknown[]) => unknown>>>>;

/** The asking side. */
export function connectStore<T>(port: Port): Connection<T> {
  const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let nextId = 1;
  let dead: Error | null = null;
  let wasDamaged = false;
  let onDamaged = (): void => undefined;
  /** Apart from the answer: what the listener throws is its own, and no call waits for it. */
  const tellDamaged = (): void => void Promise.resolve().then(() => onDamaged());

  port.on('message', (message) => {
    const answer = message as AnswerMessage;
    const call = pending.get(answer.id);
    pending.delete(answer.id);
    if (!('error' in answer)) {
      call?.resolve(answer.value);
      return;
    }
    call?.reject(fromMessage(answer.error));
    if (answer.error.code !== 'store.damaged') return;
    wasDamaged = true;
    tellDamaged();
  });

  const call = (group: string, method: string, args: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (dead !== null) {
        reject(dead);
        return;
      }
      const id = nextId++;
      const message: CallMessage = { id, group, method, args };
      port.postMessage(message);
      pending.set(id, { resolve, reject });
    });

  return {
    store: proxyOf<T>(call),
    fail: (error) => {
      dead = new RekamError('internal', {}, error);
      for (const call of pending.values()) call.reject(dead);
      pending.clear();
    },
    onDamaged: (listener) => {
      onDamaged = listener;
      if (wasDamaged) tellDamaged();
    },
  };
}

/**
 * The answering side.
 * @param onCall runs whenever something is asked for
 */
export function serveStore(port: Port, api: object, onCall: () => void): void {
  const inOrder = oneAfterTheOther(api as Groups);
  port.on('message', (message) => {
    const { id, group, method, args } = message as CallMessage;
    onCall();
    inOrder(group, method, [...args]).then(
      (value) => port.postMessage({ id, value } satisfies AnswerMessage, memoryOf(value)),
      (error: unknown) => port.postMessage({ id, error: toMessage(error) } satisfies AnswerMessage),
    );
  });
}

/** Bytes that are all of an answer move to whoever asked: a packet would be copied twice. Nothing here keeps them. */
function memoryOf(value: unknown): ArrayBuffer[] {
  if (!(value instanceof Uint8Array)) return [];
  const { buffer, byteLength } = value;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}

/** The same face over a store in this thread, for tests and the simulator. */
export function localStore<T extends object>(api: T): Remote<T> {
  return proxyOf<T>(oneAfterTheOther(api as Groups));
}

export function toMessage(error: unknown): ErrorMessage {
  if (error instanceof RekamError)
    return {
      code: error.code,
      params: error.params,
      log: error.cause === undefined ? null : reason(error.cause),
    };
  return { code: 'internal', params: {}, log: reason(error) };
}

export function fromMessage(message: ErrorMessage): RekamError {
  const code = message.code in ERRORS ? message.code : 'internal';
  return new RekamError(code, message.params, message.log === null ? undefined : new Told(message.log));
}

function oneAfterTheOther(api: Groups): (group: string, method: string, args: unknown[]) => Promise<unknown> {
  let last: Promise<unknown> = Promise.resolve();
  return (group, method, args) => {
    const run = async (): Promise<unknown> => {
      const methods = Object.hasOwn(api, group) ? api[group] : undefined;
      const act = methods !== undefined && Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (typeof act !== 'function') throw new Error(`the store has no ${group}.${method}`);
      return await act(...args);
    };
    const result = last.then(run);
    last = result.catch(() => undefined);
    return result;
  };
}

function proxyOf<T>(call: (group: string, method: string, args: unknown[]) => Promise<unknown>): Remote<T> {
  const groups = new Map<string, object>();
  const groupOf = (group: string): object =>
    new Proxy(
      {},
      {
        // `then` would make an awaited group look like a promise.
        get: (_, method) =>
          typeof method === 'symbol' || method === 'then'
            ? undefined
            : (...args: unknown[]) => call(group, method, args),
      },
    );
  return new Proxy(
    {},
    {
      get: (_, group) => {
        if (typeof group === 'symbol' || group === 'then') return undefined;
        const known = groups.get(group) ?? groupOf(group);
        groups.set(group, known);
        return known;
      },
    },
  ) as Remote<T>;
}
