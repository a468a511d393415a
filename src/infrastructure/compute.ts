import type { EntityRecord } from '../occi/entity.ts';
import { typeOf } from '../occi/category.ts';
import type { Behaviour } from '../occi/extension.ts';
import { Unprocessable } from '../shared/errors.ts';
import type { TypeId } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import { resourceBehaviour, type InfrastructureParts } from './behaviour.ts';
import { computeActions } from './kinds.ts';
import { resourceTemplates } from './mixins.ts';
import { COMPUTE, compute } from './names.ts';
import { computeStates } from './states.ts';

const templates = new Map(resourceTemplates.map((template) => [typeOf(template), template]));

const templatesOf = (mixins: readonly TypeId[]): readonly TypeId[] => mixins.filter((type) => templates.has(type));

/** A template's sizes stand over the instance's own (GFD.224 section 4.5.2). */
function sized(record: EntityRecord, template: TypeId | undefined): EntityRecord {
  const definitions = template === undefined ? undefined : templates.get(template)?.attributes;
  if (definitions === undefined) return record;
  const sizes: Record<string, Json> = {};
  for (const [name, { default: value }] of Object.entries(definitions)) if (value !== undefined) sizes[name] = value;
  return { ...record, attributes: { ...record.attributes, ...sizes } };
}

/** Compute instances: at most one size template each, which a new one replaces (GFD.222 section 4). */
export function computeBehaviour(parts: InfrastructureParts): Behaviour {
  const common = resourceBehaviour(
    { kind: COMPUTE, term: 'compute', names: compute, states: computeStates, actions: computeActions },
    parts,
  );
  return {
    ...common,
    create(draft) {
      const named = templatesOf(draft.mixins);
      if (named.length > 1)
        throw new Unprocessable('template_twice', 'A compute has at most one resource template', {
          problems: named.slice(1).map((type) => ({
            path: `/mixins/${draft.mixins.indexOf(type)}`,
            code: 'template_twice',
            detail: `${type} is a second template`,
          })),
        });
      return Promise.resolve({ record: sized(draft, named[0]) });
    },
    async update(draft, before, ctx) {
      const fresh = templatesOf(draft.mixins).filter((type) => !before.mixins.includes(type));
      const template = fresh.at(-1);
      const replaced =
        template === undefined
          ? draft
          : sized(
              { ...draft, mixins: draft.mixins.filter((type) => type === template || !templates.has(type)) },
              template,
            );
      return (await common.update?.(replaced, before, ctx)) ?? { record: replaced };
    },
  };
}
