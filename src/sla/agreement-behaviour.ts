import type { EntityRecord } from '../occi/entity.ts';
import type { Behaviour } from '../occi/extension.ts';
import { Conflict } from '../shared/errors.ts';
import type { EntityId } from '../shared/ids.ts';
import { agreementActs } from './agreement-actions.ts';
import { agreementState } from './agreement-kept.ts';
import { changedOffer, offered } from './agreement-offer.ts';
import { templateOf, type AgreementParts } from './agreement-parts.ts';
import { agreementStates } from './agreement-states.ts';
import { agreementType, slaAttr } from './names.ts';

/** What a vendor sees: what is its own. */
export const vendorsOwn: Pick<Behaviour, 'visibleToVendor' | 'vendorScope'> = {
  visibleToVendor: (record, ctx) => Promise.resolve(record.vendor !== undefined && record.vendor === ctx.caller.vendor),
  vendorScope: (ctx) => Promise.resolve(ctx.caller.vendor === undefined ? undefined : { vendor: ctx.caller.vendor }),
};

/**
 * Agreements that clients offer themselves (GFD.228): pending until the provider accepts or rejects, then followed
 * by the levels of their template over the resources that are linked. `run` takes one as far as it goes now.
 */
export function agreementBehaviour(parts: AgreementParts, run: (id: EntityId) => Promise<void>): Behaviour {
  const { tools } = parts;
  return {
    kind: agreementType,
    states: agreementStates,
    stateAttribute: slaAttr.state,
    actions: agreementActs(parts, run),
    ...vendorsOwn,
    create: (draft) => Promise.resolve().then(() => offered(draft, parts)),
    created(record) {
      tools.again(record.id, 0);
    },
    update: (draft, before) =>
      Promise.resolve().then(() => {
        const drafted = changedOffer(draft, before, parts);
        tools.again(before.id, 250);
        return drafted;
      }),
    remove(record: EntityRecord) {
      const state = agreementState(record);
      if (state === 'accepted' || state === 'suspended')
        return Promise.reject(
          new Conflict('agreement_live', 'A live agreement is not deleted: terminate it', {
            extra: { state, use: 'terminate', moves: ['terminate'] },
          }),
        );
      return Promise.resolve({ how: state === 'pending' ? 'remove' : 'hide' });
    },
    // An offer by a template that binds a vendor is answered by itself, once what it is about is linked.
    settled: (record) => record.state !== 'pending' || templateOf(record, parts)?.vendor === undefined,
    onDue: (record) => run(record.id),
  };
}
