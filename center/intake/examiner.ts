import { Worker } from 'node:worker_threads';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import type { Refused, Sealed } from './examine.ts';

/** What the thread is asked: the arguments of `examine`. */
export interface Question {
  readonly line: readonly Sealed[];
  readonly identity: string;
  readonly receivedOn: string;
  readonly kecamatan: string;
}

/** Of a whole enrollment the register needs the biodata alone; no finger crosses back. */
export type Answer = { readonly ok: true; readonly biodata: Biodata } | Refused;
export type Reply = { readonly answer: Answer } | { readonly failed: string };

/** Examines packets on a thread of its own, one at a time: opening one takes longer than a receipt may wait. */
export class Examiner {
  readonly #file: URL;
  #thread: Worker | null = null;

  /** @param file of the thread */
  constructor(file = new URL('./examiner-thread.ts', import.meta.url)) {
    this.#file = file;
  }

  /**
   * The bytes move to the thread: nobody here has them afterwards.
   * @throws Error when the thread ends before its answer; the next question starts another
   */
  async ask(question: Question): Promise<Answer> {
    const thread = (this.#thread ??= this.#start());
    thread.postMessage(
      question,
      question.line.flatMap(({ bytes }) => alone(bytes)),
    );
    const reply = await new Promise<Reply>((resolve, reject) => {
      const settle = (act: () => void): void => {
        thread.off('message', onReply).off('error', onError).off('exit', onExit);
        act();
      };
      const onReply = (message: Reply): void => settle(() => resolve(message));
      const onError = (error: Error): void => settle(() => reject(error));
      const onExit = (code: number): void =>
        settle(() => reject(new Error(`the examining thread ended with ${code}`)));
      thread.on('message', onReply).on('error', onError).on('exit', onExit);
    });
    if ('failed' in reply) throw new Error(reply.failed);
    return reply.answer;
  }

  async stop(): Promise<void> {
    await this.#thread?.terminate();
  }

  #start(): Worker {
    const thread = new Worker(this.#file);
    const gone = (): void => {
      if (this.#thread === thread) this.#thread = null;
    };
    thread.once('error', gone).once('exit', gone);
    return thread;
  }
}

/** The memory of these bytes, if nothing else lies in it. */
function alone({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
