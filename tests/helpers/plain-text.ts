import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Where in a folder, at any depth, one of the texts lies unencrypted: as UTF-8 or, as Chromium also keeps text, UTF-16. */
export function findPlainText(folder: string, texts: readonly string[]): string[] {
  const needles = texts.flatMap((text) =>
    (['utf8', 'utf16le'] as const).map((encoding) => ({ text, bytes: Buffer.from(text, encoding) })),
  );
  const found: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const content = readFileSync(file);
    for (const { text, bytes } of needles) if (content.includes(bytes)) found.push(`${text} in ${file}`);
  }
  return found;
}
