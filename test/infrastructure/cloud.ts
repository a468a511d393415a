import type { BackendView, ResourceBackend } from '../../src/infrastructure/backend.ts';
import { createInfrastructure } from '../../src/infrastructure/index.ts';
import { COMPUTE, NETWORK, STORAGE } from '../../src/infrastructure/names.ts';
import { computeStates, networkStates, storageStates } from '../../src/infrastructure/states.ts';
import type { EntityDocument, EntityRecord } from '../../src/occi/entity.ts';
import { parseEntityId, principalId, tenantId, vendorId, type TypeId } from '../../src/shared/ids.ts';
import type { JsonObject } from '../../src/shared/json.ts';
import { movesFrom, type StateTable } from '../../src/shared/state-machine.ts';
import { world, type World } from '../occi/world.ts';
import { HandClock } from '../support/hand-clock.ts';
import { MemoryStore } from '../support/memory-store.ts';

export const ID = parseEntityId('018f4c1e-7b1a-7000-8000-000000000001');
export const SLA = '018f4c1e-7b1a-7000-8000-0000000000ff';

export interface Cloud extends World {
  readonly calls: TypeId[];
  /** Puts a resource there as if a vendor had delivered it. */
  delivered(kind: TypeId, state: string, internal?: JsonObject): Promise<EntityRecord>;
}

export function cloud(perform?: ResourceBackend['perform'], inspect?: ResourceBackend['inspect']): Cloud {
  const clock = new HandClock();
  const store = new MemoryStore(clock);
  const calls: TypeId[] = [];
  const backend: ResourceBackend = {
    perform(record, action, attributes) {
      calls.push(action);
      return perform?.(record, action, attributes) ?? Promise.resolve(answer(record, action));
    },
    inspect: (record) => inspect?.(record) ?? Promise.resolve(undefined),
  };
  const made = world({ store, clock, extensions: [createInfrastructure({ backend, clock })] });
  return {
    ...made,
    clock,
    calls,
    async delivered(kind, state, internal = { ref: 'r1', sla: SLA, for: 'web', index: 0 }) {
      if (ID === undefined) throw new Error('no id');
      const name = kind.slice(kind.indexOf('#') + 1);
      const record: EntityRecord = {
        id: ID,
        kind,
        mixins: [],
        tenant: tenantId('default'),
        owner: principalId('x'),
        rev: 1,
        attributes: { [`occi.${name}.state`]: state },
        state,
        vendor: vendorId('acme'),
        internal,
        hidden: false,
        created: 0,
        updated: 0,
      };
      await store.write([{ op: 'create', record }]);
      return record;
    },
  };
}

export const TABLES: readonly [TypeId, StateTable<string, string>][] = [
  [COMPUTE, computeStates],
  [STORAGE, storageStates],
  [NETWORK, networkStates],
];
const tableOf = (kind: TypeId): StateTable<string, string> => {
  const found = TABLES.find(([type]) => type === kind);
  if (found === undefined) throw new Error('no table');
  return found[1];
};

/** A vendor that does what it is asked. */
export function answer(record: EntityRecord, action: TypeId): BackendView {
  const term = action.slice(action.indexOf('#') + 1);
  const move = movesFrom(tableOf(record.kind), record.state ?? '').find((each) => each.on === term);
  return { state: move?.to ?? 'error', attributes: {} };
}

export const create = (w: World, path: string, document: Partial<EntityDocument> = {}): ReturnType<World['ask']> =>
  w.ask({ op: 'create', path, documents: [{ mixins: [], attributes: {}, ...document }] });
