import type { Actor, Move, StateTable } from '../shared/state-machine.ts';
import type { AgreementState } from './states.ts';

export type AgreementTrigger = 'offer' | 'accept' | 'reject' | 'expire' | 'suspend' | 'resume' | 'terminate' | 'end';

const move = (
  row: string,
  from: AgreementState | null,
  to: AgreementState,
  on: AgreementTrigger,
  ...by: readonly Actor[]
): Move<AgreementState, AgreementTrigger> => ({ row, from, to, on, by });

/**
 * The states of an agreement that a client offers itself (GFD.228, figure of section 3.1). It is the provider
 * who accepts: the vendor of the linked resources, or an operator; the broker for a vendor that is bound by the
 * template. A customer may take the own offer back.
 */
export const agreementStates: StateTable<AgreementState, AgreementTrigger> = {
  name: 'agreement',
  states: ['pending', 'accepted', 'rejected', 'suspended', 'terminated'],
  terminal: ['rejected', 'terminated'],
  moves: [
    move('A1', null, 'pending', 'offer', 'customer', 'operator'),
    move('A2', 'pending', 'accepted', 'accept', 'vendor', 'operator', 'broker'),
    move('A3', 'pending', 'rejected', 'reject', 'vendor', 'operator', 'customer'),
    move('A4', 'pending', 'rejected', 'expire', 'timer'),
    move('A5', 'accepted', 'suspended', 'suspend', 'customer', 'vendor', 'operator'),
    move('A6', 'suspended', 'accepted', 'resume', 'customer', 'vendor', 'operator'),
    move('A7', 'accepted', 'terminated', 'terminate', 'customer', 'vendor', 'operator'),
    move('A7', 'suspended', 'terminated', 'terminate', 'customer', 'vendor', 'operator'),
    move('A8', 'accepted', 'terminated', 'end', 'timer'),
    move('A8', 'suspended', 'terminated', 'end', 'timer'),
  ],
};
