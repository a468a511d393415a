import type { Attributes, EntityRecord } from '../occi/entity.ts';
import type { Behaviour } from '../occi/extension.ts';
import { Unprocessable } from '../shared/errors.ts';
import type { TypeId } from '../shared/ids.ts';
import { resourceBehaviour, type InfrastructureParts, type ResourceShape } from './behaviour.ts';
import { NETWORK, NETWORKINTERFACE, networkinterface, STORAGE, STORAGELINK, storagelink } from './names.ts';

/** A link between infrastructure: `fill` gives what the standard has exactly one of and the client left open. */
function linkBehaviour(
  shape: ResourceShape,
  target: TypeId,
  fill: (record: EntityRecord) => Attributes,
  parts: InfrastructureParts,
): Behaviour {
  const common = resourceBehaviour(shape, parts);
  return {
    ...common,
    async create(draft, document, ctx) {
      // An end outside this service is of no kind that is known here.
      const kind = draft.target?.kind;
      if (kind !== undefined && draft.target?.location.startsWith('/') === true && kind !== target)
        throw new Unprocessable('target_kind', `A ${shape.term} leads to ${target}`, {
          problems: [{ path: '/target', code: 'target_kind', detail: `${draft.target.location} is a ${kind}` }],
        });
      const filled = { ...draft, attributes: { ...fill(draft), ...draft.attributes } };
      return (await common.create?.(filled, document, ctx)) ?? { record: filled };
    },
  };
}

export function storagelinkBehaviour(parts: InfrastructureParts): Behaviour {
  const shape = { kind: STORAGELINK, term: 'storagelink', names: storagelink, actions: [] };
  return linkBehaviour(shape, STORAGE, ({ id }) => ({ [storagelink.deviceid]: `disk-${id.slice(-8)}` }), parts);
}

export function networkinterfaceBehaviour(parts: InfrastructureParts): Behaviour {
  const shape = { kind: NETWORKINTERFACE, term: 'networkinterface', names: networkinterface, actions: [] };
  return linkBehaviour(
    shape,
    NETWORK,
    ({ id }) => ({ [networkinterface.interface]: 'eth0', [networkinterface.mac]: macOf(id) }),
    parts,
  );
}

/** A locally administered address made of the random end of the id. */
function macOf(id: string): string {
  const tail = id.replaceAll('-', '').slice(-10);
  return `02:${(tail.match(/../g) ?? []).join(':')}`;
}
