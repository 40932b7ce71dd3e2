import { readFileSync, writeFileSync } from 'node:fs';
import { openReader } from '../../main/store/database.ts';

const PAGE = 4096;

/** One bit turned on the disk, in the last page of this kind that a table has. Nobody has the database open. */
export function spoilPage(
  { file, key }: { readonly file: string; readonly key: Buffer },
  table: string,
  kind: 'leaf' | 'overflow',
): void {
  const db = openReader({ file, key, nativeBinding: null });
  const page = db.get<{ pageno: number }>(
    'SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY pageno DESC LIMIT 1',
    table,
    kind,
  );
  db.close();
  if (page === undefined) throw new Error(`${table} has no ${kind} page`);
  const at = PAGE * (page.pageno - 1) + 60;
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}
