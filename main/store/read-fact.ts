import { factSchema, type Fact } from '../../app/sync/protocol.ts';
import { parseJson } from './rows.ts';

/** One that a spoiled byte or another version made unreadable stops none behind it. */
export function readFact(text: string): Fact {
  try {
    return parseJson(factSchema, text);
  } catch {
    return { type: 'unreadable' };
  }
}
