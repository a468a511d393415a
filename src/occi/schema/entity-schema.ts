import type { TypeId } from '../../shared/ids.ts';
import type { JsonObject } from '../../shared/json.ts';
import { typeOf } from '../category.ts';
import type { ModelRegistry } from '../registry.ts';
import { kindAttributes } from './model.ts';
import { attributesSchema } from './validator.ts';

const TYPE_ID = { type: 'string', pattern: '^\\S+#\\S+$' } as const;
const END = {
  type: 'object',
  properties: { location: { type: 'string' }, kind: TYPE_ID },
  required: ['location'],
} as const;

/**
 * An entity of a kind in the JSON rendering (GFD.226, resource and link) as JSON Schema (2020-12). Mixins
 * may add attributes, so those of the kind are described and others are not forbidden.
 */
export function entitySchema(registry: ModelRegistry, type: TypeId): JsonObject {
  const line = registry.lineage(type);
  const kind = line[0];
  if (kind === undefined) throw new RangeError(`no kind ${type}`);
  const link = registry.isLink(type);
  const attributes = attributesSchema(kindAttributes(line));
  return {
    title: kind.title,
    type: 'object',
    properties: {
      kind: { const: typeOf(kind) },
      id: { type: 'string', readOnly: true },
      title: { type: 'string' },
      mixins: { type: 'array', items: TYPE_ID },
      attributes: { ...attributes, additionalProperties: true },
      actions: { type: 'array', items: TYPE_ID, readOnly: true },
      ...(link
        ? { source: END, target: END }
        : { summary: { type: 'string' }, links: { type: 'array', items: { type: 'object' } } }),
    },
    required: ['kind', ...(attributes['required'] === undefined ? [] : ['attributes'])],
  };
}
