import type { KeyValueStore } from '../../src/occi/store.ts';

/** A key-value store that forgets when the test ends. */
export function memoryValues(): KeyValueStore {
  const spaces = new Map<string, Map<string, string>>();
  const space = (name: string): Map<string, string> => {
    let found = spaces.get(name);
    if (found === undefined) spaces.set(name, (found = new Map<string, string>()));
    return found;
  };
  return {
    get: (name, key) => Promise.resolve(space(name).get(key)),
    entries: (name, prefix = '') =>
      Promise.resolve([...space(name)].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1))),
    set(name, key, value, expect) {
      const before = space(name).get(key);
      if (expect !== undefined && (expect ?? undefined) !== before) return Promise.resolve(false);
      space(name).set(key, value);
      return Promise.resolve(true);
    },
    delete(name, key, expect) {
      const before = space(name).get(key);
      if (before === undefined || (expect !== undefined && expect !== before)) return Promise.resolve(false);
      space(name).delete(key);
      return Promise.resolve(true);
    },
  };
}
