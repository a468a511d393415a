import { isDeepStrictEqual } from 'node:util';
import { pointer } from '../../shared/json.ts';
import type { EntityId, TenantId, TypeId } from '../../shared/ids.ts';
import { typeOf, type Kind, type Mixin } from '../category.ts';
import { normalised } from '../document.ts';
import type { Attributes, EntityDocument, EntityRecord } from '../entity.ts';
import type { Findings } from '../findings.ts';
import type { ModelRegistry } from '../registry.ts';
import { withDepends, type TypeModel } from '../schema/model.ts';
import { inItsCase } from '../schema/case.ts';
import type { Services, Turn } from './services.ts';

/** Builds the record of one document for its kind; what is wrong goes into `findings`. */
export function draftOf(
  services: Services,
  turn: Turn,
  id: EntityId,
  kind: Kind,
  sent: EntityDocument,
  base: string,
  findings: Findings,
): { readonly record: EntityRecord; readonly document: EntityDocument } {
  const { registry, models, clock } = services;
  const { caller } = turn.ctx;
  const type = typeOf(kind);
  const link = registry.isLink(type);
  const read = normalised(sent, base, link, findings);
  const mixins = checkedMixins(registry, type, read.mixins, caller.tenant, base, findings);
  const model = models.of(type, mixins, caller.tenant);
  const document = inItsCase(read, model);
  const path = `${base}/attributes`;
  model.check(document.attributes, path, findings.malformed);

  let given = document.attributes;
  for (const [name, value] of Object.entries(document.attributes)) {
    const definition = model.attributes.get(name);
    if (definition === undefined || definition.mutable || definition.settable === true) continue;
    // Clients repeat what they have read elsewhere: what it will be anyway is no attempt to set it.
    if (isDeepStrictEqual(value, definition.default)) given = without(given, name);
    else findings.forbidden.add(pointer(path, name), 'attribute_immutable', `${name} is set by the service`);
  }
  const attributes: Attributes = { ...model.defaults, ...given };
  for (const name of model.required)
    if (!Object.hasOwn(attributes, name))
      findings.malformed.add(pointer(path, name), 'attribute_required', `${name} is missing`);

  const state = registry.behaviour(type)?.stateAttribute;
  const initial = state === undefined ? undefined : attributes[state];
  const now = clock.now();
  return {
    document,
    record: {
      id,
      kind: type,
      mixins,
      tenant: caller.tenant,
      owner: caller.principal,
      rev: 1,
      ...(document.title === undefined ? {} : { title: document.title }),
      ...(document.summary === undefined ? {} : { summary: document.summary }),
      attributes,
      ...(typeof initial === 'string' ? { state: initial } : {}),
      internal: {},
      hidden: false,
      created: now,
      updated: now,
    },
  };
}

/** What mixins that are new to an entity fill in where nothing is yet. A value that is there stays. */
export function brought(was: TypeModel, model: TypeModel): Attributes {
  if (was === model) return {};
  return Object.fromEntries(
    Object.entries(model.defaults).filter(
      ([name, value]) => !was.attributes.has(name) || !isDeepStrictEqual(value, was.defaults[name]),
    ),
  );
}

export function without(attributes: Attributes, name: string): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([other]) => other !== name));
}

/** The mixins that a client names: known, applicable to the kind with all they depend on, and each once. */
export function checkedMixins(
  registry: ModelRegistry,
  kind: TypeId,
  named: readonly TypeId[],
  tenant: TenantId,
  base: string,
  findings: Findings,
): readonly TypeId[] {
  if (named.length === 0) return named;
  const kept = new Set<TypeId>();
  named.forEach((type, index) => {
    const path = `${base}/mixins/${index}`;
    const mixin = registry.mixin(type, tenant);
    if (mixin === undefined) findings.unknown.add(path, 'mixin_unknown', `no mixin ${type} is known`);
    else if (!applies(registry, mixin, kind, tenant))
      findings.forbidden.add(path, 'mixin_not_applicable', `${type} does not apply to ${kind}`);
    else kept.add(type);
  });
  return [...kept];
}

/** GFD.221, Mixin: `applies` of a mixin, and of those it depends on, names the kind or one above it. */
export function applies(registry: ModelRegistry, mixin: Mixin, kind: TypeId, tenant: TenantId): boolean {
  return withDepends(registry, [typeOf(mixin)], tenant).every(
    (each) => each.applies.length === 0 || each.applies.some((type) => registry.isA(kind, type)),
  );
}
