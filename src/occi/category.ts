import type { Json, JsonObject } from '../shared/json.ts';
import type { TypeId } from '../shared/ids.ts';

/** GFD.226: the JSON types of attributes. */
export type AttributeType = 'string' | 'number' | 'boolean' | 'array' | 'object';

/**
 * An attribute of a category (GFD.221, Attribute).
 *
 * `mutable`: a client may set it at creation and later. `required`: a client must give a value at
 * creation. `pattern` is a JSON Schema (2020-12) of the value beyond its type. `settable` marks an
 * attribute that a client gives at creation and never changes afterwards: the standard calls it
 * immutable, and so does discovery.
 */
export interface AttributeDefinition {
  readonly type: AttributeType;
  readonly mutable: boolean;
  readonly required: boolean;
  readonly settable?: boolean;
  readonly pattern?: JsonObject;
  readonly default?: Json;
  /** Words of an enumeration that clients write in any case: read in lower case, wherever they come in. */
  readonly anyCase?: true;
  /** Another each time it is read: what a client repeats of it is let be, and no attempt to set it. */
  readonly observed?: true;
  readonly description: string;
}

export type AttributeDefinitions = Readonly<Record<string, AttributeDefinition>>;

interface Category {
  readonly scheme: string;
  readonly term: string;
  readonly title: string;
  readonly attributes: AttributeDefinitions;
}

/** GFD.221, Kind. `location` is an absolute path that ends in `/`; an abstract kind has none. */
export interface Kind extends Category {
  readonly class: 'kind';
  readonly parent?: TypeId;
  readonly actions: readonly TypeId[];
  readonly location?: string;
}

/** GFD.221, Mixin. `applies` empty: any entity. `tenant`: shown in discovery to that tenant only. */
export interface Mixin extends Category {
  readonly class: 'mixin';
  readonly depends: readonly TypeId[];
  readonly applies: readonly TypeId[];
  readonly actions: readonly TypeId[];
  readonly location: string;
  readonly tenant?: string;
}

/**
 * GFD.221, Action. `aliases` are further identifiers under which clients may ask for it: those of
 * drafts and of other readings of the standard. They are accepted, and never shown.
 */
export interface Action extends Category {
  readonly class: 'action';
  readonly aliases?: readonly TypeId[];
}

/** Made once for each, since it is what nearly everything is looked up by: the same string is found fastest. */
const types = new WeakMap<object, TypeId>();

export function typeOf(category: { readonly scheme: string; readonly term: string }): TypeId {
  let type = types.get(category);
  if (type === undefined) types.set(category, (type = (category.scheme + category.term) as TypeId));
  return type;
}
