import type { EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import type { EntityId, VendorId } from '../shared/ids.ts';
import { checkedAnswer } from '../vendor-host/answer-check.ts';
import type { Reply } from '../vendor-kit/types.ts';
import { answered, invitationKey, invitationsOf, invitationWrite } from './invitation.ts';
import { cfpKept, invitationKept, isPublished } from './kept.ts';
import { proposalCreate } from './proposal-make.ts';
import type { BrokerTools } from './tools.ts';

/** Outcomes that a late answer still improves on: it is known now that the vendor did answer. */
const UNANSWERED: ReadonlySet<string> = new Set(['sending', 'sent', 'timed_out', 'withdrawn', 'failed']);

/**
 * A proposal that came after the round: stored, rejected at once, and counted in the vendor's record. `key`: of the
 * call that it answers. What answers an older revision is not kept: nobody asks that any more.
 */
export async function storeLate(
  cfpId: EntityId,
  vendor: VendorId,
  key: string,
  answer: unknown,
  tools: BrokerTools,
): Promise<void> {
  const { store, metrics, vendors } = tools.deps;
  const reply = checkedAnswer('getOffer', answer) as unknown as Reply;
  if (reply.type !== 'propose') return;
  const cfp = await store.get(cfpId);
  if (cfp === undefined || !isPublished(cfp) || key !== invitationKey(cfp, vendor)) return;
  const invitation = (await invitationsOf(cfp, store)).find((one) => one.vendor === vendor);
  if (invitation === undefined || cfp.state === 'open' || !UNANSWERED.has(invitation.state ?? '')) return;
  const now = tools.now();
  const make = tools.maker(cfp);
  const proposing = { id: vendor, provisions: vendors.get(vendor)?.capabilities.provisions ?? false };
  const proposals = reply.offers
    .slice(0, cfpKept(cfp).terms.perVendor)
    .map((offer): EntityRecord => make(offer, proposing, now, true));
  const late = answered(
    invitation,
    'late',
    {
      vendor,
      outcome: 'late',
      code: 'late',
      detail: 'It proposed after the call was closed',
      final: true,
      proposals: proposals.length,
      seconds: Math.max(0, now - invitationKept(invitation).asked) / 1000,
    },
    now,
    tools.deps.newId,
  );
  metrics.count('parley_answers_total', "Vendors' answers to calls", { outcome: 'late' });
  await store.write([
    invitationWrite(invitation, late),
    ...proposals.map((proposal): Write => proposalCreate(proposal, tools.pathOf(proposal), 'late')),
  ]);
}
