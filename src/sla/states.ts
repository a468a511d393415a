import type { Actor, Move, StateTable } from '../shared/state-machine.ts';

/**
 * The phases of an SLA. `EntityRecord.state` of an SLA holds the phase, so that lists by state can
 * tell an SLA that is being provisioned from one that is in force; `occi.agreement.state` follows
 * from it (`agreementStateOf`).
 */
export type SlaPhase =
  | 'offered'
  | 'confirming'
  | 'reconciling'
  | 'rejected'
  | 'scheduled'
  | 'provisioning'
  | 'compensating'
  | 'active'
  | 'degraded'
  | 'suspended'
  | 'reclaiming'
  | 'terminating'
  | 'completed'
  | 'cancelled'
  | 'failed'
  | 'breached'
  | 'reclaimed'
  | 'superseded';

export type SlaTrigger =
  | 'award'
  | 'offer'
  | 'accept'
  | 'reject'
  | 'lose'
  | 'give-up'
  | 'begin'
  | 'activate'
  | 'undo'
  | 'undone'
  | 'stuck'
  | 'degrade'
  | 'recover'
  | 'suspend'
  | 'resume'
  | 'expire'
  | 'reclaim'
  | 'reclaimed'
  | 'renegotiate'
  | 'renew'
  | 'supersede'
  | 'terminate'
  | 'end'
  | 'settle';

/** GFD.228, the states of an agreement. */
export type AgreementState = 'pending' | 'accepted' | 'rejected' | 'suspended' | 'terminated';

const move = (
  row: string,
  from: SlaPhase | null,
  to: SlaPhase,
  on: SlaTrigger,
  ...by: readonly Actor[]
): Move<SlaPhase, SlaTrigger> => ({ row, from, to, on, by });

const moves: readonly Move<SlaPhase, SlaTrigger>[] = [
  move('S1', null, 'offered', 'award', 'broker', 'customer', 'operator'),
  move('S2', 'offered', 'confirming', 'offer', 'broker'),
  move('S3', 'confirming', 'provisioning', 'accept', 'vendor', 'operator', 'broker'),
  move('S3', 'confirming', 'scheduled', 'accept', 'vendor', 'operator', 'broker'),
  move('S3', 'scheduled', 'provisioning', 'begin', 'timer', 'broker'),
  move('S4', 'confirming', 'rejected', 'reject', 'vendor', 'customer', 'operator', 'broker'),
  move('S5', 'confirming', 'reconciling', 'lose', 'broker', 'timer'),
  move('S5', 'reconciling', 'provisioning', 'accept', 'vendor', 'operator', 'broker'),
  move('S5', 'reconciling', 'scheduled', 'accept', 'vendor', 'operator', 'broker'),
  move('S5', 'reconciling', 'rejected', 'reject', 'vendor', 'customer', 'operator', 'broker'),
  move('S5', 'reconciling', 'rejected', 'give-up', 'broker'),
  move('S6', 'offered', 'rejected', 'reject', 'customer', 'operator', 'broker'),
  move('S7', 'provisioning', 'active', 'activate', 'broker'),
  move('S8', 'provisioning', 'compensating', 'undo', 'broker', 'timer', 'customer', 'operator'),
  move('S9', 'compensating', 'failed', 'undone', 'broker'),
  move('S10', 'compensating', 'failed', 'stuck', 'broker', 'timer'),
  move('S11', 'active', 'degraded', 'degrade', 'broker'),
  move('S11', 'degraded', 'active', 'recover', 'broker'),
  move('S12', 'active', 'suspended', 'suspend', 'customer', 'operator', 'vendor'),
  move('S12', 'degraded', 'suspended', 'suspend', 'customer', 'operator', 'vendor'),
  move('S13', 'suspended', 'active', 'resume', 'customer', 'operator', 'vendor'),
  move('S13', 'suspended', 'terminating', 'expire', 'timer'),
  move('S14', 'active', 'reclaiming', 'reclaim', 'vendor'),
  move('S14', 'degraded', 'reclaiming', 'reclaim', 'vendor'),
  move('S15', 'reclaiming', 'active', 'resume', 'vendor', 'operator'),
  move('S16', 'reclaiming', 'terminating', 'reclaimed', 'timer'),
  move('S17', 'active', 'active', 'renegotiate', 'customer', 'vendor', 'operator'),
  move('S17', 'active', 'superseded', 'supersede', 'broker'),
  move('S17', 'active', 'active', 'renew', 'customer', 'operator'),
  move('S18', 'scheduled', 'terminating', 'terminate', 'customer', 'vendor', 'operator'),
  move('S18', 'active', 'terminating', 'terminate', 'customer', 'vendor', 'operator'),
  move('S18', 'degraded', 'terminating', 'terminate', 'customer', 'vendor', 'operator'),
  move('S18', 'suspended', 'terminating', 'terminate', 'customer', 'vendor', 'operator'),
  move('S18', 'reclaiming', 'terminating', 'terminate', 'customer', 'vendor', 'operator'),
  move('S18', 'active', 'terminating', 'end', 'timer', 'broker'),
  move('S18', 'degraded', 'terminating', 'end', 'timer', 'broker'),
  move('S18', 'suspended', 'terminating', 'end', 'timer', 'broker'),
  move('S18', 'reclaiming', 'terminating', 'end', 'timer', 'broker'),
  move('S18', 'provisioning', 'compensating', 'terminate', 'customer', 'vendor', 'operator'),
  move('S19', 'terminating', 'completed', 'settle', 'broker'),
  move('S19', 'terminating', 'cancelled', 'settle', 'broker'),
  move('S19', 'terminating', 'failed', 'settle', 'broker'),
  move('S19', 'terminating', 'breached', 'settle', 'broker'),
  move('S19', 'terminating', 'reclaimed', 'settle', 'broker'),
];

/** The life of an SLA: GFD.228's states refined into phases; a WS-Agreement (GFD.192) underneath. */
export const slaStates: StateTable<SlaPhase, SlaTrigger> = {
  name: 'sla',
  states: [
    'offered',
    'confirming',
    'reconciling',
    'rejected',
    'scheduled',
    'provisioning',
    'compensating',
    'active',
    'degraded',
    'suspended',
    'reclaiming',
    'terminating',
    'completed',
    'cancelled',
    'failed',
    'breached',
    'reclaimed',
    'superseded',
  ],
  terminal: ['rejected', 'completed', 'cancelled', 'failed', 'breached', 'reclaimed', 'superseded'],
  moves,
};

const AGREEMENT_STATES: Readonly<Record<SlaPhase, AgreementState>> = {
  offered: 'pending',
  confirming: 'pending',
  reconciling: 'pending',
  rejected: 'rejected',
  scheduled: 'accepted',
  provisioning: 'accepted',
  compensating: 'accepted',
  active: 'accepted',
  degraded: 'accepted',
  suspended: 'suspended',
  reclaiming: 'accepted',
  terminating: 'accepted',
  completed: 'terminated',
  cancelled: 'terminated',
  failed: 'terminated',
  breached: 'terminated',
  reclaimed: 'terminated',
  superseded: 'terminated',
};

/** The state of GFD.228 that a phase belongs to; one that is terminated out of a suspension stays suspended until it has ended. */
export function agreementStateOf(phase: SlaPhase, before?: SlaPhase): AgreementState {
  return phase === 'terminating' && before === 'suspended' ? 'suspended' : AGREEMENT_STATES[phase];
}

/** In force, as far as measuring and evaluating go. */
export const phasesInForce: readonly SlaPhase[] = ['active', 'degraded', 'suspended', 'reclaiming'];

export function isSlaPhase(text: string | undefined): text is SlaPhase {
  return text !== undefined && (slaStates.states as readonly string[]).includes(text);
}
