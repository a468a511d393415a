import { ConcurrentChange } from '../occi/concurrency.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { ActionResult, Behaviour, RequestContext } from '../occi/extension.ts';
import { Conflict } from '../shared/errors.ts';
import { isTerminal } from '../shared/state-machine.ts';
import { changed, update, type Change } from './change.ts';
import { proposalKept } from './kept.ts';
import { proposalAttr, proposalType } from './names.ts';
import type { ProposalViews } from './proposal-view.ts';
import { proposalStates, type ProposalState } from './states.ts';
import type { BrokerTools } from './tools.ts';

/** Proposals beyond the uniform interface: vendors make them by answering, never by POST. */
export function proposalBehaviour(tools: BrokerTools, views: ProposalViews): Behaviour {
  const act = async (
    record: EntityRecord,
    change: Change,
    code: string,
    detail: string,
    ctx: RequestContext,
  ): Promise<ActionResult> => {
    const after = changed(record, proposalAttr.state, tools.now(), {
      ...change,
      attributes: { [proposalAttr.reason]: { code, detail }, [proposalAttr.awardable]: false },
      due: null,
    });
    const told = { actor: ctx.caller.role, code, detail };
    const result = await ctx.store.write([update(record, after, 'proposal', tools.pathOf(record), told)]);
    if (!result.ok) throw new ConcurrentChange();
    return { type: 'entity', record: after };
  };
  const reasonIn = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);

  return {
    kind: proposalType,
    states: proposalStates,
    stateAttribute: proposalAttr.state,
    clientMay: { create: false, update: false },
    actions: {
      reject: (record, attributes, ctx) =>
        act(
          record,
          { to: 'rejected' },
          'customer_rejected',
          reasonIn(attributes['reason'], 'Rejected by the customer'),
          ctx,
        ),
      withdraw: (record, attributes, ctx) => {
        tools.deps.metrics.count('parley_proposals_withdrawn_total', 'Proposals that vendors withdrew', {
          binding: String(
            record.attributes[proposalAttr.binding] === true && proposalKept(record).validUntil > tools.now(),
          ),
        });
        return act(
          record,
          { to: 'withdrawn' },
          'withdrawn',
          reasonIn(attributes['reason'], 'Withdrawn by the vendor'),
          ctx,
        );
      },
    },
    unsupported: {
      counter: 'Counter-offers are not supported yet',
      refresh: 'Quoting again is not supported yet: send the call again',
    },
    project: (record, ctx) => views.project(record, ctx),
    remove(record) {
      if (!isTerminal(proposalStates, record.state as ProposalState))
        throw new Conflict('proposal_live', 'A live proposal is not deleted: reject it', {
          extra: { state: record.state },
        });
      return Promise.resolve({ how: 'hide' });
    },
    settled: (record) => record.state !== 'solicited',
    visibleToVendor: (record, ctx) =>
      Promise.resolve(record.vendor !== undefined && record.vendor === ctx.caller.vendor),
    vendorScope: (ctx) => Promise.resolve(ctx.caller.vendor === undefined ? undefined : { vendor: ctx.caller.vendor }),
    async onDue(record) {
      const now = tools.now();
      const open = ['advisory', 'acceptable', 'solicited'].includes(record.state ?? '');
      if (open && proposalKept(record).validUntil > now) return;
      const write = tools.proposalChange(
        record,
        open
          ? {
              to: 'expired',
              due: null,
              attributes: {
                [proposalAttr.awardable]: false,
                [proposalAttr.reason]: { code: 'expired', detail: 'Its validity is over' },
              },
            }
          : { due: null },
        { actor: 'timer', ...(open ? { code: 'expired' } : {}) },
      );
      await tools.deps.store.write([write]);
    },
  };
}
