import type { Json, JsonObject } from '../shared/json.ts';
import type { Level } from '../terms/level.ts';
import type { LevelAnswer } from './answer.ts';
import { windowAnswer } from './answer.ts';
import type { DueCredit } from './combine.ts';

/** A level as a report judges it: without a commitment no remedy applies. */
export interface ReportedLevel {
  readonly level: Level;
  readonly committed: boolean;
}

/** What the windows of a level nobody committed to are judged by. */
export function judgedLevel({ level, committed }: ReportedLevel): Level {
  return committed ? level : { ...level, remedy: null };
}

export interface ReportSamples {
  readonly from: string;
  readonly until: string;
  readonly count: number | null;
  readonly sha256: string | null;
}

/**
 * A report as JSON (levels, Reports). `definitions` and `context` carry what is needed, beside the
 * samples, to compute every figure again.
 */
export interface ReportDocument {
  readonly report: string;
  readonly version: number;
  readonly replaces: number | null;
  readonly sla: string;
  readonly document: { readonly sha256: string };
  readonly from: string;
  readonly until: string;
  readonly status: string;
  readonly levels: readonly LevelAnswer[];
  readonly credits: readonly ReportCredit[];
  readonly violations: readonly JsonObject[];
  readonly samples: ReportSamples;
  readonly program: string;
  readonly definitions: readonly ReportedLevel[];
  readonly context: JsonObject;
}

export interface ReportCredit {
  readonly level: string;
  readonly for: string | null;
  readonly index: string;
  readonly window: { readonly from: string; readonly until: string };
  readonly good: number;
  readonly counted: number;
  readonly tier: { readonly below: number; readonly credit: number };
  readonly base: string;
  readonly amount: string;
  readonly currency: string;
  /** What became of it, where the service knows: id, state, claimby. */
  readonly entity?: JsonObject;
}

export function reportCredit(due: DueCredit, entity?: JsonObject): ReportCredit {
  const { index, from, until, good, counted } = windowAnswer(due.window);
  return {
    level: due.level,
    for: index === '*' ? null : index.slice(0, index.lastIndexOf('/')),
    index,
    window: { from, until },
    good,
    counted,
    tier: due.credit.tier,
    base: due.credit.base,
    amount: due.credit.amount,
    currency: due.credit.currency,
    ...(entity === undefined ? {} : { entity }),
  };
}

/** The document as plain JSON. */
export function reportJson(report: ReportDocument): JsonObject {
  return JSON.parse(JSON.stringify(report)) as Record<string, Json>;
}
