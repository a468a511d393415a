import type { EntityRecord } from '../occi/entity.ts';
import type { BackendView, ResourceBackend, ResourceInternal } from '../infrastructure/backend.ts';
import type { EntityStore } from '../occi/store.ts';
import type { Clock } from '../shared/clock.ts';
import { Conflict } from '../shared/errors.ts';
import { parseEntityId } from '../shared/ids.ts';
import { silentLogger, type Logger } from '../shared/logger.ts';
import type { ConnectedVendor, Vendors } from '../vendor-host/port.ts';
import { VendorFault } from '../vendor-kit/fault.ts';
import { actions } from '../vendor-kit/names.ts';
import type { ResourceRef, ResourceView } from '../vendor-kit/types.ts';
import { callVendor } from './vendor-call.ts';

/** Longest that a customer's action on a resource may take at the vendor, in milliseconds. */
const ACTION_MS = 60_000;
const LOOK_MS = 10_000;

/** What would set an instance going that its suspended agreement holds. */
const SETS_GOING: ReadonlySet<string> = new Set([actions.start, actions.restart]);

/**
 * Resources as their vendors run them. Throws `VendorFault` where the vendor cannot be asked, and 409
 * `agreement_suspended` for what would go against a suspension of the agreement.
 */
export function createResourceBackend(deps: {
  readonly vendors: Vendors;
  readonly clock: Clock;
  readonly log?: Logger;
  /** To see how the agreement of a resource is. */
  readonly store: Pick<EntityStore, 'get'>;
}): ResourceBackend {
  const { vendors, clock } = deps;
  const tools = { clock, log: deps.log ?? silentLogger };
  return {
    async perform(record, action, attributes) {
      if (SETS_GOING.has(action)) await checkSuspension(record, deps.store);
      const behind = standing(record, vendors);
      if (behind === undefined)
        throw new VendorFault('vendor_gone', true, `No vendor stands behind ${record.id} at the moment`);
      const { vendor, ref } = behind;
      const view = await callVendor(
        tools,
        {
          // Each revision is acted on once: the same request made again is the same call.
          key: `${record.id}:${action}:${record.rev}`,
          deadline: clock.now() + ACTION_MS,
          tenant: record.tenant,
          trace: record.id,
        },
        (ctx) => vendor.calls.perform(ref, { action, attributes }, ctx),
      );
      return viewOf(view);
    },
    async inspect(record) {
      const behind = standing(record, vendors);
      if (behind === undefined) return undefined;
      const { vendor, ref } = behind;
      const view = await callVendor(
        tools,
        {
          key: `${record.id}:info`,
          deadline: clock.now() + LOOK_MS,
          tenant: record.tenant,
          trace: record.id,
        },
        (ctx) => vendor.calls.getInfo(ref, ctx),
      );
      return viewOf(view);
    },
  };
}

async function checkSuspension(record: EntityRecord, store: Pick<EntityStore, 'get'>): Promise<void> {
  const { sla } = record.internal as ResourceInternal;
  const id = sla === undefined ? undefined : parseEntityId(sla);
  const agreement = id === undefined ? undefined : await store.get(id);
  if (agreement?.state !== 'suspended') return;
  throw new Conflict('agreement_suspended', 'The agreement is suspended: resume it, and its instances start again', {
    extra: { sla: `/sla/${agreement.id}`, use: 'resume', state: record.state ?? null },
  });
}

function standing(
  record: EntityRecord,
  vendors: Vendors,
): { readonly vendor: ConnectedVendor; readonly ref: ResourceRef } | undefined {
  const { ref, sla } = record.internal as ResourceInternal;
  const vendor = record.vendor === undefined ? undefined : vendors.get(record.vendor);
  if (vendor === undefined || ref === undefined) return undefined;
  const owner = sla === undefined ? undefined : parseEntityId(sla);
  return { vendor, ref: { ref, kind: record.kind, ...(owner === undefined ? {} : { sla: owner }) } };
}

function viewOf(view: ResourceView): BackendView {
  return {
    state: view.state,
    ...(view.message === undefined ? {} : { message: view.message }),
    attributes: view.attributes,
  };
}
