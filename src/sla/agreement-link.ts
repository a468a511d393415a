import type { EntityRecord, LinkEnd } from '../occi/entity.ts';
import type { Behaviour, Drafted, RequestContext } from '../occi/extension.ts';
import { Conflict, Forbidden, Problems, Unprocessable } from '../shared/errors.ts';
import { isTerminal } from '../shared/state-machine.ts';
import { vendorsOwn } from './agreement-behaviour.ts';
import { agreementStates } from './agreement-states.ts';
import { agreementState } from './agreement-kept.ts';
import { phaseOf } from './change.ts';
import { agreementLinkType, agreementType, slaType } from './names.ts';
import { slaStates } from './states.ts';
import type { SlaTools } from './tools.ts';

/**
 * GFD.228 section 3.2: from an agreement to a resource that it is about. The standard states no direction; its
 * figure leads away from the agreement, so a link that was sent the other way round is turned. Those of an SLA
 * are made with it, and go with it.
 */
export function agreementLinkBehaviour(tools: SlaTools): Behaviour {
  const again = (record: EntityRecord): void => {
    if (record.parent !== undefined) tools.again(record.parent, 250);
  };
  return {
    kind: agreementLinkType,
    ...vendorsOwn,
    async create(draft, _document, ctx) {
      return joined(draft, ctx);
    },
    created: again,
    async update(draft, before, ctx) {
      again(before);
      if (draft.source?.location === before.source?.location && draft.target?.location === before.target?.location)
        return { record: draft };
      const parent = before.parent === undefined ? undefined : await ctx.store.get(before.parent);
      if (parent?.kind === slaType) throw madeWithSla();
      return joined(draft, ctx);
    },
    async remove(record, ctx) {
      const parent = record.parent === undefined ? undefined : await ctx.store.get(record.parent);
      if (parent?.kind !== slaType) {
        again(record);
        return { how: 'remove' };
      }
      if (!parent.hidden && !isTerminal(slaStates, phaseOf(parent))) throw madeWithSla();
      return { how: 'hide' };
    },
  };
}

function madeWithSla(): Conflict {
  return new Conflict('sla_live', 'What an SLA is about was agreed: terminate the SLA instead', {
    extra: { use: 'terminate', moves: [] },
  });
}

async function joined(draft: EntityRecord, ctx: RequestContext): Promise<Drafted> {
  const [source, target] = await Promise.all([at(draft.source, ctx), at(draft.target, ctx)]);
  const turned = !isAgreement(source) && isAgreement(target);
  const agreement = turned ? target : source;
  const problems = new Problems();
  if (!isAgreement(agreement))
    problems.add('/source', 'source_not_agreement', 'an agreement link leads from an agreement');
  if (isAgreement(source) && isAgreement(target))
    problems.add('/target', 'target_is_agreement', 'an agreement link leads to a resource');
  problems.throwIfAny(
    (list) => new Unprocessable('invalid_link', 'The link makes no sense as written', { problems: list }),
  );
  if (agreement === undefined) throw new TypeError('an agreement link without an agreement passed its checks');
  if (agreement.kind !== agreementType)
    throw new Forbidden('links_of_sla', 'The links of an SLA are made with it, by the award');
  const state = agreementState(agreement);
  if (isTerminal(agreementStates, state))
    throw new Conflict('state_forbids', `Nothing is linked to an agreement that is ${state}`, {
      extra: { state, moves: [] },
    });
  const ends = turned ? { source: draft.target, target: draft.source } : {};
  return {
    record: {
      ...draft,
      ...(ends.source === undefined ? {} : { source: ends.source }),
      ...(ends.target === undefined ? {} : { target: ends.target }),
      parent: agreement.id,
      ...(agreement.vendor === undefined ? {} : { vendor: agreement.vendor }),
    },
  };
}

async function at(end: LinkEnd | undefined, ctx: RequestContext): Promise<EntityRecord | undefined> {
  return end === undefined ? undefined : ctx.resolve(end.location);
}

function isAgreement(record: EntityRecord | undefined): record is EntityRecord {
  return record?.kind === agreementType || record?.kind === slaType;
}
