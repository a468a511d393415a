import type { Registry } from '../../occi/api.ts';
import type { EntityStore, KeyValueStore } from '../../occi/store.ts';
import type { Journal } from './journal.ts';
import type { Market } from './market.ts';
import type { DirectVendors } from './port.ts';
import type { Slots } from './slots.ts';
import type { DirectWork } from './work.ts';

/** All that serving what is posted without an agreement works with. */
export interface DirectParts {
  readonly vendors: DirectVendors;
  readonly market: Market;
  readonly slots: Slots;
  readonly work: DirectWork;
  readonly journal: Journal;
  readonly store: EntityStore;
  /** Keeps the templates that customers made. */
  readonly values: KeyValueStore;
  readonly registry: () => Pick<Registry, 'addMixin' | 'mixin' | 'pathOf'>;
}
