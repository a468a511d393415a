import type { Registry } from '../occi/api.ts';
import { typeOf, type Mixin } from '../occi/category.ts';
import type { Attributes, EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import type { EntityId, TenantId, TypeId } from '../shared/ids.ts';
import type { OfferedInstance } from '../terms/resources.ts';
import type { ResourceInternal } from '../infrastructure/backend.ts';
import { OS_TPL, RESOURCE_TPL } from '../infrastructure/names.ts';
import type { Next } from './confirm.ts';
import type { Delivered } from './document.ts';
import { asJson, keptOf, type Deviation, type SagaStep } from './kept.ts';
import { agreementLinkType, slaAttr } from './names.ts';
import { placeOf } from './saga.ts';
import type { SlaTools } from './tools.ts';

/**
 * What was provisioned becomes entities: the resources, the links between them, and an agreement
 * link from the SLA to each resource (GFD.228), all in the write that makes the SLA know them.
 */
export async function materialise(record: EntityRecord, deviations: readonly Deviation[], tools: SlaTools): Next {
  const { document, saga } = keptOf(record);
  const registry = tools.deps.registry();
  const now = tools.now();
  const made = new Map<string, EntityRecord>();
  // Ends before links: a link names the paths of both.
  const steps = [...(saga?.steps ?? [])].sort((a, b) => a.rank - b.rank);
  for (const step of steps) {
    const instance = document.resources.find((one) => placeOf(one) === placeOf(step));
    if (instance === undefined || step.view === undefined) continue;
    made.set(placeOf(step), entityOf(record, instance, step, made, registry, tools.deps.newId(), now));
  }
  const entities = [...made.values()];
  const delivered = steps.flatMap((step): Delivered[] => {
    const entity = made.get(placeOf(step));
    if (entity === undefined || step.view === undefined) return [];
    return [{ for: step.for, index: step.index, kind: entity.kind, resource: entity.id, ref: step.view.ref }];
  });
  const links = entities
    .filter((entity) => !registry.isLink(entity.kind))
    .map((entity) => agreementLink(record, entity, registry, tools.deps.newId(), now));
  const writes = [...entities, ...links].map((entity): Write => ({
    op: 'create',
    record: entity,
    note: { from: null, to: entity.state ?? null, actor: 'broker', subject: registry.pathOf(entity) },
  }));
  return tools.move(
    record,
    {
      kept: { delivered, deviations },
      ...(deviations.length === 0
        ? {}
        : { attributes: { [slaAttr.deviations]: deviations.map((one) => ({ ...one })) } }),
    },
    { actor: 'broker', code: 'delivered' },
    writes,
  );
}

function entityOf(
  sla: EntityRecord,
  instance: OfferedInstance,
  step: SagaStep,
  made: ReadonlyMap<string, EntityRecord>,
  registry: Registry,
  id: EntityId,
  now: number,
): EntityRecord {
  const internal: ResourceInternal = {
    ref: step.view?.ref ?? '',
    sla: sla.id,
    for: instance.for,
    index: instance.index,
  };
  const state = step.view?.state ?? 'active';
  const attributes: Attributes = {
    ...instance.attributes,
    ...step.view?.attributes,
    ...stateAttribute(instance.kind, registry, state),
  };
  const source = instance.source === undefined ? undefined : made.get(instance.source);
  const target = instance.target === undefined ? undefined : made.get(instance.target);
  return {
    id,
    kind: instance.kind,
    mixins: mixinsFor(instance, attributes, registry, sla),
    tenant: sla.tenant,
    owner: sla.owner,
    rev: 1,
    title: placeOf(instance),
    attributes,
    ...(source === undefined ? {} : { source: { location: registry.pathOf(source), kind: source.kind } }),
    ...(target === undefined ? {} : { target: { location: registry.pathOf(target), kind: target.kind } }),
    state,
    parent: sla.id,
    ...(sla.vendor === undefined ? {} : { vendor: sla.vendor }),
    internal: asJson(internal),
    hidden: false,
    created: now,
    updated: now,
  };
}

/** The kind's own attribute whose name ends in `.state`, such as `occi.compute.state`. */
export function stateAttribute(kind: TypeId, registry: Registry, state: string): Attributes {
  const name = Object.keys(registry.kind(kind)?.attributes ?? {}).find((attribute) => attribute.endsWith('.state'));
  return name === undefined ? {} : { [name]: state };
}

/**
 * The offered mixins, and those that define what else is stated, such as placement and endpoint. A template
 * is never concluded from its attributes: an instance is of one (GFD.224 section 4.5) if its offer says so.
 */
export function mixinsFor(
  instance: Pick<OfferedInstance, 'kind' | 'mixins'>,
  attributes: Attributes,
  registry: Pick<Registry, 'kind' | 'mixin' | 'mixins' | 'isA'>,
  sla: Pick<EntityRecord, 'tenant'>,
): readonly TypeId[] {
  const mixins = new Set<TypeId>(instance.mixins);
  const known = new Set<string>();
  for (let kind = registry.kind(instance.kind); kind !== undefined;) {
    for (const name of Object.keys(kind.attributes)) known.add(name);
    kind = kind.parent === undefined ? undefined : registry.kind(kind.parent);
  }
  for (const type of mixins)
    for (const name of Object.keys(registry.mixin(type, sla.tenant)?.attributes ?? {})) known.add(name);
  const unknown = Object.keys(attributes).filter((name) => !known.has(name));
  if (unknown.length === 0) return [...mixins];
  for (const mixin of registry.mixins()) {
    const applies = mixin.applies.length === 0 || mixin.applies.some((type) => registry.isA(instance.kind, type));
    if (
      applies &&
      !TEMPLATES.some((base) => dependsOn(mixin, base, registry, sla.tenant)) &&
      unknown.some((name) => Object.hasOwn(mixin.attributes, name))
    )
      mixins.add(typeOf(mixin));
  }
  return [...mixins];
}

const TEMPLATES = [RESOURCE_TPL, OS_TPL];

function dependsOn(
  mixin: Pick<Mixin, 'depends'>,
  base: TypeId,
  registry: Pick<Registry, 'mixin'>,
  tenant: TenantId,
  seen: ReadonlySet<TypeId> = new Set(),
): boolean {
  return mixin.depends.some((type) => {
    if (type === base) return true;
    const next = seen.has(type) ? undefined : registry.mixin(type, tenant);
    return next !== undefined && dependsOn(next, base, registry, tenant, new Set([...seen, type]));
  });
}

function agreementLink(
  sla: EntityRecord,
  resource: EntityRecord,
  registry: Registry,
  id: EntityId,
  now: number,
): EntityRecord {
  return {
    id,
    kind: agreementLinkType,
    mixins: [],
    tenant: sla.tenant,
    owner: sla.owner,
    rev: 1,
    attributes: {},
    source: { location: registry.pathOf(sla), kind: sla.kind },
    target: { location: registry.pathOf(resource), kind: resource.kind },
    parent: sla.id,
    ...(sla.vendor === undefined ? {} : { vendor: sla.vendor }),
    internal: {},
    hidden: false,
    created: now,
    updated: now,
  };
}
