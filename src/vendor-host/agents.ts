import { AGENT, BROKER, VENDOR, vendorAttr } from '../occi/agents.ts';
import type { Attributes, EntityRecord } from '../occi/entity.ts';
import type { Projection } from '../occi/extension.ts';
import type { EntityStore, Write } from '../occi/store.ts';
import type { Clock } from '../shared/clock.ts';
import { principalId, tenantId, vendorId, type IdSource } from '../shared/ids.ts';
import { canonicalJson, type Json } from '../shared/json.ts';
import type { ConnectedVendor, FailedVendor, Vendors } from './port.ts';

export interface AgentsDeps {
  readonly store: EntityStore;
  readonly vendors: Vendors;
  readonly failed: readonly FailedVendor[];
  readonly clock: Clock;
  readonly newId: IdSource;
}

const SERVICE = { tenant: tenantId('default'), owner: principalId('broker') };

/**
 * Makes the broker and every configured vendor visible as agents: what is there already keeps its
 * id, what changed is written, vendors that are configured no longer are hidden.
 */
export async function publishAgents(deps: AgentsDeps): Promise<void> {
  const existing = (await deps.store.list({ kinds: [AGENT], limit: 1000, hidden: 'with' })).items;
  const writes: Write[] = [];
  const wanted = new Map<string, Pick<EntityRecord, 'mixins' | 'title' | 'attributes' | 'state'>>();
  wanted.set('', { mixins: [BROKER], title: 'Parley', attributes: {}, state: 'connected' });
  for (const vendor of deps.vendors.list()) wanted.set(vendor.id, connectedAgent(vendor));
  for (const vendor of deps.failed) wanted.set(vendor.id, failedAgent(vendor));

  for (const record of existing) {
    const key = record.vendor ?? '';
    const now = wanted.get(key);
    wanted.delete(key);
    const next = { ...record, ...now, hidden: now === undefined, rev: record.rev + 1, updated: deps.clock.now() };
    if (now === undefined ? record.hidden : !record.hidden && same(record, next)) continue;
    writes.push({ op: 'update', record: next, expect: { rev: record.rev } });
  }
  for (const [key, agent] of wanted) {
    const at = deps.clock.now();
    writes.push({
      op: 'create',
      record: {
        ...SERVICE,
        ...agent,
        id: deps.newId(),
        kind: AGENT,
        rev: 1,
        ...(key === '' ? {} : { vendor: vendorId(key) }),
        internal: {},
        hidden: false,
        created: at,
        updated: at,
      },
    });
  }
  if (writes.length > 0) await deps.store.write(writes);
}

/** What changes by the second is added when an agent is read. */
export function agentProjection(vendors: () => Vendors): (record: EntityRecord) => Promise<Projection> {
  return (record) => {
    const vendor = record.vendor === undefined ? undefined : vendors().get(record.vendor);
    if (vendor === undefined) return Promise.resolve({ attributes: record.attributes });
    const attributes = {
      ...record.attributes,
      [vendorAttr.circuit]: vendor.circuit,
      [vendorAttr.calls]: vendor.health.calls,
      [vendorAttr.faults]: vendor.health.faults,
    };
    return Promise.resolve({ attributes, variant: `${vendor.circuit}.${vendor.health.calls}.${vendor.health.faults}` });
  };
}

function connectedAgent(vendor: ConnectedVendor): Pick<EntityRecord, 'mixins' | 'title' | 'attributes' | 'state'> {
  const { profile, capabilities } = vendor;
  const attributes: Attributes = {
    [vendorAttr.id]: vendor.id,
    [vendorAttr.plugin]: vendor.plugin,
    [vendorAttr.title]: profile.title,
    [vendorAttr.provider]: profile.provider,
    [vendorAttr.state]: 'connected',
    [vendorAttr.awardable]: capabilities.provisions,
    ...(profile.whyNot === undefined ? {} : { [vendorAttr.whynot]: profile.whyNot }),
    [vendorAttr.kinds]: profile.kinds,
    [vendorAttr.regions]: profile.regions,
    [vendorAttr.countries]: profile.countries,
    [vendorAttr.currency]: profile.currency,
    [vendorAttr.capabilities]: capabilities as unknown as Json,
    [vendorAttr.facts]: profile.facts,
  };
  return { mixins: [VENDOR], title: profile.title, attributes, state: 'connected' };
}

function failedAgent(vendor: FailedVendor): Pick<EntityRecord, 'mixins' | 'title' | 'attributes' | 'state'> {
  return {
    mixins: [VENDOR],
    title: vendor.id,
    attributes: {
      [vendorAttr.id]: vendor.id,
      [vendorAttr.plugin]: vendor.plugin,
      [vendorAttr.state]: 'failed',
      [vendorAttr.why]: vendor.why,
    },
    state: 'failed',
  };
}

function same(a: EntityRecord, b: EntityRecord): boolean {
  const essence = (record: EntityRecord): string =>
    canonicalJson({ title: record.title ?? null, mixins: record.mixins, attributes: record.attributes });
  return essence(a) === essence(b);
}
