import type { Instant } from '../shared/clock.ts';
import { decimal, decimalText, rounded, ZERO } from '../shared/decimal.ts';
import type { Interval, SlaDocument } from '../sla/document.ts';
import type { PriceItem } from '../terms/price.ts';
import { union } from './slices.ts';
import type { Charge, Stop } from './types.ts';
import { calendarSpans } from './windows.ts';

const LENGTHS: Readonly<Partial<Record<PriceItem['per'], number>>> = {
  second: 1000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * The recurring charges of an SLA in real time, from the items of its price: for each item, instance
 * and calendar month (UTC) what accrues while it is in force; of items that cost only while running,
 * without the times in which the instance was stopped or everything suspended. A link's charges are
 * those of the instance that it begins at. What is paid once, or for usage, is no part of it.
 */
export function chargesOf(
  document: SlaDocument,
  inforce: readonly Interval[],
  idle: { readonly stopped: readonly Stop[]; readonly suspended: readonly Interval[] },
  now: Instant,
): readonly Charge[] {
  const allocated = ended(inforce, now);
  return document.price.items.flatMap((item) => {
    if (item.per === 'once' || item.per === 'unit') return [];
    if (item.for === undefined) return accrual(item, undefined, allocated);
    return (item.index ?? [0]).flatMap((index) => {
      const instance = owner(document, item.for ?? '', index);
      const times =
        item.while === 'running'
          ? without(allocated, ended([...stopsOf(idle.stopped, instance), ...idle.suspended], now))
          : allocated;
      return accrual(item, instance, times);
    });
  });
}

function stopsOf(stopped: readonly Stop[], instance: string): readonly Interval[] {
  return stopped.filter((each) => each.instance === instance);
}

/** A link is paid for with the instance that it begins at. */
function owner(document: SlaDocument, id: string, index: number): string {
  const offered = document.resources.find((each) => each.for === id && each.index === index);
  return offered?.source ?? `${id}/${index}`;
}

interface Closed {
  readonly from: Instant;
  readonly until: Instant;
}

function ended(intervals: readonly Interval[], now: Instant): readonly Closed[] {
  return union(intervals)
    .map(({ from, until }) => ({ from, until: Math.min(until ?? now, now) }))
    .filter(({ from, until }) => until > from);
}

function without(times: readonly Closed[], holes: readonly Closed[]): readonly Closed[] {
  return times.flatMap((time) => {
    const parts: Closed[] = [];
    let from = time.from;
    for (const hole of holes) {
      if (hole.until <= from || hole.from >= time.until) continue;
      if (hole.from > from) parts.push({ from, until: hole.from });
      from = hole.until;
    }
    if (from < time.until) parts.push({ from, until: time.until });
    return parts;
  });
}

function accrual(item: PriceItem, instance: string | undefined, times: readonly Closed[]): readonly Charge[] {
  const rate = decimal(item.amount).times(item.quantity ?? '1');
  if (rate.eq(ZERO)) return [];
  return times.flatMap((time) =>
    calendarSpans('month', 'UTC', time.from, time.until).map((month) => {
      const from = Math.max(time.from, month.from);
      const until = Math.min(time.until, month.until);
      const amount = rounded(rate.times(until - from).div(lengthOf(item, month)), 9);
      return { ...(instance === undefined ? {} : { instance }), from, until, amount: decimalText(amount) };
    }),
  );
}

/** How long the time is that the rate is for, in the calendar as it really is. */
function lengthOf(item: PriceItem, month: Closed): number {
  if (item.per === 'month') return month.until - month.from;
  if (item.per === 'year') {
    const year = new Date(month.from).getUTCFullYear();
    return Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1);
  }
  return LENGTHS[item.per] ?? Number.POSITIVE_INFINITY;
}
