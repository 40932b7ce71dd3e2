import { parentPort } from 'node:worker_threads';
import { examine } from './examine.ts';
import type { Question, Reply } from './examiner.ts';

async function answer({ line, identity, receivedOn, kecamatan }: Question): Promise<Reply> {
  try {
    const examined = await examine(line, identity, receivedOn, kecamatan);
    if (!examined.ok) return { answer: examined };
    return { answer: { ok: true, biodata: examined.whole.enrollment.biodata } };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : 'examination failed' };
  }
}

parentPort?.on('message', (question: Question) => {
  void answer(question).then((reply) => parentPort?.postMessage(reply));
});
