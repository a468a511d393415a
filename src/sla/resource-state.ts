import type { EntityRecord } from '../occi/entity.ts';
import type { EntityId } from '../shared/ids.ts';
import type { ResourceView } from '../vendor-kit/types.ts';
import { stateAttribute } from './materialise.ts';
import type { SlaTools } from './tools.ts';

/** Times that what a vendor did is tried to be written beside the changes of others. */
const MOST_WRITES = 8;

export interface Seen {
  readonly actor: string;
  readonly code: string;
}

/** Writes how a vendor says that a resource is now, with history and event; nothing where that is known. */
export async function writeResource(id: EntityId, view: ResourceView, seen: Seen, tools: SlaTools): Promise<void> {
  for (let tries = 1; tries <= MOST_WRITES; tries += 1) {
    const record = await tools.deps.store.get(id);
    if (record === undefined || record.hidden || record.state === view.state) return;
    if (await writeState(record, view, seen, tools)) return;
  }
}

/** One conditional write of a resource's state and message; false: somebody else wrote first. */
export async function writeState(
  record: EntityRecord,
  view: Pick<ResourceView, 'state' | 'message'>,
  seen: Seen,
  tools: SlaTools,
): Promise<boolean> {
  const { state, message } = view;
  const registry = tools.deps.registry();
  const attributes = stateAttribute(record.kind, registry, state);
  const name = Object.keys(attributes)[0];
  const messageName = name === undefined ? undefined : `${name}.message`;
  const kept = Object.entries(record.attributes).filter(([each]) => each !== messageName);
  const result = await tools.deps.store.write([
    {
      op: 'update',
      record: {
        ...record,
        rev: record.rev + 1,
        state,
        attributes: {
          ...Object.fromEntries(kept),
          ...attributes,
          ...(message === undefined || messageName === undefined ? {} : { [messageName]: message }),
        },
        updated: tools.now(),
      },
      expect: { rev: record.rev },
      note: {
        from: record.state ?? null,
        to: state,
        actor: seen.actor,
        code: seen.code,
        event: `org.parley.${registry.kind(record.kind)?.term ?? 'resource'}.${state}`,
        subject: registry.pathOf(record),
      },
    },
  ]);
  return result.ok;
}
