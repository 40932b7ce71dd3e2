import { LIST_COLUMNS, type ListContext } from '../../app/desk/schedule.ts';
import { PROBLEM_COLUMNS, problemSentence, type ListLanguage } from '../../app/desk/schedule-words.ts';
import { formatNik } from '../../app/enrollment/nik.ts';
import type { Listed } from '../../app/ipc/schedule.ts';
import type { Remote, StoreApi } from '../store/api.ts';

/** As a spreadsheet set to Indonesian reads it: `;`, CRLF, and a mark that says UTF-8. */
export function csvOf(lines: readonly (readonly string[])[]): string {
  return `\ufeff${lines.map((cells) => `${cells.map(quoted).join(';')}\r\n`).join('')}`;
}

/** A cell that begins like a formula is text all the same. */
function quoted(cell: string): string {
  const text = /^[=+@\t\r-]/.test(cell) ? `'${cell}` : cell;
  return /[";\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const nameOf = (desa: ListContext['desa'], code: string) =>
  desa.find(({ kode }) => kode === code)?.nama ?? code;

/** With the columns of the dinas' list. A NIK in groups stays what it is: as one number a spreadsheet rounds it. */
export function listCsv(people: readonly Listed[], desa: ListContext['desa']): string {
  return csvOf([
    LIST_COLUMNS,
    ...people.map((one) => [formatNik(one.nik), one.date, one.session, nameOf(desa, one.desa), one.nama]),
  ]);
}

const PAGE = 500;

/** All lines that are kept out or ask for a look. */
export async function problemCsv(
  store: Remote<Pick<StoreApi, 'schedule'>>,
  language: ListLanguage,
  desa: ListContext['desa'],
): Promise<{ readonly text: string; readonly rows: number }> {
  const lines: (readonly string[])[] = [PROBLEM_COLUMNS[language]];
  for (;;) {
    const page = await store.schedule.problems({ offset: lines.length - 1, limit: PAGE });
    for (const { line, nik, problem, detail } of page) {
      const said = problem === 'desaDiffers' ? nameOf(desa, detail) : detail;
      lines.push([
        String(line),
        /^\d{16}$/.test(nik) ? formatNik(nik) : nik,
        problemSentence(problem, said, language),
      ]);
    }
    if (page.length < PAGE) return { text: csvOf(lines), rows: lines.length - 1 };
  }
}
