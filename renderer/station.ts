import type { Bridge } from '../app/ipc/bridge.ts';
import type { ErrorShape } from '../app/errors.ts';
import type { IpcResult } from '../app/ipc/result.ts';

declare global {
  interface Window {
    readonly rekam: Bridge;
  }
}

/** The station as the window sees it: one function a channel, every answer an IpcResult. The only user of the bridge. */
export const station: Bridge = window.rekam;

const INTERNAL: ErrorShape = { code: 'internal', retryable: true, hint: 'callSupport', params: {} };

let onLoginRequired: (() => void) | null = null;
/** Called when main answers that there is no session any more. */
export function whenLoginRequired(listener: () => void): void {
  onLoginRequired = listener;
}

/** Every call goes through here: a lost session shows the login, and even a broken bridge answers with an error. */
export async function answer<T>(call: Promise<IpcResult<T>>): Promise<IpcResult<T>> {
  try {
    const result = await call;
    if (!result.ok && result.error.code === 'login.required') onLoginRequired?.();
    return result;
  } catch {
    return { ok: false, error: INTERNAL };
  }
}

/** Thrown by `ask` for react-query, which wants exceptions; carries the error's shape. */
export class StationError extends Error {
  readonly shape: ErrorShape;

  constructor(shape: ErrorShape) {
    super(shape.code);
    this.name = 'StationError';
    this.shape = shape;
  }
}

/** The value of a call, or a StationError. */
export async function ask<T>(call: Promise<IpcResult<T>>): Promise<T> {
  const result = await answer(call);
  if (!result.ok) throw new StationError(result.error);
  return result.value;
}

/** Whatever a query threw, as something with words. */
export function shapeOf(error: unknown): ErrorShape {
  return error instanceof StationError ? error.shape : INTERNAL;
}
