import type { EntityRecord } from '../occi/entity.ts';
import type { EntityId } from '../shared/ids.ts';
import { carryOver } from './carry-over.ts';
import { cleanUp } from './cleanup.ts';
import { decideByOf, evaluate } from './evaluate.ts';
import { invitationKey, invitationsOf } from './invitation.ts';
import { cfpKept, invitationKept, isPublished, takesPart } from './kept.ts';
import { storeLate } from './late.ts';
import { cfpAttr } from './names.ts';
import type { ProposalViews } from './proposal-view.ts';
import { Round } from './round.ts';
import { autoAward, settleAward } from './settle.ts';
import type { CfpState } from './states.ts';
import { proposalsOf, type BrokerTools } from './tools.ts';

/** Rounds that run in this process. */
export type Rounds = Map<EntityId, Round>;

/** Proposals of a round that are worth tidying up after. */
const MANY = 32;

/** Calls that were just stored with their invitations, so that neither need be read again. */
export type Fresh = Map<EntityId, { readonly cfp: EntityRecord; readonly invitations: readonly EntityRecord[] }>;

/** Goes on with a call from wherever it stands. Safe to call at any time, and again. */
export async function advanceCfp(
  id: EntityId,
  tools: BrokerTools,
  rounds: Rounds,
  views: ProposalViews,
  fresh: Fresh,
): Promise<void> {
  const cfp = fresh.get(id)?.cfp ?? (await tools.deps.store.get(id));
  if (cfp === undefined || tools.signal.aborted) return;
  if (!isPublished(cfp)) return cleanUp(cfp, tools);
  switch (cfp.state as CfpState) {
    case 'draft':
      return;
    case 'open':
      await openOrResume(cfp, tools, rounds, views, fresh);
      fresh.delete(id);
      return;
    case 'evaluating':
      return finishEvaluating(cfp, tools);
    case 'ranked':
      if (cfp.due?.action === 'auto') return autoAward(cfp, tools);
      if (decideByOf(cfpKept(cfp)) <= tools.now()) await expire(cfp, tools);
      return;
    case 'awarding':
      return settleAward(cfp, tools);
    case 'awarded':
    case 'unfulfilled':
    case 'expired':
    case 'cancelled':
      return cleanUp(cfp, tools);
  }
}

async function openOrResume(
  cfp: EntityRecord,
  tools: BrokerTools,
  rounds: Rounds,
  views: ProposalViews,
  fresh: Fresh,
): Promise<void> {
  const running = rounds.get(cfp.id);
  if (running !== undefined) {
    if (cfpKept(cfp).replyBy <= tools.now()) await running.close({ actor: 'timer', code: 'reply_by' });
    return;
  }
  const just = fresh.get(cfp.id);
  if (just !== undefined) {
    begin(cfp, just.invitations, [], tools, rounds, views);
    return;
  }
  const { store } = tools.deps;
  await carryOver(cfp, tools);
  const [now, invitations, proposals] = await Promise.all([
    store.get(cfp.id),
    invitationsOf(cfp, store),
    proposalsOf(store, cfp.id),
  ]);
  if (now?.rev === cfp.rev) begin(cfp, invitations, proposals, tools, rounds, views);
  else tools.wake(cfp.id);
}

function begin(
  cfp: EntityRecord,
  invitations: readonly EntityRecord[],
  proposals: readonly EntityRecord[],
  tools: BrokerTools,
  rounds: Rounds,
  views: ProposalViews,
): void {
  if (tools.signal.aborted || rounds.has(cfp.id)) return;
  const taking = proposals.filter((proposal) => takesPart(cfp, proposal));
  const round = new Round(cfp, invitations, taking, tools, {
    closed(after, ranking) {
      if (rounds.get(cfp.id) === round) rounds.delete(cfp.id);
      if (ranking !== undefined) views.remember(after, Promise.resolve(ranking));
      // An award without asking, clearing up after a call without outcome, or once more from what is stored.
      if (after.state !== 'ranked' || after.due?.action === 'auto') tools.wake(after.id);
    },
    atRest(proposals) {
      // Where another round runs somebody waits, and its end is soon enough.
      if (proposals >= MANY && rounds.size === 0) setImmediate(tidy, tools);
    },
    late(call, vendor, reply) {
      storeLate(call.id, vendor, invitationKey(call, vendor), reply, tools).catch((error: unknown) => {
        tools.deps.log.warn({ cfp: call.id, vendor, err: error }, 'late answer not stored');
      });
    },
  });
  rounds.set(cfp.id, round);
  round.start();
}

/** A function of its own: one made where the round is in sight would keep it alive, and nothing could be tidied up. */
function tidy({ deps }: BrokerTools): void {
  deps.tidy?.();
}

/** Never at rest here: evaluating and its outcome are one write. It can only be left over by another version. */
async function finishEvaluating(cfp: EntityRecord, tools: BrokerTools): Promise<void> {
  const [invitations, proposals] = await Promise.all([
    invitationsOf(cfp, tools.deps.store),
    proposalsOf(tools.deps.store, cfp.id),
  ]);
  const answers = invitations.flatMap((row) => invitationKept(row).answer ?? []);
  const taking = proposals.filter((proposal) => takesPart(cfp, proposal));
  const { writes } = evaluate(cfp, taking, answers, { actor: 'broker', code: 'resumed' }, tools);
  await tools.deps.store.write(writes);
  tools.wake(cfp.id);
}

/** C12. */
async function expire(cfp: EntityRecord, tools: BrokerTools): Promise<void> {
  const { write } = tools.cfpChange(
    cfp,
    {
      to: 'expired',
      attributes: { [cfpAttr.reason]: { code: 'decide_by_passed', detail: 'Nothing was awarded in time' } },
      due: { at: tools.now(), action: 'cleanup' },
    },
    { actor: 'timer', code: 'decide_by_passed' },
  );
  const result = await tools.deps.store.write([write]);
  if (result.ok) tools.wake(cfp.id);
}
