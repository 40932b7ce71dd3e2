import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import { CHANNELS } from '../../app/ipc/channels.ts';
import type { AT_START, StartChannel } from '../../app/ipc/at-start.ts';
import type { CONTRACT, Channel, Request, Response } from '../../app/ipc/contract.ts';
import type { IpcResult } from '../../app/ipc/result.ts';
import { isWholeText } from '../../app/text.ts';
import { errorShape, RekamError, type ErrorCode } from '../../app/errors.ts';
import { reason, type Log } from '../log.ts';
import type { DeskSession, Sessions } from '../security/sessions.ts';

type AudienceOf<C extends Channel> = (typeof CONTRACT)[C]['audience'];
/** Handlers that need a person get one; the type says so. */
type CallerOf<C extends Channel> = AudienceOf<C> extends 'anyone' ? DeskSession | null : DeskSession;

type HandlersOf<Channels extends Channel> = {
  readonly [C in Channels]: (request: Request<C>, caller: CallerOf<C>) => Promise<Response<C>> | Response<C>;
};
export type Handlers = HandlersOf<Channel>;
/** What stands behind the login, once for the real side and once for training. */
export type SideHandlers = HandlersOf<Exclude<Channel, StartChannel>>;

export interface Border {
  readonly sessions: Sessions;
  /** What the login needs: this file is there before the page, and the schemas take longer to load. */
  readonly atStart: { readonly contract: typeof AT_START; readonly handlers: HandlersOf<StartChannel> };
  /** Everything else, which is loaded while the login stands; what is asked of it meanwhile waits. */
  readonly sides: Promise<Sides>;
}

export interface Sides {
  readonly contract: typeof CONTRACT;
  readonly handlers: SideHandlers;
  /** The same channels over the training desk; asked for only in a session that is there. */
  readonly training: () => SideHandlers;
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
    const { entry, handlerFor } = await standingBehind(border, channel);
    const { audience, request: requestSchema, response: responseSchema } = entry;
    const caller = border.sessions.current();
    if (audience !== 'anyone' && caller === null) throw new RekamError('login.required');
    if (audience !== 'anyone' && audience !== 'person' && caller?.mustChange === true)
      throw new RekamError('password.mustChange');
    if (audience === 'supervisor' && caller?.role !== 'supervisor') throw new RekamError('role.forbidden');
    const parsed = requestSchema.safeParse(request);
    if (!parsed.success) throw new RekamError('request.invalid', {}, parsed.error);
    // Neither the database nor the center's could give such text back as it is.
    if (!isWholeText(parsed.data)) throw new RekamError('request.invalid');
    const value = responseSchema.parse(await handlerFor(caller)(parsed.data, caller));
    return { ok: true, value };
  } catch (error) {
    return { ok: false, error: refuse(gate.log, channel, error) };
  }
}

type Handler = (request: unknown, caller: DeskSession | null) => unknown;

async function standingBehind(border: Border, channel: Channel) {
  const { atStart } = border;
  if (isOf(atStart.contract, channel))
    return { entry: atStart.contract[channel], handlerFor: () => atStart.handlers[channel] as Handler };
  const { contract, handlers, training } = await border.sides;
  // The one place where a session finds its side. A handler was made over one store and knows no other.
  const sideOf = (caller: DeskSession | null) => (caller?.training === true ? training() : handlers);
  return {
    entry: contract[channel],
    handlerFor: (caller: DeskSession | null) => sideOf(caller)[channel] as Handler,
  };
}

function isOf(contract: typeof AT_START, channel: Channel): channel is StartChannel {
  return channel in contract;
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
