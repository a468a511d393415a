import type { Actor, Move, StateTable } from '../shared/state-machine.ts';

export type ViolationState =
  'suspected' | 'open' | 'resolved' | 'excused' | 'disputed' | 'confirmed' | 'settled' | 'void';
export type ViolationTrigger =
  | 'suspect'
  | 'clear'
  | 'open'
  | 'evidence'
  | 'resolve'
  | 'excuse'
  | 'dispute'
  | 'decide'
  | 'stand'
  | 'settle'
  | 'annul';

function table<S extends string, T extends string>(
  name: string,
  states: readonly S[],
  terminal: readonly S[],
  rows: readonly (readonly [row: string, from: S | null, to: S, on: T, ...by: readonly Actor[]])[],
): StateTable<S, T> {
  const moves: readonly Move<S, T>[] = rows.map(([row, from, to, on, ...by]) => ({ row, from, to, on, by }));
  return { name, states, terminal, moves };
}

/**
 * A violation. `suspected` (a run still shorter than `minrun`) is computed and never stored: it is
 * no violation yet. Incidents end at resolved; only breaches and deliveries go on.
 */
export const violationStates: StateTable<ViolationState, ViolationTrigger> = table(
  'violation',
  ['suspected', 'open', 'resolved', 'excused', 'disputed', 'confirmed', 'settled', 'void'],
  ['excused', 'settled', 'void'],
  [
    ['V1', null, 'suspected', 'suspect', 'broker'],
    ['V2', 'suspected', 'void', 'clear', 'broker'],
    ['V3', null, 'open', 'open', 'broker'],
    ['V3', 'suspected', 'open', 'open', 'broker'],
    ['V4', 'open', 'open', 'evidence', 'broker'],
    ['V5', 'open', 'resolved', 'resolve', 'broker'],
    ['V6', 'open', 'excused', 'excuse', 'broker'],
    ['V6', 'resolved', 'excused', 'excuse', 'broker'],
    ['V7', 'open', 'disputed', 'dispute', 'customer', 'vendor'],
    ['V7', 'resolved', 'disputed', 'dispute', 'customer', 'vendor'],
    ['V8', 'disputed', 'confirmed', 'decide', 'operator'],
    ['V8', 'disputed', 'excused', 'decide', 'operator'],
    ['V8', 'disputed', 'void', 'decide', 'operator'],
    ['V9', 'resolved', 'confirmed', 'stand', 'timer'],
    ['V10', 'confirmed', 'settled', 'settle', 'broker', 'timer'],
    ['V11', 'open', 'void', 'annul', 'broker', 'operator'],
    ['V11', 'resolved', 'void', 'annul', 'broker', 'operator'],
    ['V11', 'disputed', 'void', 'annul', 'broker', 'operator'],
    ['V11', 'confirmed', 'void', 'annul', 'broker', 'operator'],
  ],
);

export type CreditState = 'computed' | 'approved' | 'claimed' | 'credited' | 'denied' | 'escalated' | 'lapsed';
export type CreditTrigger = 'compute' | 'approve' | 'claim' | 'settle' | 'deny' | 'lapse';

/** A credit: computed when its window is complete, approved when its breach stands, then claimed and settled. */
export const creditStates: StateTable<CreditState, CreditTrigger> = table(
  'credit',
  ['computed', 'approved', 'claimed', 'credited', 'denied', 'escalated', 'lapsed'],
  ['credited', 'lapsed'],
  [
    ['K1', null, 'computed', 'compute', 'broker'],
    ['K2', 'computed', 'approved', 'approve', 'broker', 'timer'],
    ['K3', 'computed', 'claimed', 'claim', 'customer', 'broker'],
    ['K3', 'approved', 'claimed', 'claim', 'customer', 'broker'],
    ['K4', 'approved', 'credited', 'settle', 'vendor', 'operator'],
    ['K4', 'claimed', 'credited', 'settle', 'vendor', 'operator'],
    ['K4', 'escalated', 'credited', 'settle', 'vendor', 'operator'],
    ['K5', 'claimed', 'denied', 'settle', 'vendor', 'operator'],
    ['K5', 'approved', 'denied', 'settle', 'vendor', 'operator'],
    ['K5', 'escalated', 'denied', 'settle', 'operator'],
    ['K6', 'denied', 'escalated', 'claim', 'customer'],
    ['K7', 'computed', 'lapsed', 'lapse', 'timer'],
    ['K7', 'approved', 'lapsed', 'lapse', 'timer'],
    ['K8', 'computed', 'denied', 'deny', 'broker'],
    ['K8', 'approved', 'denied', 'deny', 'broker'],
    ['K8', 'claimed', 'denied', 'deny', 'broker'],
    ['K8', 'escalated', 'denied', 'deny', 'broker'],
  ],
);

export type ExclusionState = 'proposed' | 'planned' | 'approved' | 'refused' | 'withdrawn';
export type ExclusionTrigger = 'propose' | 'announce' | 'approve' | 'refuse' | 'withdraw';

/** An exclusion: planned maintenance holds as far as notice and allowance go, the rest when approved. */
export const exclusionStates: StateTable<ExclusionState, ExclusionTrigger> = table(
  'exclusion',
  ['proposed', 'planned', 'approved', 'refused', 'withdrawn'],
  ['refused', 'withdrawn'],
  [
    ['X1', null, 'proposed', 'propose', 'customer', 'vendor', 'operator'],
    ['X2', null, 'planned', 'announce', 'vendor', 'operator'],
    ['X3', 'proposed', 'approved', 'approve', 'customer', 'vendor', 'operator'],
    ['X3', 'planned', 'approved', 'approve', 'customer', 'operator'],
    ['X4', 'proposed', 'refused', 'refuse', 'customer', 'vendor', 'operator'],
    ['X5', 'proposed', 'withdrawn', 'withdraw', 'customer', 'vendor', 'operator'],
    ['X5', 'planned', 'withdrawn', 'withdraw', 'vendor', 'operator'],
    ['X5', 'approved', 'withdrawn', 'withdraw', 'customer', 'vendor', 'operator'],
  ],
);

export type ReportStatus = 'open' | 'provisional' | 'final' | 'corrected';
export type ReportTrigger = 'begin' | 'complete' | 'close' | 'correct';

/** A report: open while some window is not complete, final when the time to dispute is over. */
export const reportStates: StateTable<ReportStatus, ReportTrigger> = table(
  'report',
  ['open', 'provisional', 'final', 'corrected'],
  [],
  [
    ['R1', null, 'open', 'begin', 'broker'],
    ['R2', 'open', 'provisional', 'complete', 'broker'],
    ['R3', 'provisional', 'final', 'close', 'timer'],
    ['R4', 'final', 'corrected', 'correct', 'broker'],
    ['R4', 'corrected', 'corrected', 'correct', 'broker'],
  ],
);
