import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant } from '../shared/clock.ts';
import { minorUnit } from '../shared/decimal.ts';
import { addDuration } from '../shared/duration.ts';
import { urn } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import { entityOf, textOf, without } from './change.ts';
import { combineCredits, type DueCredit } from './combine.ts';
import { billionthsOf, decimalOf, resourceOf } from './credit.ts';
import type { Remedy } from '../terms/level.ts';
import type { Evaluation } from './evaluation.ts';
import type { Keeper } from './keeper.ts';
import { idFor } from './keys.ts';
import { creditAttr, creditType, violationAttr } from './names.ts';

type Attributes = Readonly<Record<string, Json | undefined>>;

/**
 * Writes down the credits of complete windows. What is not settled follows a new computation; what
 * is settled is never rewritten: the difference becomes an entry of its own, negative where too much
 * was paid.
 */
export async function reconcileCredits(evaluation: Evaluation, keeper: Keeper): Promise<void> {
  const due = combineCredits(evaluation.levels, evaluation.results);
  const entries = grouped(keeper.credits(() => true));
  const breaches = grouped(keeper.violations((record) => record.attributes[violationAttr.type] === 'breach'));
  const owed = new Set<string>();
  for (const each of due) {
    const key = keyOf(each.level, each.window.index, isoInstant(each.window.from), isoInstant(each.window.until));
    const about = breaches.get(key) ?? [];
    const breach = about.find((record) => !isGone(record)) ?? about.at(-1);
    if (isGone(breach)) continue;
    owed.add(key);
    await reconcileOne(each, entries.get(key) ?? [], breach, evaluation, keeper);
  }
  const answered = answeredWindows(evaluation, entries);
  for (const [key, records] of entries) {
    if (owed.has(key) || !answered.has(key)) continue;
    for (const record of records)
      if (record.attributes[creditAttr.corrects] === undefined) await takeBack(record, records, evaluation, keeper);
  }
}

function keyOf(
  level: Json | undefined,
  index: Json | undefined,
  from: Json | undefined,
  until: Json | undefined,
): string {
  return [level, index, from, until].map(textOf).join(' ');
}

/** Breaches or credits by level, instance and window. */
function grouped(records: readonly EntityRecord[]): Map<string, EntityRecord[]> {
  const groups = new Map<string, EntityRecord[]>();
  for (const record of records) {
    const name = record.kind === creditType ? creditAttr : violationAttr;
    const window = record.attributes[name.window] as { readonly from?: Json; readonly until?: Json } | undefined;
    const key = keyOf(record.attributes[name.level], record.attributes[name.index], window?.from, window?.until);
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return groups;
}

/** The windows, among those that have credits, that the evaluation speaks about at all. */
function answeredWindows(evaluation: Evaluation, entries: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  const answered = new Set<string>();
  if (entries.size === 0) return answered;
  for (const result of evaluation.results)
    for (const window of result.windows)
      answered.add(keyOf(result.level, window.index, isoInstant(window.from), isoInstant(window.until)));
  return answered;
}

function isGone(breach: EntityRecord | undefined): boolean {
  return breach?.state === 'excused' || breach?.state === 'void';
}

async function reconcileOne(
  due: DueCredit,
  entries: readonly EntityRecord[],
  breach: EntityRecord | undefined,
  evaluation: Evaluation,
  keeper: Keeper,
): Promise<void> {
  // What a computation took away, a later one may give again, as a new entry.
  const standing = entries.filter((record) => record.internal['takenback'] !== true);
  const first = standing.find((record) => record.attributes[creditAttr.corrects] === undefined);
  const attributes = attributesOf(due, breach, evaluation);
  if (first === undefined) {
    const { sla } = evaluation.facts;
    const { index, from, until } = due.window;
    const id = idFor(from, sla.id, due.level, index, 'credit', from, until, entries.length);
    const at = claimBy(due, evaluation);
    const created = await keeper.create(
      entityOf(sla, creditType, id, 'computed', keeper.now, attributes, {
        title: `${due.credit.amount} ${due.credit.currency} for ${due.level} of ${due.window.index}`,
        internal: { claims: remedyOf(due, evaluation)?.claim?.by ?? 'nobody' },
        ...(at === undefined ? {} : { due: nextWarning(at, keeper.now) }),
      }),
    );
    if (created !== undefined && breach !== undefined && breach.attributes[violationAttr.credit] === undefined)
      await keeper.refresh(breach, { [violationAttr.credit]: urn(created.id) });
    return;
  }
  if (first.state === 'credited') await correct(first, due.credit.amount, standing, evaluation, keeper);
  else if (first.state !== 'lapsed' && first.state !== 'denied') await keeper.refresh(first, attributes);
}

/** Warnings 14, 7 and 1 days before the claim lapses, then the end of the time itself. */
export function nextWarning(claimby: number, now: number): { readonly at: number; readonly action: string } {
  for (const days of [14, 7, 1]) {
    const at = claimby - days * 86_400_000;
    if (at > now) return { at, action: 'warn' };
  }
  return { at: claimby, action: 'lapse' };
}

function remedyOf(due: DueCredit, evaluation: Evaluation): Remedy | null | undefined {
  return evaluation.levels.find((level) => level.id === due.level)?.remedy;
}

function claimBy(due: DueCredit, evaluation: Evaluation): number | undefined {
  const claim = remedyOf(due, evaluation)?.claim;
  return claim === undefined ? undefined : addDuration(due.window.until, claim.within);
}

/** Nothing is due any more. */
async function takeBack(
  record: EntityRecord,
  entries: readonly EntityRecord[],
  evaluation: Evaluation,
  keeper: Keeper,
): Promise<void> {
  if (record.state === 'credited') await correct(record, '0', entries, evaluation, keeper);
  else if (record.state !== 'lapsed' && record.state !== 'denied')
    await keeper.update(
      record,
      { to: 'denied', due: null, internal: { ...record.internal, takenback: true } },
      { code: 'recomputed', detail: 'Nothing is due any more' },
    );
}

async function correct(
  first: EntityRecord,
  wanted: string,
  entries: readonly EntityRecord[],
  evaluation: Evaluation,
  keeper: Keeper,
): Promise<void> {
  const currency = textOf(first.attributes[creditAttr.currency]);
  const counted = entries
    .filter((record) => record.state !== 'denied' && record.state !== 'lapsed')
    .reduce((sum, record) => sum + billionthsOf(textOf(record.attributes[creditAttr.amount])), 0n);
  const difference = billionthsOf(wanted) - counted;
  if (difference === 0n) return;
  const places = minorUnit(currency);
  const amount = decimalOf(difference / 10n ** BigInt(9 - places), places);
  const { sla } = evaluation.facts;
  await keeper.create(
    entityOf(sla, creditType, idFor(keeper.now, first.id, 'correction', entries.length), 'approved', keeper.now, {
      ...without(first.attributes, creditAttr.claimby),
      [creditAttr.amount]: amount,
      [creditAttr.corrects]: urn(first.id),
      [creditAttr.reason]: 'The window was computed again after the credit was settled',
    }, { title: `Correction of ${amount} ${currency}` }), // prettier-ignore
    { code: 'correction' },
  );
}

function attributesOf(due: DueCredit, breach: EntityRecord | undefined, evaluation: Evaluation): Attributes {
  const { window, credit } = due;
  const claimby = claimBy(due, evaluation);
  return {
    [creditAttr.sla]: urn(evaluation.facts.sla.id),
    [creditAttr.level]: due.level,
    [creditAttr.for]: window.index === '*' ? undefined : resourceOf(window.index),
    [creditAttr.index]: window.index,
    [creditAttr.window]: { from: isoInstant(window.from), until: isoInstant(window.until) },
    [creditAttr.good]: window.good,
    [creditAttr.counted]: window.counted,
    [creditAttr.tier]: { ...credit.tier },
    [creditAttr.base]: credit.base,
    [creditAttr.amount]: credit.amount,
    [creditAttr.currency]: credit.currency,
    [creditAttr.claimby]: claimby === undefined ? undefined : isoInstant(claimby),
    [creditAttr.violation]: breach === undefined ? undefined : urn(breach.id),
  };
}
