import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant } from '../shared/clock.ts';
import { parseInstant } from '../shared/duration.ts';
import { urn } from '../shared/ids.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import { answerOf } from './answer.ts';
import { combineCredits, type DueCredit } from './combine.ts';
import { contextJson } from './context-json.ts';
import type { SampleDigest } from './digest.ts';
import type { Evaluation } from './evaluation.ts';
import type { LiveReport } from './live.ts';
import { creditAttr, reportAttr, violationAttr } from './names.ts';
import { reportCredit, type ReportDocument } from './report-json.ts';

/** The document of a report, from an evaluation and what was written down about it. */
export function documentOf(
  report: EntityRecord,
  evaluation: Evaluation,
  live: LiveReport,
  program: string,
  status: string,
  digest?: SampleDigest,
): ReportDocument {
  const version = numberOf(report.attributes[reportAttr.version]);
  const credits = [...(live.credits?.values() ?? [])];
  return {
    report: urn(report.id),
    version,
    replaces: version > 1 ? version - 1 : null,
    sla: urn(evaluation.facts.sla.id),
    document: { sha256: evaluation.facts.sha256 },
    from: isoInstant(evaluation.period.from),
    until: isoInstant(evaluation.period.until),
    status,
    levels: evaluation.results.map(answerOf),
    credits: combineCredits(evaluation.levels, evaluation.results).map((due) =>
      reportCredit(due, entityJson(credits, due)),
    ),
    violations: [...(live.violations?.values() ?? [])]
      .filter((each) => isInPeriod(each, evaluation))
      .map(violationJson),
    samples: {
      from: isoInstant(live.since),
      until: isoInstant(evaluation.now),
      count: digest?.count ?? null,
      sha256: digest?.sha256 ?? null,
    },
    program,
    definitions: evaluation.definitions,
    context: contextJson(evaluation.context),
  };
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 1;
}

function entityJson(credits: readonly EntityRecord[], due: DueCredit): JsonObject | undefined {
  const record = credits.find(({ attributes }) => {
    const window = attributes[creditAttr.window] as { readonly from?: Json } | undefined;
    return (
      attributes[creditAttr.corrects] === undefined &&
      attributes[creditAttr.level] === due.level &&
      attributes[creditAttr.index] === due.window.index &&
      window?.from === isoInstant(due.window.from)
    );
  });
  if (record === undefined) return undefined;
  return {
    id: urn(record.id),
    state: record.state ?? null,
    claimby: record.attributes[creditAttr.claimby] ?? null,
  };
}

function isInPeriod(record: EntityRecord, { period, facts }: Evaluation): boolean {
  const span = record.attributes[violationAttr.window] as { readonly from?: Json; readonly until?: Json } | undefined;
  const from = parseInstant(span?.from) ?? parseInstant(record.attributes[violationAttr.start]) ?? record.created;
  const until = parseInstant(span?.until) ?? parseInstant(record.attributes[violationAttr.end]) ?? facts.ended;
  return from < period.until && (until === undefined || until > period.from);
}

export function violationJson(record: EntityRecord): JsonObject {
  const { attributes } = record;
  const value = (name: keyof typeof violationAttr): Json => attributes[violationAttr[name]] ?? null;
  const window = attributes[violationAttr.window] as { readonly rolling?: Json } | undefined;
  return {
    id: urn(record.id),
    type: value('type'),
    level: value('level'),
    for: value('for'),
    index: value('index'),
    state: record.state ?? null,
    start: value('start'),
    end: value('end'),
    window: value('window'),
    ...(window?.rolling === true ? { rolling: true } : {}),
    worst: value('worst'),
    slices: value('slices'),
    samples: value('samples'),
    ...(attributes[violationAttr.attribute] === undefined ? {} : { attribute: value('attribute') }),
    ...(attributes[violationAttr.reason] === undefined ? {} : { reason: value('reason') }),
  };
}
