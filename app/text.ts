/** A half of a character that UTF-16 writes as two, without its other half. */
const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** A null ends text in some of the places that it passes through. */
const NOT_STORED = new RegExp(`\\0|${HALF.source}`);

/** Text as UTF-8 gives it back. */
export function wholeText(text: string): string {
  return text.replace(HALF, '\ufffd');
}

/** At most so many UTF-16 units, and no character cut in two. */
export function cutTo(text: string, length: number): string {
  const cut = text.slice(0, length);
  return cut.length < text.length ? cut.replace(/[\ud800-\udbff]$/, '') : cut;
}

/** Whether every text in a request, at any depth, can be stored and sent as it is. */
export function isWholeText(value: unknown): boolean {
  if (typeof value === 'string') return !NOT_STORED.test(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  return Object.values(value).every(isWholeText);
}
