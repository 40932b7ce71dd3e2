// Not `electron-log/main`: that listens to every frame, on channels that pass no border of ours.
import electronLog from 'electron-log/node';
import { redact, type Log, type LogFields } from './log.ts';

const MAX_FILE_BYTES = 5 * 1024 * 1024;

/** Apart from log.ts, which everybody imports: what is here opens a file. */
export function createLog(file: string): Log {
  electronLog.transports.console.level = false;
  electronLog.transports.file.resolvePathFn = () => file;
  electronLog.transports.file.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' };
  electronLog.transports.file.maxSize = MAX_FILE_BYTES;
  electronLog.transports.file.format = ({ data }) => data as string[];
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}): void => {
      electronLog[level](redact(JSON.stringify({ at: new Date().toISOString(), level, event, ...fields })));
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
