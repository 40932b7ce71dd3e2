import { useSyncExternalStore } from 'react';
import type { Answer, Ask, Seen, Taken } from './protocol.ts';

/** `failed`: models or wasm could not be loaded, and will not be tried again before the next draft is opened. */
export type FaceState = 'off' | 'loading' | 'ready' | 'failed';

/** The worker may be slow to load from a busy disk; a picture takes a fifth of a second on a weak PC. */
const LOAD_MS = 60_000;
const LOOK_MS = 10_000;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: number;
}

// Outside React: the worker outlives the step, so that the next resident's photo finds it warm.
let state: FaceState = 'off';
let worker: Worker | null = null;
let nextId = 1;
const waiting = new Map<number, Waiting>();
const listeners = new Set<() => void>();

function set(next: FaceState): void {
  state = next;
  for (const listener of listeners) listener();
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useFaceState(): FaceState {
  return useSyncExternalStore(subscribe, () => state);
}

/** Starts the worker and loads its models, unless they are. */
export async function warmFace(): Promise<void> {
  if (state === 'loading' || state === 'ready') return;
  set('loading');
  try {
    await ask({ kind: 'load' }, LOAD_MS);
    set('ready');
  } catch {
    end();
    set('failed');
  }
}

/** Ends the worker, and with it the last picture that it saw. */
export function stopFace(): void {
  end();
  set('off');
}

/** Looks at a frame, which is handed over. Rejects when it could not; the next frame may be looked at. */
export async function look(frame: VideoFrame): Promise<Seen> {
  const answer = await askFor({ kind: 'look', frame });
  if (answer.kind !== 'seen') throw new Error(answer.kind);
  return answer.seen;
}

/** The same, and the photo cut from it. */
export async function take(frame: VideoFrame): Promise<Taken> {
  const answer = await askFor({ kind: 'take', frame });
  if (answer.kind !== 'taken') throw new Error(answer.kind);
  return answer.taken;
}

/** A worker that hangs or dies is replaced at once; what it was asked is lost, and the models load anew. */
async function askFor(question: Question): Promise<Answer> {
  try {
    return await ask(question, LOOK_MS);
  } catch (error) {
    if (worker === null && state === 'ready') {
      set('off');
      void warmFace();
    }
    throw error;
  }
}

type Question = Ask extends infer T ? (T extends Ask ? Omit<T, 'id'> : never) : never;

function ask(question: Question, limitMs: number): Promise<Answer> {
  const id = nextId++;
  return new Promise((resolve, reject) => {
    const timer = window.setTimeout(() => {
      // A worker that still loads is slow, not stuck: only this picture is given up.
      if (question.kind === 'load' || state === 'ready') return end();
      waiting.delete(id);
      reject(new Error('the models are not loaded yet'));
    }, limitMs);
    waiting.set(id, { resolve, reject, timer });
    const message = { ...question, id } as Ask;
    (worker ??= start()).postMessage(message, message.kind === 'load' ? [] : [message.frame]);
  });
}

function start(): Worker {
  const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  started.addEventListener('message', (event: MessageEvent<Answer>) => {
    const { data } = event;
    const asked = waiting.get(data.id);
    if (asked === undefined) return;
    waiting.delete(data.id);
    window.clearTimeout(asked.timer);
    if (data.kind === 'failed') asked.reject(new Error(data.reason));
    else asked.resolve(data);
  });
  started.addEventListener('error', () => end());
  return started;
}

/** Whoever still waits is told so. */
function end(): void {
  worker?.terminate();
  worker = null;
  for (const asked of waiting.values()) {
    window.clearTimeout(asked.timer);
    asked.reject(new Error('the face worker ended'));
  }
  waiting.clear();
}
