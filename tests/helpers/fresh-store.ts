import { afterEach, beforeEach } from 'vitest';
import { openTestStore, type TestStore, type TestStoreOptions } from './store.ts';

/** A store of its own for each test of a file, gone after it; what the file itself does before and after comes between. */
export function freshStore(options: TestStoreOptions = {}): TestStore {
  let current: TestStore;
  beforeEach(async () => {
    current = await openTestStore(options);
  });
  afterEach(() => current.destroy());
  // The store of the test that runs, under one name for all of them.
  return new Proxy({} as TestStore, { get: (_, key) => Reflect.get(current, key) as unknown });
}
