import { constants } from 'node:os';
import { CHANNELS } from '../../app/ipc/channels.ts';

/**
 * What of the log may leave the station. Not what looks personal is taken out, but only what cannot be is let through:
 * fields that are named here, with numbers or words of ours in them. A sentence of the system may name a file, and a
 * file a person; a channel's name may come from whoever got past the bridge.
 */
const WORDS = named('event level code verdict problem cause state phase name end ended version electron');
const NUMBERS = named(
  'sequence count lines good from to port faults failures remaining packets copied kept unreadable refused received held ' +
    'failed lastedMs beforeMs offsetMs bytes',
);
/** Those with a form of their own. */
const SPECIAL = named('at packetId reason channel');

/** `sync.packet`, `role.forbidden`, `notAllowed`, `tidak-ada`, `25.1.1`: never a space, never a capital first. */
const OUR_WORD = /^(?:[a-z][a-zA-Z]*(?:[.-][a-zA-Z]+)*|\d+\.\d+\.\d+)$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;
const PACKET_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Digits in a row that a counter here never has: a NIK has 16, a telephone number 10. */
const TOO_LONG = 1e9;

const ERROR_NAME = /^\w*(?:Error|Failure|Lost)(?=:|$)/;
const SQLITE = /\bSQLITE_[A-Z_]+\b/;
const SYSTEM = new Set(Object.keys(constants.errno));

/** Of a thrown thing: its class, and the system's or SQLite's own code. */
function reasonOf(text: string): string {
  const codes = [...text.matchAll(/\b[A-Z][A-Z0-9_]+\b/g)].map(([word]) => word);
  const known = codes.find((word) => SYSTEM.has(word)) ?? SQLITE.exec(text)?.[0];
  return [ERROR_NAME.exec(text)?.[0] ?? 'something', known].filter((part) => part !== undefined).join(' ');
}

function fieldOf(name: string, value: unknown): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Math.abs(value) < TOO_LONG ? value : 'number';
  if (typeof value !== 'string') return 'withheld';
  if (name === 'at') return INSTANT.test(value) ? value : 'withheld';
  if (name === 'channel') return (CHANNELS as readonly string[]).includes(value) ? value : 'withheld';
  if (name === 'packetId') return PACKET_ID.test(value) ? value : 'withheld';
  if (name === 'reason') return reasonOf(value);
  return WORDS.has(name) && OUR_WORD.test(value) && value.length <= 60 ? value : 'withheld';
}

/** @returns the line that may leave; null for one that is no line of our log */
export function excerptLine(line: string): string | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  const known = Object.entries(parsed).filter(
    ([name]) => WORDS.has(name) || NUMBERS.has(name) || SPECIAL.has(name),
  );
  return JSON.stringify(Object.fromEntries(known.map(([name, value]) => [name, fieldOf(name, value)])));
}

function named(names: string): ReadonlySet<string> {
  return new Set(names.split(' '));
}
