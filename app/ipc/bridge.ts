import type { Channel, EventName, EventPayload, Request, Response } from './contract.ts';
import type { IpcResult } from './result.ts';

type GroupOf<C extends Channel> = C extends `${infer Group}.${string}` ? Group : never;
type NameOf<C extends Channel, G extends string> = C extends `${G}.${infer Name}` ? Name : never;

/** The window's powers: `rekam.desk.find({...})`. One function a channel, and nothing else. */
export type Bridge = {
  readonly [G in GroupOf<Channel>]: {
    readonly [N in NameOf<Channel, G>]: (
      request: Request<Extract<Channel, `${G}.${N}`>>,
    ) => Promise<IpcResult<Response<Extract<Channel, `${G}.${N}`>>>>;
  };
} & {
  readonly events: {
    /** @returns a function that stops listening */
    readonly on: <E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void) => () => void;
  };
};
