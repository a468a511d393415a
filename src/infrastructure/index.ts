import type { Extension } from '../occi/extension.ts';
import type { EntityStore, KeyValueStore } from '../occi/store.ts';
import type { TypeId, VendorId } from '../shared/ids.ts';
import type { Logger } from '../shared/logger.ts';
import type { ResourceInternal } from './backend.ts';
import { resourceBehaviour, type InfrastructureParts, type ResourceShape } from './behaviour.ts';
import { computeBehaviour } from './compute.ts';
import { Journal } from './direct/journal.ts';
import { Market } from './direct/market.ts';
import type { DirectParts } from './direct/parts.ts';
import type { DirectVendors } from './direct/port.ts';
import { restoreTemplates } from './direct/saved.ts';
import { instanceLimits, Slots, type InstanceLimits } from './direct/slots.ts';
import { DirectWork } from './direct/work.ts';
import { computeActions, infrastructureActions, infrastructureKinds, networkActions, storageActions } from './kinds.ts';
import { networkinterfaceBehaviour, storagelinkBehaviour } from './links.ts';
import { infrastructureMixins } from './mixins.ts';
import {
  COMPUTE,
  compute,
  NETWORK,
  network,
  NETWORKINTERFACE,
  networkinterface,
  STORAGE,
  storage,
  STORAGELINK,
  storagelink,
} from './names.ts';
import { observed } from './observe.ts';
import { computeStates, networkStates, storageStates } from './states.ts';

type StateNames = ResourceShape['names'];

const NETWORKS: ResourceShape = {
  kind: NETWORK,
  term: 'network',
  names: network,
  states: networkStates,
  actions: networkActions,
};
const STORAGES: ResourceShape = {
  kind: STORAGE,
  term: 'storage',
  names: storage,
  states: storageStates,
  actions: storageActions,
};
const COMPUTES: ResourceShape = {
  kind: COMPUTE,
  term: 'compute',
  names: compute,
  states: computeStates,
  actions: computeActions,
};
const NAMES: ReadonlyMap<TypeId, StateNames> = new Map<TypeId, StateNames>([
  [COMPUTE, compute],
  [STORAGE, storage],
  [NETWORK, network],
  [STORAGELINK, storagelink],
  [NETWORKINTERFACE, networkinterface],
]);

/** The infrastructure extension (GFD.224) with the compute templates (GFD.222) and where things are. */
export function createInfrastructure(parts: InfrastructureParts): Extension {
  return {
    name: 'infrastructure',
    kinds: infrastructureKinds,
    mixins: [...infrastructureMixins, ...(parts.direct?.market.mixins ?? [])],
    actions: infrastructureActions,
    behaviours: [
      computeBehaviour(parts),
      resourceBehaviour(NETWORKS, parts),
      resourceBehaviour(STORAGES, parts),
      storagelinkBehaviour(parts),
      networkinterfaceBehaviour(parts),
    ],
  };
}

/** The extension with what lives behind it: resources that customers post without an agreement. */
export interface LivingInfrastructure {
  readonly extension: Extension;
  /** Before the first request: counts what runs, and brings back the templates that customers made. */
  start(): Promise<void>;
  /** Asks the vendors how the running computes are, and writes what changed; answers how many. */
  watch(): Promise<number>;
  /** Begins nothing more, and resolves when nothing is under way. */
  stop(): Promise<void>;
}

export interface LivingParts extends Pick<InfrastructureParts, 'backend' | 'clock'> {
  readonly vendors: DirectVendors;
  readonly store: EntityStore;
  readonly values: KeyValueStore;
  readonly log: Logger;
  readonly registry: () => ReturnType<DirectParts['registry']> & ReturnType<DirectWorkRegistry>;
  /** The vendor that runs what names none; default: the first connected one that can. */
  readonly vendor?: VendorId;
  readonly limits?: Partial<InstanceLimits>;
}

type DirectWorkRegistry = ConstructorParameters<typeof DirectWork>[0]['registry'];

const PAGE = 500;

export function createLivingInfrastructure(parts: LivingParts): LivingInfrastructure {
  const { vendors, store, clock, log, registry, values, backend } = parts;
  const slots = new Slots({ ...instanceLimits, ...parts.limits });
  const names = (kind: TypeId): StateNames => NAMES.get(kind) ?? compute;
  const work = new DirectWork({ store, vendors, slots, clock, log, registry, names });
  const direct: DirectParts = {
    vendors,
    market: new Market(vendors, parts.vendor),
    slots,
    work,
    journal: new Journal({ store, clock, registry }),
    store,
    values,
    registry,
  };
  return {
    extension: createInfrastructure({ backend, clock, direct }),
    async start() {
      await restoreTemplates(direct);
      for (let after: string | undefined = ''; after !== undefined;) {
        const page: Awaited<ReturnType<EntityStore['list']>> = await store.list({
          kinds: [COMPUTE],
          states: ['active', 'suspended'],
          limit: PAGE,
          ...(after === '' ? {} : { after }),
        });
        for (const record of page.items)
          if ((record.internal as ResourceInternal).direct !== undefined) slots.known(record.id, record.tenant);
        after = page.next;
      }
    },
    async watch() {
      const seen = { store, log, pathOf: registry().pathOf };
      const changes = await Promise.all(
        slots.ids().map((id) =>
          work.inTurn(id, async () => {
            const record = await store.get(id);
            if (record === undefined || record.hidden) return false;
            const now = await observed(COMPUTES, { backend, clock }, record, seen);
            if (now.state === 'inactive' || now.state === 'error') slots.release(id);
            return now !== record;
          }),
        ),
      );
      return changes.filter(Boolean).length;
    },
    stop: () => work.stop(),
  };
}
