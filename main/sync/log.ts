/** The engine's log: event names and plain values, never personal data, ids of packets at most. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface SyncLog {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
