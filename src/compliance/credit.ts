import type { Level, Remedy, Tier } from '../terms/level.ts';
import { BILLION, exactBillionths } from '../terms/shares.ts';
import { minorUnit } from '../shared/decimal.ts';
import type { Charge, Credit, EvaluationContext, WindowResult } from './types.ts';
import type { Span } from './windows.ts';

/** An exact share: pro rata sums have no end in decimals. */
interface Ratio {
  readonly over: bigint;
  readonly under: bigint;
}

const ONE = BigInt(BILLION);

/** A decimal string of at most nine decimals as whole billionths. */
export function billionthsOf(amount: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(amount);
  if (match === null) throw new RangeError(`${amount} is no amount of at most nine decimals`);
  const size = BigInt(match[2] ?? '0') * ONE + BigInt((match[3] ?? '').padEnd(9, '0'));
  return match[1] === '-' ? -size : size;
}

/** The lowest tier that attainment lies under; exactly on a boundary earns nothing from that tier. */
export function tierOf(remedy: Remedy, good: number, counted: number): Tier | undefined {
  return remedy.tiers.findLast((tier) => BigInt(good) * ONE < exactBillionths(tier.below) * BigInt(counted));
}

/** The credit of one complete and violated window; undefined where nothing is due. */
export function creditOf(level: Level, window: WindowResult, context: EvaluationContext): Credit | undefined {
  const { remedy } = level;
  if (remedy === null || !window.complete || window.state !== 'violated') return undefined;
  const tier = tierOf(remedy, window.good, window.counted);
  if (tier === undefined || context.currency === undefined) return undefined;
  const base = accrued(chargesOf(level, window.index, context), window);
  const share = tier.credit < remedy.cap ? tier.credit : remedy.cap;
  const places = minorUnit(context.currency);
  const exact = { over: base.over * exactBillionths(share), under: base.under * ONE };
  const minor = roundedHalfEven({ over: exact.over * 10n ** BigInt(places), under: exact.under * ONE });
  const amount = decimalOf(minor, places);
  if (billionthsOf(amount) <= billionthsOf(remedy.min)) return undefined;
  return {
    tier: { below: tier.below, credit: tier.credit },
    base: trimmed(decimalOf(roundedHalfEven(base), 9)),
    amount,
    currency: context.currency,
  };
}

/** `instance`: its own and its links'; `level`: all of the instances in `of`; `sla`: everything. */
function chargesOf(level: Level, index: string, context: EvaluationContext): readonly Charge[] {
  const all = context.charges ?? [];
  switch (level.remedy?.base) {
    case 'instance':
      return all.filter((charge) => charge.instance === index);
    case 'level':
      return all.filter(({ instance }) => instance !== undefined && level.of.includes(resourceOf(instance)));
    case 'sla':
    case undefined:
      return all;
  }
}

/** `web` of `web/0`. */
export function resourceOf(instance: string): string {
  const slash = instance.lastIndexOf('/');
  return slash < 0 ? instance : instance.slice(0, slash);
}

/** What charges come to within a window, pro rata by time, in billionths. */
export function accrued(charges: readonly Charge[], span: Span): Ratio {
  let over = 0n;
  let under = 1n;
  for (const charge of charges) {
    const overlap = Math.min(charge.until, span.until) - Math.max(charge.from, span.from);
    if (overlap <= 0) continue;
    const length = charge.until - charge.from;
    const part = billionthsOf(charge.amount) * BigInt(overlap);
    over = over * BigInt(length) + part * under;
    under *= BigInt(length);
    const common = divisor(over < 0n ? -over : over, under);
    over /= common;
    under /= common;
  }
  return { over, under };
}

function divisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}

export function roundedHalfEven({ over, under }: Ratio): bigint {
  const negative = over < 0n;
  const size = negative ? -over : over;
  let whole = size / under;
  const twice = (size % under) * 2n;
  if (twice > under || (twice === under && whole % 2n === 1n)) whole += 1n;
  return negative ? -whole : whole;
}

/** A whole number of the last place as a decimal string. */
export function decimalOf(value: bigint, places: number): string {
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, '0');
  return places === 0 ? sign + digits : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
