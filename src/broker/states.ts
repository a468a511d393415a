import type { Actor, Move, StateTable } from '../shared/state-machine.ts';

export type CfpState =
  'draft' | 'open' | 'evaluating' | 'ranked' | 'awarding' | 'awarded' | 'unfulfilled' | 'expired' | 'cancelled';

export type CfpTrigger =
  | 'create'
  | 'publish'
  | 'extend'
  | 'close'
  | 'counter'
  | 'rank'
  | 'fail'
  | 'award'
  | 'settle'
  | 'failover'
  | 'return'
  | 'expire'
  | 'cancel'
  | 'revise';

const cfp = (
  row: string,
  from: CfpState | null,
  to: CfpState,
  on: CfpTrigger,
  ...by: readonly Actor[]
): Move<CfpState, CfpTrigger> => ({ row, from, to, on, by });

/** A call for proposals: the initiator's side of FIPA's Iterated Contract Net (SC00030H). */
export const cfpStates: StateTable<CfpState, CfpTrigger> = {
  name: 'cfp',
  states: ['draft', 'open', 'evaluating', 'ranked', 'awarding', 'awarded', 'unfulfilled', 'expired', 'cancelled'],
  terminal: ['awarded', 'unfulfilled', 'expired', 'cancelled'],
  moves: [
    cfp('C1', null, 'draft', 'create', 'customer', 'operator'),
    cfp('C2', null, 'open', 'create', 'customer', 'operator'),
    cfp('C2', 'draft', 'open', 'publish', 'customer', 'operator'),
    cfp('C3', 'open', 'evaluating', 'close', 'broker', 'timer'),
    cfp('C3', 'open', 'open', 'extend', 'customer', 'operator', 'broker'),
    cfp('C4', 'evaluating', 'open', 'counter', 'broker'),
    cfp('C5', 'evaluating', 'ranked', 'rank', 'broker'),
    cfp('C6', 'evaluating', 'unfulfilled', 'fail', 'broker'),
    cfp('C7', 'ranked', 'awarding', 'award', 'customer', 'operator', 'broker'),
    cfp('C8', 'awarding', 'awarded', 'settle', 'broker'),
    cfp('C9', 'awarding', 'awarding', 'failover', 'broker'),
    cfp('C10', 'awarding', 'ranked', 'return', 'broker'),
    cfp('C11', 'awarding', 'unfulfilled', 'fail', 'broker'),
    cfp('C12', 'ranked', 'expired', 'expire', 'timer'),
    cfp('C13', 'draft', 'cancelled', 'cancel', 'customer', 'operator'),
    cfp('C13', 'open', 'cancelled', 'cancel', 'customer', 'operator'),
    cfp('C13', 'evaluating', 'cancelled', 'cancel', 'customer', 'operator'),
    cfp('C13', 'ranked', 'cancelled', 'cancel', 'customer', 'operator'),
    cfp('C13', 'awarding', 'cancelled', 'cancel', 'customer', 'operator'),
    cfp('C14', 'ranked', 'open', 'revise', 'customer', 'operator'),
  ],
};

export type InvitationState =
  | 'pending'
  | 'sending'
  | 'sent'
  | 'proposed'
  | 'refused'
  | 'not_understood'
  | 'failed'
  | 'timed_out'
  | 'late'
  | 'skipped'
  | 'withdrawn';

export type InvitationTrigger =
  | 'invite'
  | 'skip'
  | 'send'
  | 'wait'
  | 'propose'
  | 'refuse'
  | 'not-understood'
  | 'fail'
  | 'time-out'
  | 'late'
  | 'withdraw';

const invitation = (
  row: string,
  from: InvitationState | null,
  to: InvitationState,
  on: InvitationTrigger,
  ...by: readonly Actor[]
): Move<InvitationState, InvitationTrigger> => ({ row, from, to, on, by });

const answers = (from: 'sending' | 'sent'): readonly Move<InvitationState, InvitationTrigger>[] => [
  invitation('I4', from, 'proposed', 'propose', 'vendor'),
  invitation('I5', from, 'refused', 'refuse', 'vendor'),
  invitation('I6', from, 'not_understood', 'not-understood', 'vendor'),
  invitation('I7', from, 'failed', 'fail', 'vendor', 'broker'),
  invitation('I8', from, 'timed_out', 'time-out', 'timer'),
  invitation('I9', from, 'withdrawn', 'withdraw', 'broker', 'vendor'),
  invitation('I10', from, 'late', 'late', 'vendor'),
];

/**
 * One vendor's invitation in one round: a row of its own, so that a thousand answers never contend
 * for one document. Until there is an answer or a ticket the call itself, which names all whom it
 * invites, stands for the rows: it is the round's one batched intent, stored before the calls.
 */
export const invitationStates: StateTable<InvitationState, InvitationTrigger> = {
  name: 'invitation',
  states: [
    'pending',
    'sending',
    'sent',
    'proposed',
    'refused',
    'not_understood',
    'failed',
    'timed_out',
    'late',
    'skipped',
    'withdrawn',
  ],
  terminal: ['proposed', 'refused', 'not_understood', 'failed', 'late', 'skipped', 'withdrawn'],
  moves: [
    invitation('I1', null, 'pending', 'invite', 'broker'),
    invitation('I1', 'pending', 'sending', 'send', 'broker'),
    invitation('I2', 'pending', 'skipped', 'skip', 'broker'),
    invitation('I2', 'sending', 'skipped', 'skip', 'vendor', 'broker'),
    invitation('I3', 'sending', 'sent', 'wait', 'vendor'),
    ...answers('sending'),
    ...answers('sent'),
    invitation('I10', 'timed_out', 'late', 'late', 'vendor'),
  ],
};

export type ProposalState =
  | 'advisory'
  | 'solicited'
  | 'acceptable'
  | 'selected'
  | 'accepted'
  | 'rejected'
  | 'withdrawn'
  | 'expired'
  | 'superseded'
  | 'void';

export type ProposalTrigger =
  | 'propose'
  | 'complete'
  | 'late'
  | 'counter'
  | 'answer'
  | 'refuse'
  | 'refresh'
  | 'revise'
  | 'select'
  | 'accept'
  | 'retry'
  | 'reject'
  | 'withdraw'
  | 'expire';

const proposal = (
  row: string,
  from: ProposalState | null,
  to: ProposalState,
  on: ProposalTrigger,
  ...by: readonly Actor[]
): Move<ProposalState, ProposalTrigger> => ({ row, from, to, on, by });

/** A proposal: WS-Agreement Negotiation's offer states (GFD.193), with their ends told apart. */
export const proposalStates: StateTable<ProposalState, ProposalTrigger> = {
  name: 'proposal',
  states: [
    'advisory',
    'solicited',
    'acceptable',
    'selected',
    'accepted',
    'rejected',
    'withdrawn',
    'expired',
    'superseded',
    'void',
  ],
  terminal: ['accepted', 'rejected', 'withdrawn', 'expired', 'superseded', 'void'],
  moves: [
    proposal('P1', null, 'advisory', 'propose', 'vendor'),
    proposal('P2', null, 'acceptable', 'propose', 'vendor'),
    proposal('P2b', 'advisory', 'acceptable', 'complete', 'vendor'),
    proposal('P3', null, 'void', 'propose', 'vendor'),
    proposal('P4', null, 'solicited', 'counter', 'broker', 'customer', 'operator'),
    proposal('P4', 'acceptable', 'acceptable', 'counter', 'broker', 'customer', 'operator'),
    proposal('P4', 'acceptable', 'superseded', 'counter', 'broker', 'customer', 'operator'),
    proposal('P5', 'solicited', 'superseded', 'answer', 'vendor'),
    proposal('P5', 'acceptable', 'superseded', 'answer', 'vendor'),
    proposal('P5', 'acceptable', 'superseded', 'refresh', 'customer', 'operator', 'broker'),
    proposal('P5', 'advisory', 'superseded', 'revise', 'broker'),
    proposal('P5', 'acceptable', 'superseded', 'revise', 'broker'),
    proposal('P5', 'solicited', 'superseded', 'revise', 'broker'),
    proposal('P6', 'solicited', 'rejected', 'refuse', 'vendor', 'timer'),
    proposal('P7', 'acceptable', 'selected', 'select', 'broker'),
    proposal('P8', 'selected', 'accepted', 'accept', 'broker'),
    proposal('P9', 'selected', 'acceptable', 'retry', 'broker'),
    proposal('P10', null, 'rejected', 'late', 'broker'),
    proposal('P10', 'advisory', 'rejected', 'reject', 'customer', 'operator', 'broker'),
    proposal('P10', 'acceptable', 'rejected', 'reject', 'customer', 'operator', 'broker'),
    proposal('P10', 'selected', 'rejected', 'reject', 'broker'),
    proposal('P11', 'advisory', 'withdrawn', 'withdraw', 'vendor', 'operator'),
    proposal('P11', 'acceptable', 'withdrawn', 'withdraw', 'vendor', 'operator'),
    proposal('P12', 'advisory', 'expired', 'expire', 'timer', 'broker'),
    proposal('P12', 'solicited', 'expired', 'expire', 'timer', 'broker'),
    proposal('P12', 'acceptable', 'expired', 'expire', 'timer', 'broker'),
  ],
};
