import type { EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import type { EntityId, PrincipalId } from '../shared/ids.ts';
import { without } from '../sla/kept.ts';
import { phasesInForce, type SlaPhase } from '../sla/states.ts';
import { awardableNow, planAward } from './award.ts';
import { cfpKept, asJson } from './kept.ts';
import { cfpAttr, proposalAttr } from './names.ts';
import { decideByOf } from './evaluate.ts';
import type { BrokerTools } from './tools.ts';

const BROKER = { principal: 'broker' as PrincipalId, actor: 'broker' };

/** An SLA that counts as settled for its call (C8): in force, or confirmed for a later begin. */
const SETTLED: ReadonlySet<string> = new Set<SlaPhase>([...phasesInForce, 'scheduled', 'terminating', 'completed']);
/** It will never be in force. */
const LOST: ReadonlySet<string> = new Set<SlaPhase>(['rejected', 'failed', 'cancelled', 'breached', 'reclaimed']);

/** Goes on with a call that is being awarded: C8, or C9, C10 and C11. Safe to call at any time. */
export async function settleAward(cfp: EntityRecord, tools: BrokerTools): Promise<void> {
  const { award } = cfpKept(cfp);
  if (cfp.state !== 'awarding' || award === undefined) return;
  const [sla, proposal] = await tools.deps.store.getMany([award.sla, award.proposal]);
  if (sla === undefined || proposal === undefined) return;
  const phase = sla.state ?? '';
  if (SETTLED.has(phase)) return settled(cfp, proposal, tools);
  if (LOST.has(phase)) return lost(cfp, proposal, sla, tools);
}

/** C8 and P8: the winner is accepted; only now do the others hear that they lost (cleanup). */
async function settled(cfp: EntityRecord, proposal: EntityRecord, tools: BrokerTools): Promise<void> {
  const { write } = tools.cfpChange(
    cfp,
    { to: 'awarded', due: { at: tools.now(), action: 'cleanup' } },
    { actor: 'broker' },
  );
  const writes: Write[] = [write];
  if (proposal.state === 'selected')
    writes.push(tools.proposalChange(proposal, { to: 'accepted', due: null }, { actor: 'broker' }));
  await tools.deps.store.write(writes);
  tools.wake(cfp.id);
}

/** The attempt failed: the next one (C9), back to the customer (C10), or the end (C11). */
async function lost(cfp: EntityRecord, proposal: EntityRecord, sla: EntityRecord, tools: BrokerTools): Promise<void> {
  const { store } = tools.deps;
  const kept = cfpKept(cfp);
  const { award } = kept;
  if (award === undefined) return;
  const why = reasonOf(sla);
  const tried = [...award.tried, { proposal: award.proposal, sla: award.sla, code: why.code }];
  const out: Write[] =
    proposal.state === 'selected'
      ? [
          tools.proposalChange(
            proposal,
            { to: 'rejected', due: null, attributes: { [proposalAttr.reason]: why } },
            { actor: 'vendor', ...why },
          ),
        ]
      : [];
  const { settings } = tools.rules.of(cfp);
  const next = await awardableNow(cfp, new Set(tried.map((one) => one.proposal)), 1, store, tools);
  const [candidate] = next;
  let writes: Write[];
  let started: EntityRecord | undefined;
  if (candidate !== undefined && tried.length <= settings.award.failover) {
    const plan = planAward(cfp, candidate, BROKER, tried, tools);
    writes = [...plan.writes, ...out];
    started = plan.sla;
  } else if (candidate !== undefined && settings.award.mode === 'manual' && decideByOf(kept) > tools.now()) {
    const { write } = tools.cfpChange(
      { ...cfp, internal: asJson(without(kept, 'award')) },
      {
        to: 'ranked',
        attributes: { [cfpAttr.reason]: why },
        due: { at: decideByOf(kept), action: 'expire' },
      },
      { actor: 'broker', ...why },
    );
    writes = [write, ...out];
  } else {
    const { write } = tools.cfpChange(
      cfp,
      {
        to: 'unfulfilled',
        attributes: { [cfpAttr.reason]: { ...why, attempts: tried.length } },
        due: { at: tools.now(), action: 'cleanup' },
      },
      { actor: 'broker', ...why },
    );
    writes = [write, ...out];
  }
  const result = await store.write(writes);
  if (!result.ok || started === undefined) tools.wake(cfp.id);
  else tools.deps.sla.start(started);
}

/** Awards without asking, as the rules say (rules, Award): the best that can be awarded. */
export async function autoAward(cfp: EntityRecord, tools: BrokerTools): Promise<void> {
  const { store } = tools.deps;
  const [best] = await awardableNow(cfp, new Set(), 1, store, tools);
  if (best !== undefined) {
    const plan = planAward(cfp, best, BROKER, [], tools);
    const result = await store.write(plan.writes);
    if (result.ok) tools.deps.sla.start(plan.sla);
    else tools.wake(cfp.id);
    return;
  }
  const { write } = tools.cfpChange(
    cfp,
    { due: { at: decideByOf(cfpKept(cfp)), action: 'expire' } },
    { actor: 'broker', code: 'nothing_to_award' },
  );
  await store.write([write]);
}

function reasonOf(sla: EntityRecord): { readonly code: string; readonly detail: string } {
  const reason = sla.attributes['org.parley.sla.reason'];
  const told = (typeof reason === 'object' && reason !== null ? reason : {}) as Readonly<Record<string, unknown>>;
  const { code, detail } = told;
  return {
    code: typeof code === 'string' ? code : 'sla_failed',
    detail: typeof detail === 'string' ? detail : 'The agreement never came into force',
  };
}

export type { EntityId };
