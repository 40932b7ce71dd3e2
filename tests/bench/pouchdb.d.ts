/** What the bench uses of its peers; they bring no types of their own. */
declare module 'pouchdb' {
  import type { Handler } from 'express-pouchdb';

  export default class PouchDB {
    static defaults(options: { readonly prefix: string }): typeof PouchDB;
    constructor(name: string);
    put(doc: object): Promise<unknown>;
    close(): Promise<void>;
    readonly replicate: { to(url: string): Promise<{ readonly docs_written: number }> };
    readonly handler: Handler;
  }
}

declare module 'express-pouchdb' {
  export type Handler = (request: unknown, response: unknown, next: () => void) => void;
  export default function expressPouchDB(pouch: unknown, options: object): Handler;
}

declare module 'express' {
  import type { Handler } from 'express-pouchdb';
  import type { Server } from 'node:http';

  export default function express(): {
    use(handler: Handler): void;
    listen(port: number, host: string, ready: () => void): Server;
  };
}
