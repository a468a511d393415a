import type { EntityRecord } from '../occi/entity.ts';
import type { ConnectedVendor } from '../vendor-host/port.ts';
import { VendorFault } from '../vendor-kit/fault.ts';
import type { CfpView, Ctx, Reply } from '../vendor-kit/types.ts';
import { cfpKept, invitationKept } from './kept.ts';
import type { Outcome } from './outcome.ts';
import type { BrokerTools } from './tools.ts';

/** Shortest wait between two polls of a vendor that answers later, in milliseconds. */
const LEAST_POLL = 50;

export type Asked = Reply | { readonly type: 'skipped'; readonly outcome: Outcome };

const views = new WeakMap<EntityRecord, CfpView>();

/** The call as vendors see it: no budget, no rules, nothing of other vendors. Frozen: it is one for all. */
export function cfpView(cfp: EntityRecord): CfpView {
  const known = views.get(cfp);
  if (known !== undefined) return known;
  const { terms, revision, round, replyBy } = cfpKept(cfp);
  const { from, until, length, minimum, notice, renew } = terms.period;
  const view: CfpView = deepFreeze({
    id: cfp.id,
    revision,
    round,
    replyBy,
    wanted: terms.wanted,
    levels: terms.levels,
    usage: terms.usage,
    period: {
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
      ...(length === undefined ? {} : { length }),
      ...(minimum === undefined ? {} : { minimum }),
      ...(notice === undefined ? {} : { notice }),
      ...(renew === undefined ? {} : { renew }),
    },
    perVendor: terms.perVendor,
    currency: terms.currency,
  });
  views.set(cfp, view);
  return view;
}

/**
 * Asks one vendor: whether it may answer at all, then for its offers, and again as long as it says
 * later. Throws `VendorFault`; ends on time, because the supervised calls do.
 */
export async function askVendor(
  cfp: EntityRecord,
  vendor: ConnectedVendor,
  invitation: EntityRecord,
  signal: AbortSignal,
  tools: BrokerTools,
  onTicket: (ticket: string) => void,
): Promise<Asked> {
  const { clock, log } = tools.deps;
  const { key, ticket } = invitationKept(invitation);
  const { maxReply } = vendor.profile;
  const until = Math.min(
    cfpKept(cfp).replyBy,
    maxReply === undefined ? Number.POSITIVE_INFINITY : tools.now() + maxReply,
  );
  const ctx: Ctx = {
    key,
    signal,
    deadline: new Date(until),
    tenant: cfp.tenant,
    trace: cfp.id,
    log,
  };
  const view = cfpView(cfp);
  let reply: Reply;
  if (ticket === undefined) {
    if (!tools.eligible.knows(cfp, vendor.id, tools.now())) {
      const not = await ineligible(vendor, view, ctx);
      if (not !== undefined) return { type: 'skipped', outcome: not };
    }
    reply = await vendor.calls.getOffer(view, ctx);
    if (reply.type === 'propose') tools.eligible.add(cfp, vendor.id, tools.now());
    else tools.eligible.forget(cfp, vendor.id);
  } else reply = { type: 'later', ticket, after: 0 };
  while (reply.type === 'later') {
    if (vendor.calls.poll === undefined)
      throw new VendorFault('unsupported', false, 'it answers later, and cannot be asked again');
    if (reply.ticket !== ticket) onTicket(reply.ticket);
    const wait = Math.max(LEAST_POLL, reply.after);
    if (clock.now() + wait >= until) throw new VendorFault('timed_out', true, 'it wanted more time than there is');
    await sleep(tools, wait, signal);
    reply = await vendor.calls.poll(reply.ticket, ctx);
  }
  return reply;
}

/** Cheap and asked first. A vendor that cannot even tell is asked for its offers all the same. */
async function ineligible(vendor: ConnectedVendor, view: CfpView, ctx: Ctx): Promise<Outcome | undefined> {
  try {
    const answer = await vendor.calls.canOffer(view, ctx);
    return answer.eligible ? undefined : { state: 'skipped', code: answer.code, detail: answer.detail, final: true };
  } catch (error) {
    if (error instanceof VendorFault && error.code !== 'circuit_open' && error.code !== 'aborted') return undefined;
    throw error;
  }
}

async function sleep(tools: BrokerTools, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await tools.deps.clock.sleep(ms, signal);
  } catch {
    throw new VendorFault('aborted', true, 'the call was given up');
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
