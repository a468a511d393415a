import type { Json } from '../../shared/json.ts';
import type { AttributeDefinition } from '../category.ts';
import type { Attributes } from '../entity.ts';

/**
 * Values of attributes that are read in any case, in lower case: the texts of the standard themselves write
 * some enumerations both ways (`Pending` in GFD.228's table, `pending` in its examples).
 */
export function lowered(
  attributes: Attributes,
  definition: (name: string) => AttributeDefinition | undefined,
): Attributes {
  let changed: Record<string, Json> | undefined;
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value !== 'string' || definition(name)?.anyCase !== true) continue;
    changed ??= { ...attributes };
    changed[name] = value.toLowerCase();
  }
  return changed ?? attributes;
}

/** The document with such values as they are stored. */
export function inItsCase<D extends { readonly attributes: Attributes }>(
  document: D,
  model: { readonly attributes: ReadonlyMap<string, AttributeDefinition> },
): D {
  const attributes = lowered(document.attributes, (name) => model.attributes.get(name));
  return attributes === document.attributes ? document : { ...document, attributes };
}
