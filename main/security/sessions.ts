import type { AccountId } from '../../app/ids.ts';

export interface DeskSession {
  readonly accountId: AccountId;
  readonly username: string;
  readonly name: string;
  readonly role: 'operator' | 'supervisor';
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
