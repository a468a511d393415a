import type { Mixin } from '../../occi/category.ts';
import type { Attributes, EntityRecord } from '../../occi/entity.ts';
import type { ActionResult, RequestContext } from '../../occi/extension.ts';
import { Conflict } from '../../shared/errors.ts';
import { tenantId, vendorId, type TypeId } from '../../shared/ids.ts';
import type { ResourceInternal } from '../backend.ts';
import { templateOf } from './market.ts';
import type { DirectParts } from './parts.ts';
import { refusalOf } from './plan.ts';
import { callOf } from './record.ts';

const SPACE = 'templates';

interface Kept {
  readonly mixin: TypeId;
  readonly title: string;
  readonly vendor: string;
}

/**
 * GFD.224 section 4.1: a template is made of the instance, its mixin is the answer, and the tenant finds it in
 * discovery from then on. 409 `not_supported` where the vendor cannot. Each request makes a template of its own: an
 * instance goes on writing while its record stays as it is, so what was saved before is not what is saved now.
 */
export async function saveTemplate(
  record: EntityRecord,
  attributes: Attributes,
  { vendors, values, registry, market }: DirectParts,
  { newId }: Pick<RequestContext, 'newId'>,
): Promise<ActionResult> {
  const { ref } = record.internal as ResourceInternal;
  if (ref === undefined || record.vendor === undefined)
    throw new Conflict('not_provisioned', 'There is nothing to save: no vendor has made it yet', {
      extra: { state: record.state ?? null, moves: ['start'] },
    });
  const { name } = attributes;
  const answer = await vendors.save(
    record.vendor,
    { ref, kind: record.kind },
    typeof name === 'string' && name !== '' ? name : (record.title ?? 'saved'),
    callOf(record, `:save:${newId()}`),
  );
  if (answer.type !== 'done') throw refusalOf(answer, { state: record.state ?? null });
  const kept: Kept = { ...answer.value, vendor: record.vendor };
  // Kept first: what the client is told of is there after any crash.
  await values.set(SPACE, `${record.tenant} ${kept.mixin}`, JSON.stringify(kept));
  const mixin = savedMixin(kept, record.tenant);
  registry().addMixin(mixin);
  market.learn(kept.mixin, record.vendor);
  return { type: 'categories', mixins: [mixin] };
}

/** Brings back the templates that customers made, after a start. */
export async function restoreTemplates({ values, registry, market }: DirectParts): Promise<void> {
  for (const [key, text] of await values.entries(SPACE)) {
    const kept = JSON.parse(text) as Kept;
    registry().addMixin(savedMixin(kept, key.slice(0, key.indexOf(' '))));
    market.learn(kept.mixin, vendorId(kept.vendor));
  }
}

function savedMixin(kept: Kept, tenant: string): Mixin {
  return { ...templateOf(kept, '/os_tpl/saved/'), tenant: tenantId(tenant) };
}
