// Takes a list in on a real file and kills itself in the middle of the transaction.
// argv: file with the handed-over store, after how many statements.
import { readFileSync } from 'node:fs';
import { createScheduleStore } from '../../main/store/schedule.ts';
import type { Database } from '../../main/store/database.ts';
import { takeOver, TEST_DATE, TEST_NOW } from './store.ts';

const [, , handedOver = '', statements = '1'] = process.argv;
const store = takeOver(readFileSync(handedOver, 'utf8'));
let left = Number(statements);
const deadly: Database = {
  ...store.db,
  write: (act) =>
    store.db.write((tx) =>
      act({
        ...tx,
        run: (sql, ...values) => {
          const changes = tx.run(sql, ...values);
          if (--left === 0) process.kill(process.pid, 'SIGKILL');
          return changes;
        },
      }),
    ),
};
createScheduleStore(deadly).take({
  ...{ today: TEST_DATE, moved: true, by: store.supervisor.accountId, now: TEST_NOW },
});
process.stdout.write('taken');
