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

/** The message of anything thrown, for a log field. */
export function reason(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
