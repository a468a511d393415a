import type { EntityRecord } from '../occi/entity.ts';
import { typeOf, type Mixin } from '../occi/category.ts';
import type { Behaviour } from '../occi/extension.ts';
import { Unprocessable } from '../shared/errors.ts';
import type { TypeId } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import { resourceBehaviour, type InfrastructureParts } from './behaviour.ts';
import { computeActions } from './kinds.ts';
import { resourceTemplates } from './mixins.ts';
import { COMPUTE, compute } from './names.ts';
import { computeStates } from './states.ts';

/** A template's sizes stand over the instance's own (GFD.224 section 4.5.2). */
function sized(record: EntityRecord, template: Mixin | undefined): EntityRecord {
  if (template === undefined) return record;
  const sizes: Record<string, Json> = {};
  for (const [name, { default: value }] of Object.entries(template.attributes))
    if (value !== undefined) sizes[name] = value;
  return { ...record, attributes: { ...record.attributes, ...sizes } };
}

/**
 * Compute instances: at most one size template each, which a new one replaces (GFD.222 section 4), and at most
 * one that says what is run.
 */
export function computeBehaviour(parts: InfrastructureParts): Behaviour {
  const common = resourceBehaviour(
    { kind: COMPUTE, term: 'compute', names: compute, states: computeStates, actions: computeActions },
    parts,
  );
  const sizes = new Map<TypeId, Mixin>(resourceTemplates.map((template) => [typeOf(template), template]));
  for (const [type, template] of parts.direct?.market.sizes ?? []) sizes.set(type, template);
  const runs = (type: TypeId): boolean => parts.direct?.market.runs(type) === true;
  return {
    ...common,
    async create(draft, document, ctx) {
      const named = draft.mixins.filter((type) => sizes.has(type));
      const second = [...named.slice(1), ...draft.mixins.filter(runs).slice(1)];
      if (second.length > 0)
        throw new Unprocessable('template_twice', 'A compute has at most one template of each sort', {
          problems: second.map((type) => ({
            path: `/mixins/${draft.mixins.indexOf(type)}`,
            code: 'template_twice',
            detail: `${type} is a second template`,
          })),
        });
      const record = sized(draft, named[0] === undefined ? undefined : sizes.get(named[0]));
      return (await common.create?.(record, document, ctx)) ?? { record };
    },
    async update(draft, before, ctx) {
      const fresh = draft.mixins.filter((type) => sizes.has(type) && !before.mixins.includes(type));
      const template = fresh.at(-1);
      const replaced =
        template === undefined
          ? draft
          : sized(
              { ...draft, mixins: draft.mixins.filter((type) => type === template || !sizes.has(type)) },
              sizes.get(template),
            );
      return (await common.update?.(replaced, before, ctx)) ?? { record: replaced };
    },
  };
}
