import type { EntityRecord } from '../occi/entity.ts';
import type { ResourceInternal } from '../infrastructure/backend.ts';
import { keptOf } from './kept.ts';
import { slaType } from './names.ts';
import { writeState } from './resource-state.ts';
import { phasesInForce } from './states.ts';
import type { SlaTools } from './tools.ts';
import { faultOf } from './vendor-call.ts';

const PAGE = 200;
const LOOK_MS = 5000;

/**
 * Asks the vendors how the resources of all SLAs in force are, and writes what changed: a process
 * that died shows as `error` without anybody having asked. Nothing is written where nothing changed.
 */
export async function watchResources(tools: SlaTools): Promise<number> {
  let after: string | undefined;
  let changes = 0;
  do {
    const page = await tools.deps.store.list({
      kinds: [slaType],
      states: phasesInForce,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    const counts = await Promise.all(page.items.map((sla) => watchOne(sla, tools)));
    changes += counts.reduce((sum, count) => sum + count, 0);
    after = page.next;
  } while (after !== undefined && !tools.signal.aborted);
  return changes;
}

async function watchOne(sla: EntityRecord, tools: SlaTools): Promise<number> {
  const resources = await tools.deps.store.getMany(keptOf(sla).delivered.map((one) => one.resource));
  const changes = await Promise.all(
    resources.map((record) =>
      record === undefined || record.hidden ? Promise.resolve(false) : look(record, sla, tools),
    ),
  );
  return changes.filter(Boolean).length;
}

async function look(record: EntityRecord, sla: EntityRecord, tools: SlaTools): Promise<boolean> {
  const { ref } = record.internal as ResourceInternal;
  if (ref === undefined) return false;
  try {
    const view = await tools.call(sla, `${record.id}:info`, tools.now() + LOOK_MS, (vendor, ctx) =>
      vendor.getInfo({ ref, kind: record.kind, sla: sla.id }, ctx),
    );
    if (view.state === record.state) return false;
    return await writeState(record, view, { actor: 'vendor', code: 'observed' }, tools);
  } catch (error) {
    tools.deps.log.debug({ sla: sla.id, resource: record.id, ...faultOf(error) }, 'resource not seen');
    return false;
  }
}
