import { isDeepStrictEqual } from 'node:util';
import type { EntityRecord } from '../occi/entity.ts';
import type { Behaviour, Removal, RequestContext } from '../occi/extension.ts';
import { Conflict, type Problem } from '../shared/errors.ts';
import { pointer } from '../shared/json.ts';
import { LIVE, types } from './names.ts';

/** Was it made with an agreement? Then what it measures is evidence, and stays as it was agreed. */
export function isInstrument(record: EntityRecord): boolean {
  return typeof record.internal['sla'] === 'string';
}

export function inService(record: EntityRecord): boolean {
  return isInstrument(record) && record.state === LIVE;
}

/**
 * Of what measures an agreement that is in force, clients may change title and summary, and a
 * sensor's further aggregators and publishers. Throws `Conflict` with every other change.
 */
export function refuseChange(draft: EntityRecord, before: EntityRecord): void {
  if (!inService(before)) return;
  const problems: Problem[] = [];
  const frozen = (path: string): void => {
    problems.push({ path, code: 'instrument_of_agreement', detail: 'it belongs to an agreement that is in force' });
  };
  for (const name of Object.keys({ ...before.attributes, ...draft.attributes }))
    if (
      !isDeepStrictEqual(before.attributes[name], draft.attributes[name]) &&
      (name.startsWith('occi.') || name.startsWith('org.parley.collector.') || name.startsWith('org.parley.archiver.'))
    )
      frozen(pointer('/attributes', name));
  if (before.mixins.some((mixin) => !draft.mixins.includes(mixin))) frozen('/mixins');
  if (before.kind === types.collector && draft.mixins.length !== before.mixins.length) frozen('/mixins');
  for (const end of ['source', 'target'] as const)
    if (draft[end]?.location !== before[end]?.location) frozen(`/${end}`);
  if (problems.length > 0)
    throw new Conflict('instrument_of_agreement', 'This measures an agreement that is in force, and stays as agreed', {
      problems,
      extra: { state: before.state ?? null, moves: [] },
    });
}

/** DELETE hides: what was measured keeps its collector's record. Throws `Conflict` while an agreement needs it. */
export function removal(record: EntityRecord): Promise<Removal> {
  if (inService(record))
    return Promise.reject(
      new Conflict(
        'instrument_of_agreement',
        'This measures an agreement that is in force; terminate the agreement instead',
        {
          problems: [{ path: '', code: 'instrument_of_agreement', detail: 'terminate the agreement instead' }],
          extra: { state: record.state ?? null, moves: [] },
        },
      ),
    );
  return Promise.resolve({ how: 'hide' });
}

/** A vendor sees the instruments of its own agreements. */
export const vendorAccess: Pick<Behaviour, 'visibleToVendor' | 'vendorScope'> = {
  visibleToVendor: (record: EntityRecord, ctx: RequestContext) =>
    Promise.resolve(record.vendor !== undefined && record.vendor === ctx.caller.vendor),
  vendorScope: (ctx: RequestContext) =>
    Promise.resolve(ctx.caller.vendor === undefined ? undefined : { vendor: ctx.caller.vendor }),
};
