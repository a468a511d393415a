import type { KeyValueStore } from '../occi/store.ts';
import type { VendorId } from '../shared/ids.ts';
import type { DurableMap } from '../vendor-kit/types.ts';

/** A vendor's own corner of the key-value store. */
export function durableMap(values: KeyValueStore, vendor: VendorId): DurableMap {
  const space = `vendor:${vendor}`;
  return {
    get: (key) => values.get(space, key),
    entries: (prefix) => values.entries(space, prefix),
    set: (key, value, expect) => values.set(space, key, value, expect),
    delete: (key, expect) => values.delete(space, key, expect),
  };
}
