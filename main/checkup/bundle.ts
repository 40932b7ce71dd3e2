import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckupFinding } from '../../app/checkup/finding.ts';
import { findingWords } from '../../app/checkup/words.ts';
import type { Examination } from '../store/examine.ts';
import { writeWhole } from '../whole-file.ts';
import { excerptLine } from './excerpt.ts';

/** The newest part of the log: weeks of a quiet station, days of a loud one. */
const LOG_BYTES = 2 * 1024 * 1024;

export interface BundleInput {
  readonly findings: readonly CheckupFinding[];
  readonly examination: Examination | null;
  /** When it was made, an instant. */
  readonly at: string;
  readonly stationId: string | null;
  readonly system: Readonly<Record<string, string | number>>;
  readonly logFiles: readonly string[];
}

/**
 * A folder that may be handed to anybody: findings, counts, versions, and of the log what cannot be personal. No name,
 * NIK, account, path or key is ever put in: the files are made up of what is listed here, not of copies.
 * @returns the folder
 */
export async function writeBundle(parent: string, input: BundleInput): Promise<string> {
  const folder = join(
    parent,
    `rekam-bantuan-${input.at.slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')}`,
  );
  // Not `recursive`: that never ends in a folder that takes no new one (nodejs/node, /proc). Twice in a minute is the same.
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const { findings, examination, at, stationId, system } = input;
  const sentences = findings.map(({ check, code, params }) => ({
    check,
    code,
    params,
    ...findingWords({ code, params }, 'en'),
  }));
  const summary = { v: 1, at, stationId, system, findings: sentences, examination };
  await writeWhole(join(folder, 'pemeriksaan.json'), Buffer.from(`${JSON.stringify(summary, null, 2)}\n`));
  const lines: string[] = [];
  for (const file of input.logFiles) {
    const text = await tail(file);
    for (const line of text.split('\n')) {
      const kept = line === '' ? null : excerptLine(line);
      if (kept !== null) lines.push(kept);
    }
  }
  await writeWhole(join(folder, 'log.jsonl'), Buffer.from(lines.map((line) => `${line}\n`).join('')));
  return folder;
}

async function tail(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    const text = await readFile(file, 'utf8');
    // The first line of a cut is half a line, and no JSON: it falls away by itself.
    return size > LOG_BYTES ? text.slice(-LOG_BYTES) : text;
  } catch {
    return '';
  }
}
