import electronLog from 'electron-log/main';

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

const MAX_FILE_BYTES = 5 * 1024 * 1024;

export function createLog(file: string): Log {
  electronLog.transports.console.level = false;
  electronLog.transports.ipc.level = false;
  electronLog.transports.file.resolvePathFn = () => file;
  electronLog.transports.file.maxSize = MAX_FILE_BYTES;
  electronLog.transports.file.format = ({ data }) => data as string[];
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}): void => {
      electronLog[level](redact(JSON.stringify({ at: new Date().toISOString(), level, event, ...fields })));
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** NIK and No KK are 16 digits in a row (or in groups); keys and JWS are long runs of base64url. */
export function redact(line: string): string {
  return line.replace(/\b(?:\d[ .-]?){15}\d\b/g, '[16 digits]').replace(/[\w-]{80,}/g, '[long token]');
}

/** The message of anything thrown, for a log field. */
export function reason(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
