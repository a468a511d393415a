import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant } from '../shared/clock.ts';
import { minorUnit } from '../shared/decimal.ts';
import { addDuration } from '../shared/duration.ts';
import { urn } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import { entityOf, textOf, without } from './change.ts';
import { combineCredits, type DueCredit } from './combine.ts';
import { billionthsOf, decimalOf, resourceOf } from './credit.ts';
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
  for (const each of due) {
    const breach = breachOf(each, keeper);
    if (isGone(breach)) continue;
    await reconcileOne(
      each,
      keeper.credits((record) => isFor(record, each)),
      breach,
      evaluation,
      keeper,
    );
  }
  for (const record of keeper.credits((each) => each.attributes[creditAttr.corrects] === undefined))
    if (isAnswered(record, evaluation) && !isDue(record, due, keeper)) await takeBack(record, evaluation, keeper);
}

function isDue(record: EntityRecord, due: readonly DueCredit[], keeper: Keeper): boolean {
  const found = due.find((each) => isFor(record, each));
  return found !== undefined && !isGone(breachOf(found, keeper));
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
  const first = entries.find((record) => record.attributes[creditAttr.corrects] === undefined);
  const attributes = attributesOf(due, breach, evaluation);
  if (first === undefined) {
    const { sla } = evaluation.facts;
    const id = idFor(due.window.from, sla.id, due.level, due.window.index, 'credit', due.window.from, due.window.until);
    const at = claimBy(due, evaluation);
    const created = await keeper.create(
      entityOf(sla, creditType, id, 'computed', keeper.now, attributes, {
        title: `${due.credit.amount} ${due.credit.currency} for ${due.level} of ${due.window.index}`,
        ...(at === undefined ? {} : { due: nextWarning(at, keeper.now) }),
      }),
    );
    if (created !== undefined && breach !== undefined && breach.attributes[violationAttr.credit] === undefined)
      await keeper.refresh(breach, { [violationAttr.credit]: urn(created.id) });
    return;
  }
  if (first.state === 'credited') await correct(first, due.credit.amount, entries, evaluation, keeper);
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

function claimBy(due: DueCredit, evaluation: Evaluation): number | undefined {
  const claim = evaluation.levels.find((level) => level.id === due.level)?.remedy?.claim;
  return claim === undefined ? undefined : addDuration(due.window.until, claim.within);
}

function breachOf(due: DueCredit, keeper: Keeper): EntityRecord | undefined {
  const about = keeper.violations(({ attributes }) => {
    const window = attributes[violationAttr.window] as { readonly from?: Json; readonly until?: Json } | undefined;
    return (
      attributes[violationAttr.type] === 'breach' &&
      attributes[violationAttr.level] === due.level &&
      attributes[violationAttr.index] === due.window.index &&
      window?.from === isoInstant(due.window.from) &&
      window.until === isoInstant(due.window.until)
    );
  });
  return about.find((record) => !['excused', 'void'].includes(record.state ?? '')) ?? about.at(-1);
}

function isFor({ attributes }: EntityRecord, due: DueCredit): boolean {
  const window = attributes[creditAttr.window] as { readonly from?: Json; readonly until?: Json } | undefined;
  return (
    attributes[creditAttr.level] === due.level &&
    attributes[creditAttr.index] === due.window.index &&
    window?.from === isoInstant(due.window.from) &&
    window.until === isoInstant(due.window.until)
  );
}

/** Does the evaluation speak about the window at all? */
function isAnswered({ attributes }: EntityRecord, evaluation: Evaluation): boolean {
  const window = attributes[creditAttr.window] as { readonly from?: Json; readonly until?: Json } | undefined;
  return evaluation.results.some(
    (result) =>
      result.level === attributes[creditAttr.level] &&
      result.windows.some(
        (each) =>
          each.index === attributes[creditAttr.index] &&
          isoInstant(each.from) === window?.from &&
          isoInstant(each.until) === window.until,
      ),
  );
}

/** Nothing is due any more. */
async function takeBack(record: EntityRecord, evaluation: Evaluation, keeper: Keeper): Promise<void> {
  const entries = keeper.credits((each) => each === record || each.attributes[creditAttr.corrects] === urn(record.id));
  if (record.state === 'credited') await correct(record, '0', entries, evaluation, keeper);
  else if (record.state !== 'lapsed' && record.state !== 'denied')
    await keeper.update(record, { to: 'denied', due: null }, { code: 'recomputed', detail: 'Nothing is due any more' });
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
