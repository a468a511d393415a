import type { Extension } from '../occi/extension.ts';
import { resourceBehaviour, type InfrastructureParts } from './behaviour.ts';
import { computeBehaviour } from './compute.ts';
import { infrastructureActions, infrastructureKinds, networkActions, storageActions } from './kinds.ts';
import { networkinterfaceBehaviour, storagelinkBehaviour } from './links.ts';
import { infrastructureMixins } from './mixins.ts';
import { NETWORK, network, STORAGE, storage } from './names.ts';
import { networkStates, storageStates } from './states.ts';

/** The infrastructure extension (GFD.224) with the compute templates (GFD.222) and where things are. */
export function createInfrastructure(parts: InfrastructureParts): Extension {
  return {
    name: 'infrastructure',
    kinds: infrastructureKinds,
    mixins: infrastructureMixins,
    actions: infrastructureActions,
    behaviours: [
      computeBehaviour(parts),
      resourceBehaviour(
        { kind: NETWORK, term: 'network', names: network, states: networkStates, actions: networkActions },
        parts,
      ),
      resourceBehaviour(
        { kind: STORAGE, term: 'storage', names: storage, states: storageStates, actions: storageActions },
        parts,
      ),
      storagelinkBehaviour(parts),
      networkinterfaceBehaviour(parts),
    ],
  };
}
