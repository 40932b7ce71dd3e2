// express-pouchdb in a process of its own, as the reference center is. Prints `ready PORT`.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import express from 'express';
import expressPouchDB from 'express-pouchdb';
import PouchDB from 'pouchdb';

const [folder = '.'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const app = express();
app.use(
  expressPouchDB(PouchDB.defaults({ prefix: `${folder}${path.sep}` }), {
    mode: 'minimumForPouchDB',
    inMemoryConfig: true,
    logPath: path.join(folder, 'log.txt'),
  }),
);
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  console.log(`ready ${address.port}`);
});
process.stdin.resume().on('end', () => process.exit(0));
