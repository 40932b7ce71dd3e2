import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import { CHANNELS } from '../../app/ipc/channels.ts';
import type { CONTRACT, Channel, Request, Response } from '../../app/ipc/contract.ts';
import type { IpcResult } from '../../app/ipc/result.ts';
import { isWholeText } from '../../app/text.ts';
import { errorShape, RekamError, type ErrorCode } from '../../app/errors.ts';
import { reason, type Log } from '../log.ts';
import type { DeskSession, Sessions } from '../security/sessions.ts';

type AudienceOf<C extends Channel> = (typeof CONTRACT)[C]['audience'];
/** Handlers that need a person get one; the type says so. */
type CallerOf<C extends Channel> = AudienceOf<C> extends 'anyone' ? DeskSession | null : DeskSession;

export type Handlers = {
  readonly [C in Channel]: (request: Request<C>, caller: CallerOf<C>) => Promise<Response<C>> | Response<C>;
};

export interface Border {
  /** Comes with the handlers: this file is there before the page, and the schemas take longer to load. */
  readonly contract: typeof CONTRACT;
  readonly handlers: Handlers;
  /** The same channels over the training desk; asked for only in a session that is there. */
  readonly training: () => Handlers;
  readonly sessions: Sessions;
}

export interface Gate {
  /** True for the main frame of our own page in our own window alone. */
  readonly isOurs: (event: IpcMainInvokeEvent) => boolean;
  /** The page loads while the station still starts: what it asks waits until this resolves. */
  readonly border: Promise<Border>;
  readonly log: Log;
}

/** What a person cannot bring about by an honest mistake, and what support must hear of. */
const LOGGED: ReadonlySet<ErrorCode> = new Set([
  'request.invalid',
  'role.forbidden',
  'login.required',
  'password.mustChange',
  'internal',
  'disk.full',
]);

/** The sole user of ipcMain. Each call passes frame, session, role and schema, in this order, before a handler sees it. */
export function registerIpc(gate: Gate): void {
  for (const channel of CHANNELS) {
    ipcMain.handle(channel, (event, request: unknown) => answer(gate, channel, event, request));
  }
}

async function answer(
  gate: Gate,
  channel: Channel,
  event: IpcMainInvokeEvent,
  request: unknown,
): Promise<IpcResult<unknown>> {
  try {
    // A foreign frame learns nothing, not even an error of ours.
    if (!gate.isOurs(event)) throw new ForeignFrame();
    const border = await gate.border;
    const { audience, request: requestSchema, response: responseSchema } = border.contract[channel];
    const caller = border.sessions.current();
    if (audience !== 'anyone' && caller === null) throw new RekamError('login.required');
    if (audience !== 'anyone' && audience !== 'person' && caller?.mustChange === true)
      throw new RekamError('password.mustChange');
    if (audience === 'supervisor' && caller?.role !== 'supervisor') throw new RekamError('role.forbidden');
    const parsed = requestSchema.safeParse(request);
    if (!parsed.success) throw new RekamError('request.invalid', {}, parsed.error);
    // Neither the database nor the center's could give such text back as it is.
    if (!isWholeText(parsed.data)) throw new RekamError('request.invalid');
    // The one place where a session finds its side. A handler was made over one store and knows no other.
    const handlers = caller?.training === true ? border.training() : border.handlers;
    const handler = handlers[channel] as (request: unknown, caller: DeskSession | null) => unknown;
    const value = responseSchema.parse(await handler(parsed.data, caller));
    return { ok: true, value };
  } catch (error) {
    return { ok: false, error: refuse(gate.log, channel, error) };
  }
}

/** Its name is what the log says of it. */
class ForeignFrame extends Error {
  override readonly name = 'ForeignFrame';
}

function refuse(log: Log, channel: Channel, error: unknown): ReturnType<typeof errorShape> {
  if (error instanceof RekamError) {
    if (LOGGED.has(error.code)) {
      log.warn('ipc.refused', { channel, code: error.code, reason: reason(error.cause ?? error) });
    }
    return errorShape(error.code, error.params);
  }
  log.error('ipc.failed', { channel, reason: reason(error) });
  return errorShape('internal');
}
