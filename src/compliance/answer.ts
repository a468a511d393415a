import { isoInstant } from '../shared/clock.ts';
import type { JsonObject } from '../shared/json.ts';
import { shareText } from './attainment.ts';
import type { Credit, Incident, LevelResult, WindowResult } from './types.ts';

/** A level's result as it is written out (levels, The same computation without the service). */
export interface LevelAnswer extends JsonObject {
  readonly level: string;
  readonly windows: readonly WindowAnswer[];
  readonly incidents: readonly IncidentAnswer[];
}

export interface WindowAnswer extends JsonObject {
  readonly index: string;
  readonly from: string;
  readonly until: string;
  readonly good: number;
  readonly bad: number;
  readonly counted: number;
  readonly unmeasured: number;
  readonly excluded: number;
  /** Decimal strings of nine places, rounded down; null when nothing counts. */
  readonly coverage: string | null;
  readonly attainment: string | null;
  readonly state: string;
  readonly violatedat: string | null;
  readonly complete: boolean;
  readonly credit: CreditAnswer | null;
}

export interface CreditAnswer extends JsonObject {
  readonly tier: { readonly below: number; readonly credit: number };
  readonly base: string;
  readonly amount: string;
  readonly currency: string;
}

export interface IncidentAnswer extends JsonObject {
  readonly index: string;
  readonly from: string;
  readonly until: string | null;
  readonly slices: number;
  readonly worst: number | null;
}

export function answerOf(result: LevelResult): LevelAnswer {
  return {
    level: result.level,
    windows: result.windows.map(windowAnswer),
    incidents: result.incidents.map(incidentAnswer),
  };
}

export function windowAnswer(window: WindowResult): WindowAnswer {
  return {
    index: window.index,
    from: isoInstant(window.from),
    until: isoInstant(window.until),
    good: window.good,
    bad: window.bad,
    counted: window.counted,
    unmeasured: window.unmeasured,
    excluded: window.excluded,
    coverage: shareText(window.measured, window.measured + window.unmeasured),
    attainment: shareText(window.good, window.counted),
    state: window.state,
    violatedat: window.violatedat === undefined ? null : isoInstant(window.violatedat),
    complete: window.complete,
    credit: window.credit === undefined ? null : creditAnswer(window.credit),
  };
}

function creditAnswer(credit: Credit): CreditAnswer {
  return { tier: { ...credit.tier }, base: credit.base, amount: credit.amount, currency: credit.currency };
}

function incidentAnswer(incident: Incident): IncidentAnswer {
  return {
    index: incident.index,
    from: isoInstant(incident.from),
    until: incident.until === undefined ? null : isoInstant(incident.until),
    slices: incident.slices,
    worst: incident.worst ?? null,
  };
}
