import type { EntityStore } from '../../../src/occi/store.ts';
import { describeEventsAndHistory } from './entities-events.ts';
import { describeIdempotency } from './entities-idempotency.ts';
import { describeLeases } from './entities-leases.ts';
import { describeLists } from './entities-lists.ts';
import { describeWrites } from './entities-writes.ts';
import type { StoreUnderTest } from './records.ts';

/** Every promise of the entity store port, for any implementation. `open` gives a new, empty store. */
export function describeEntityStore(name: string, open: () => Promise<StoreUnderTest<EntityStore>>): void {
  describe(`${name}: entity store`, () => {
    describeWrites(open);
    describeEventsAndHistory(open);
    describeLists(open);
    describeLeases(open);
    describeIdempotency(open);
  });
}
