/**
 * The station's log: one JSON object a line, an event name and fields. Events are named by their author and fields
 * hold ids, counts and codes; personal data has no place in them, and redaction is the net below that rule.
 */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** NIK and No KK are 16 digits in a row (or in groups); keys and JWS are long runs of base64url. */
export function redact(line: string): string {
  return line.replace(/\b(?:\d[ .-]?){15}\d\b/g, '[16 digits]').replace(/[\w-]{80,}/g, '[long token]');
}

/** Of something that was thrown in another thread: what `reason` said of it there. */
export class Told extends Error {}

const CODE = /^[\w.-]{1,60}$/;

/**
 * Anything thrown, for a log field: name, code, and where in our files. Never its message: that may quote what it choked
 * on, a resident's stored JSON for one.
 */
export function reason(error: unknown): string {
  if (error instanceof Told) return error.message;
  if (!(error instanceof Error)) return `thrown: ${typeof error}`;
  const parts = [error.name];
  if ('code' in error && typeof error.code === 'string' && CODE.test(error.code)) parts.push(error.code);
  const place = /\n {4}at .*?([\w.-]{1,60}:\d+:\d+)\)?(?:\n|$)/.exec(error.stack ?? '')?.[1];
  if (place !== undefined) parts.push(place);
  if (error.cause !== undefined) parts.push(`(${reason(error.cause)})`);
  return parts.join(' ');
}
