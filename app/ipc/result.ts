import type { ErrorShape } from '../errors.ts';

/** What every call answers: `invoke` never rejects with a raw exception. */
export type IpcResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ErrorShape };
