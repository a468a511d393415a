import type { TenantId, TypeId } from '../../shared/ids.ts';
import type { Json } from '../../shared/json.ts';
import { typeOf, type Action, type AttributeDefinition, type Kind, type Mixin } from '../category.ts';
import { CORE_SCHEME } from '../core.ts';
import type { Attributes } from '../entity.ts';
import type { ModelRegistry } from '../registry.ts';
import { compileAttributes, type AttributesCheck } from './validator.ts';

/** What a kind and a set of mixins make together: attributes, defaults, actions, and the check of values. */
export interface TypeModel {
  readonly attributes: ReadonlyMap<string, AttributeDefinition>;
  /** Names that a client must give at creation. */
  readonly required: readonly string[];
  /** A mixin's default stands over the kind's (GFD.221, templates). */
  readonly defaults: Attributes;
  readonly actions: readonly Action[];
  readonly check: AttributesCheck;
}

/** Type models, made at first use and kept for each kind and set of mixins that add something. */
export interface Models {
  of(kind: TypeId, mixins: readonly TypeId[], tenant: TenantId): TypeModel;
  /** The check of an action's attributes. */
  action(action: Action): ActionModel;
}

export interface ActionModel {
  readonly required: readonly string[];
  readonly defaults: Attributes;
  readonly check: AttributesCheck;
}

const MOST_KEPT = 1000;

interface Kept {
  readonly model: TypeModel;
  readonly made: readonly Mixin[];
}

export function createModels(registry: ModelRegistry): Models {
  const kept = new Map<string, Kept>();
  const bare = new Map<TypeId, TypeModel>();
  const actions = new WeakMap<Action, ActionModel>();
  return {
    of(kind, mixins, tenant) {
      const added = mixins.length === 0 ? [] : contributing(registry, mixins, tenant);
      if (added.length === 0) return remembered(bare, kind, () => build(registry, kind, []));
      const key = `${kind} ${added.map(typeOf).join(' ')} ${tenant}`;
      const found = kept.get(key);
      // A mixin that was removed and made again may have other attributes.
      if (found?.made.every((mixin, index) => mixin === added[index]) === true) return found.model;
      if (kept.size >= MOST_KEPT) kept.clear();
      const model = build(registry, kind, added);
      kept.set(key, { model, made: added });
      return model;
    },
    action(action) {
      let model = actions.get(action);
      if (model === undefined) {
        const definitions = new Map(Object.entries(action.attributes));
        model = {
          required: names(definitions, (definition) => definition.required),
          defaults: defaultsOf(definitions),
          check: lazily(definitions),
        };
        actions.set(action, model);
      }
      return model;
    },
  };
}

/** The mixins and those they depend on, each once, those depended on first. Unknown ones add nothing. */
export function withDepends(registry: ModelRegistry, mixins: readonly TypeId[], tenant: TenantId): readonly Mixin[] {
  const found = new Map<TypeId, Mixin>();
  const visiting = new Set<TypeId>();
  const visit = (type: TypeId): void => {
    if (found.has(type) || visiting.has(type)) return;
    visiting.add(type);
    const mixin = registry.mixin(type, tenant);
    if (mixin === undefined) return;
    mixin.depends.forEach(visit);
    found.set(type, mixin);
  };
  mixins.forEach(visit);
  return [...found.values()];
}

/** Tags add neither attributes nor actions, so they do not make another model. */
function contributing(registry: ModelRegistry, mixins: readonly TypeId[], tenant: TenantId): readonly Mixin[] {
  return withDepends(registry, mixins, tenant).filter(
    (mixin) => mixin.actions.length > 0 || Object.keys(mixin.attributes).length > 0,
  );
}

/** The attributes of a kind with its parents', core attributes left out: these are members of the record. */
export function kindAttributes(line: readonly Kind[]): Map<string, AttributeDefinition> {
  const definitions = new Map<string, AttributeDefinition>();
  for (const kind of line.toReversed())
    if (kind.scheme !== CORE_SCHEME)
      for (const [name, definition] of Object.entries(kind.attributes)) definitions.set(name, definition);
  return definitions;
}

function build(registry: ModelRegistry, kind: TypeId, mixins: readonly Mixin[]): TypeModel {
  const line = registry.lineage(kind);
  const attributes = kindAttributes(line);
  for (const mixin of mixins)
    for (const [name, definition] of Object.entries(mixin.attributes)) {
      const there = attributes.get(name);
      attributes.set(name, there === undefined ? definition : overlaid(there, definition.default));
    }
  const actionTypes = new Set([...line.flatMap((each) => each.actions), ...mixins.flatMap((mixin) => mixin.actions)]);
  return {
    attributes,
    required: names(attributes, (definition) => definition.required),
    defaults: defaultsOf(attributes),
    actions: [...actionTypes].flatMap((type) => registry.action(type) ?? []),
    check: lazily(attributes),
  };
}

function overlaid(definition: AttributeDefinition, value: Json | undefined): AttributeDefinition {
  return value === undefined ? definition : { ...definition, default: value };
}

function names(
  definitions: ReadonlyMap<string, AttributeDefinition>,
  which: (definition: AttributeDefinition) => boolean,
): readonly string[] {
  return [...definitions].filter(([, definition]) => which(definition)).map(([name]) => name);
}

function defaultsOf(definitions: ReadonlyMap<string, AttributeDefinition>): Attributes {
  const defaults: Record<string, Json> = {};
  for (const [name, { default: value }] of definitions) if (value !== undefined) defaults[name] = value;
  return defaults;
}

/** Compiling costs milliseconds, and most kinds are never written by a client. */
function lazily(definitions: ReadonlyMap<string, AttributeDefinition>): AttributesCheck {
  let check: AttributesCheck | undefined;
  return (attributes, base, problems) => {
    check ??= compileAttributes(definitions);
    check(attributes, base, problems);
  };
}

function remembered<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
