import type { Problems } from '../../shared/errors.ts';
import { isObject, pointer, type Json, type JsonObject } from '../../shared/json.ts';
import type { TypeId } from '../../shared/ids.ts';
import type { ModelLookup } from './types.ts';

/**
 * Attribute names are flat keys (GFD.226, Attributes). In the drafts before 2015 they were nested by their dots,
 * and many clients still write `{"occi": {"compute": {"cores": 2}}}`. No attribute of an entity is named without a
 * dot, so what has none and is an object is such a nest; it ends where a name is that of an attribute, or
 * where a value is no object.
 */
export function flatAttributes(
  attributes: JsonObject,
  types: readonly TypeId[],
  model: ModelLookup,
  path: string,
  problems: Problems,
): JsonObject {
  if (!Object.entries(attributes).some(([name, value]) => isNest(name, value))) return attributes;
  const flat = new Map<string, Json>();
  const put = (name: string, value: Json): void => {
    if (flat.has(name)) problems.add(pointer(path, name), 'attribute_repeated', `${name} is given nested and flat`);
    else flat.set(name, value);
  };
  const unfold = (prefix: string, nest: JsonObject): void => {
    for (const [key, value] of Object.entries(nest)) {
      const name = `${prefix}.${key}`;
      if (isObject(value) && Object.keys(value).length > 0 && model.attribute(name, types) === undefined)
        unfold(name, value);
      else put(name, value);
    }
  };
  for (const [name, value] of Object.entries(attributes)) {
    if (isNest(name, value)) unfold(name, value);
    else put(name, value);
  }
  return Object.fromEntries(flat);
}

function isNest(name: string, value: Json): value is JsonObject {
  return !name.includes('.') && isObject(value) && Object.keys(value).length > 0;
}
