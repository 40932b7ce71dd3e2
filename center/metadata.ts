/**
 * @peculiar/x509 registers its classes with a small injection library, which wants the metadata functions of a
 * decorators proposal that never came to JavaScript. These are the three that it calls, without inheritance, which it
 * does not use. Import this before @peculiar/x509.
 */
type Key = string | symbol;
const store = new WeakMap<object, Map<Key, unknown>>();

function get(key: Key, target: object): unknown {
  return store.get(target)?.get(key);
}

function define(key: Key, value: unknown, target: object): void {
  const entries = store.get(target) ?? new Map<Key, unknown>();
  store.set(target, entries.set(key, value));
}

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { getMetadata: get, getOwnMetadata: get, defineMetadata: define });
}
