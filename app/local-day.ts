const pad = (value: number): string => String(value).padStart(2, '0');

/** ISO date of a moment (milliseconds since the epoch) in the computer's own time zone: the office's. */
export function localDay(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** `2011-11-14 12:00` there, as any spreadsheet reads it. */
export function localMinute(at: number): string {
  const date = new Date(at);
  return `${localDay(at)} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}
