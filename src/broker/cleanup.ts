import type { EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import { VendorFault } from '../vendor-kit/fault.ts';
import type { Reason } from '../vendor-kit/types.ts';
import { answered, invitationsOf, invitationWrite, isOpen, proposalsBy } from './invitation.ts';
import { answersNow, cfpKept, invitationKept, isPublished, proposalKept } from './kept.ts';
import { proposalAttr } from './names.ts';
import { proposalsOf, type BrokerTools } from './tools.ts';

const CHUNK = 200;
const TELL_MS = 10_000;

const WHY: Readonly<Record<string, Reason>> = {
  awarded: { code: 'outbid', final: true, detail: 'Another proposal was awarded' },
  unfulfilled: { code: 'infeasible', final: true, detail: 'The call ended without an award' },
  expired: { code: 'expired', final: true, detail: 'The time to decide is over' },
  cancelled: { code: 'cancelled', final: true, detail: 'The call was cancelled' },
};

/**
 * After a call has ended: what is still open of it is rejected, withdrawn and taken back, and the
 * vendors are told. Safe to run again; the call's due stands until all of it is done.
 */
export async function cleanUp(cfp: EntityRecord, tools: BrokerTools): Promise<void> {
  const why = WHY[cfp.state ?? ''];
  if (why === undefined || cfp.due?.action !== 'cleanup') return;
  if (isPublished(cfp)) {
    await takeBackSla(cfp, why, tools);
    await rejectProposals(cfp, why, tools);
    const rows = await invitationsOf(cfp, tools.deps.store);
    await closeInvitations(cfp, rows, why, tools, (proposal) => answersNow(cfp, proposal));
  }
  const { write } = tools.cfpChange(cfp, { due: null }, { actor: 'broker', code: 'cleaned_up' });
  await tools.deps.store.write([write]);
}

async function takeBackSla(cfp: EntityRecord, why: Reason, tools: BrokerTools): Promise<void> {
  const { award } = cfpKept(cfp);
  if (cfp.state === 'cancelled' && award !== undefined)
    await tools.deps.sla.abandon(award.sla, { code: why.code, detail: why.detail, actor: 'customer' });
}

async function rejectProposals(cfp: EntityRecord, why: Reason, tools: BrokerTools): Promise<void> {
  const states = ['acceptable', 'advisory', 'solicited', ...(cfp.state === 'awarded' ? [] : ['selected'])];
  const open = await proposalsOf(tools.deps.store, cfp.id, states);
  for (let at = 0; at < open.length; at += CHUNK) {
    const chunk = open.slice(at, at + CHUNK);
    await writeEach(
      chunk.map((proposal) =>
        tools.proposalChange(
          proposal,
          {
            to: 'rejected',
            due: null,
            attributes: { [proposalAttr.reason]: { code: why.code, detail: why.detail } },
          },
          { actor: 'broker', code: why.code },
        ),
      ),
      tools,
    );
  }
  for (const proposal of open) tellVendor(proposal, why, tools);
}

/** Best effort: a vendor that does not hear of it has its offer lapse by itself. */
export function tellVendor(proposal: EntityRecord, why: Reason, tools: BrokerTools): void {
  const { handle } = proposalKept(proposal);
  const vendor = proposal.vendor === undefined ? undefined : tools.deps.vendors.get(proposal.vendor);
  if (handle === undefined || vendor === undefined) return;
  const { log } = tools.deps;
  vendor.calls
    .refuseOffer(handle, why, {
      key: `${proposal.id}:refuse`,
      signal: tools.signal,
      deadline: new Date(tools.now() + TELL_MS),
      tenant: proposal.tenant,
      trace: proposal.id,
      log,
    })
    .catch((error: unknown) => {
      const code = error instanceof VendorFault ? error.code : 'threw';
      log.debug({ proposal: proposal.id, vendor: vendor.id, code }, 'rejection did not arrive');
    });
}

/** What is still open: vendors that proposed have answered, whatever is written down; the others need not any more. */
export async function closeInvitations(
  cfp: EntityRecord,
  invitations: readonly EntityRecord[],
  why: Reason,
  tools: BrokerTools,
  /** Proposals that can be answers to these invitations. */
  answering: (proposal: EntityRecord) => boolean,
): Promise<void> {
  const rows = invitations.filter(isOpen);
  if (rows.length === 0) return;
  const proposed = proposalsBy((await proposalsOf(tools.deps.store, cfp.id)).filter(answering));
  const now = tools.now();
  const { newId } = tools.deps;
  const writes = rows.flatMap((row): Write[] => {
    const { vendor } = row;
    if (vendor === undefined) return [];
    const { count, at } = proposed.get(vendor) ?? { count: 0, at: now };
    const seconds = Math.max(0, at - invitationKept(row).asked) / 1000;
    const after =
      count > 0
        ? answered(row, 'proposed', { vendor, outcome: 'proposed', proposals: count, seconds }, now, newId)
        : answered(
            row,
            'withdrawn',
            { vendor, outcome: 'withdrawn', code: why.code, detail: why.detail, final: true, seconds },
            now,
            newId,
          );
    return [invitationWrite(row, after)];
  });
  await writeEach(writes, tools);
}

/** Writes all that still can be: what changed in between is left as it is. */
export async function writeEach(writes: readonly Write[], tools: BrokerTools): Promise<void> {
  let left = writes;
  while (left.length > 0) {
    const result = await tools.deps.store.write(left);
    if (result.ok) return;
    left = left.filter((_, at) => at !== result.at);
  }
}
