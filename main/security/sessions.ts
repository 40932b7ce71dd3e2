import type { AccountId } from '../../app/ids.ts';

export interface DeskSession {
  readonly accountId: AccountId;
  readonly username: string;
  readonly name: string;
  readonly role: 'operator' | 'supervisor';
  /** At the training desk: the same person, and nothing of the real station behind the handlers. */
  readonly training: boolean;
  /** The password was given by somebody else: until it is changed nothing but that is allowed. */
  readonly mustChange: boolean;
}

/** Owner of who is logged in at this station: one person, one window. */
export class Sessions {
  #current: DeskSession | null = null;
  readonly #ended: (session: DeskSession, reason: 'logout' | 'idle') => void;

  /** @param ended told after every end, so that the window and the audit log follow */
  constructor(ended: (session: DeskSession, reason: 'logout' | 'idle') => void) {
    this.#ended = ended;
  }

  current(): DeskSession | null {
    return this.#current;
  }

  /**
   * The same person goes into training or back to work.
   * @returns the session from now on; null when `from` is no longer the one there is
   */
  train(from: DeskSession, training: boolean): DeskSession | null {
    return this.#turn(from, { training });
  }

  /** The person has a password of their own now. @returns as `train` */
  changed(from: DeskSession): DeskSession | null {
    return this.#turn(from, { mustChange: false });
  }

  #turn(from: DeskSession, change: Partial<DeskSession>): DeskSession | null {
    if (this.#current !== from) return null;
    this.#current = { ...from, ...change };
    return this.#current;
  }

  begin(session: DeskSession): void {
    this.end('logout');
    this.#current = session;
  }

  end(reason: 'logout' | 'idle'): void {
    const session = this.#current;
    this.#current = null;
    if (session !== null) this.#ended(session, reason);
  }
}
