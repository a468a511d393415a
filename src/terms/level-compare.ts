import { parseInstant, fixedMilliseconds } from '../shared/duration.ts';
import { parseMoney } from '../shared/decimal.ts';
import { covers } from './threshold.ts';
import type { Level, Maintenance, NoData, Remedy, Scope, Window } from './level.ts';
import { exactBillionths } from './shares.ts';

export type Comparative = { readonly ok: true } | { readonly ok: false; readonly why: readonly string[] };

const STRICTEST_FIRST: readonly NoData[] = ['bad', 'hold', 'exclude', 'good'];
const BASES: readonly Remedy['base'][] = ['instance', 'level', 'sla'];

/**
 * Is a vendor's own level at least as good as the asked one, so that it satisfies a `must`
 * (levels, A vendor commits)? How it is measured is the call's and is not compared. `why` names
 * every respect in which it is not.
 */
export function isAtLeastAsGood(other: Level, asked: Level): Comparative {
  const why: string[] = [];
  const must = (holds: boolean, reason: string): void => {
    if (!holds) why.push(reason);
  };
  must(
    other.indicator.metric === asked.indicator.metric,
    `metric ${other.indicator.metric}, not ${asked.indicator.metric}`,
  );
  must(
    other.indicator.statistic === asked.indicator.statistic,
    `statistic ${other.indicator.statistic}, not ${asked.indicator.statistic}`,
  );
  must(sameMembers(other.of, asked.of), `about ${other.of.join(', ')}, not ${asked.of.join(', ')}`);
  must(sameScope(other.scope, asked.scope), 'another scope');
  must(sameWindow(other.window, asked.window), 'another window');
  must(covers(asked.indicator, other.indicator), 'a looser threshold');
  must(lengthOf(other.slice) <= lengthOf(asked.slice), `a longer slice (${other.slice}, not ${asked.slice})`);
  must(other.minrun <= asked.minrun, `a longer run is forgiven (minrun ${other.minrun}, not ${asked.minrun})`);
  must(maintenanceNoLarger(other.maintenance, asked.maintenance), 'more maintenance is allowed');
  must(nodataNoLaxer(other, asked), `nodata ${other.nodata} is laxer than ${asked.nodata}`);
  must(other.count === 'inforce' || other.count === asked.count, `count ${other.count}, not ${asked.count}`);
  must(
    exactBillionths(other.target) >= exactBillionths(asked.target),
    `target ${other.target}, lower than ${asked.target}`,
  );
  why.push(...lowerCredit(other, asked));
  return why.length === 0 ? { ok: true } : { ok: false, why };
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each));
}

function sameScope(a: Scope, b: Scope): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.atleast === b.atleast;
}

function sameWindow(a: Window, b: Window): boolean {
  if ('calendar' in a) return 'calendar' in b && a.calendar === b.calendar && zone(a.timezone) === zone(b.timezone);
  if ('rolling' in a) return 'rolling' in b && sameLength(a.rolling, b.rolling);
  return 'anchor' in b && parseInstant(a.anchor) === parseInstant(b.anchor) && sameLength(a.every, b.every);
}

function zone(name: string): string {
  return ['Etc/UTC', 'Etc/GMT', 'GMT', 'Z', 'Etc/Zulu', 'Zulu'].includes(name) ? 'UTC' : name;
}

function sameLength(a: string, b: string): boolean {
  if (a === b) return true;
  const length = fixedMilliseconds(a);
  return length !== undefined && length === fixedMilliseconds(b);
}

function lengthOf(duration: string): number {
  return fixedMilliseconds(duration) ?? Number.POSITIVE_INFINITY;
}

function nodataNoLaxer(other: Level, asked: Level): boolean {
  const difference = STRICTEST_FIRST.indexOf(other.nodata) - STRICTEST_FIRST.indexOf(asked.nodata);
  if (difference !== 0 || other.nodata !== 'hold') return difference <= 0;
  return lengthOf(other.holdmax) <= lengthOf(asked.holdmax);
}

/** How many periods of the shorter kind may touch one of the longer kind. */
const MOST: Readonly<Record<Maintenance['per'], Readonly<Partial<Record<Maintenance['per'], number>>>>> = {
  hour: { hour: 1 },
  day: { hour: 25, day: 1 },
  week: { hour: 169, day: 7, week: 1 },
  month: { hour: 745, day: 31, week: 6, month: 1 },
  quarter: { hour: 2209, day: 92, week: 15, month: 3, quarter: 1 },
  year: { hour: 8784, day: 366, week: 54, month: 12, quarter: 4, year: 1 },
};

function maintenanceNoLarger(other: Maintenance | null, asked: Maintenance | null): boolean {
  if (other === null || lengthOf(other.max) === 0) return true;
  if (asked === null) return false;
  // An allowance for a longer period may all be used within the shorter one.
  const times = MOST[asked.per][other.per] ?? 1;
  return lengthOf(other.max) * times <= lengthOf(asked.max);
}

function lowerCredit(other: Level, asked: Level): string[] {
  if (asked.remedy === null) return [];
  if (other.remedy === null) return ['no credit'];
  const why: string[] = [];
  if (BASES.indexOf(other.remedy.base) < BASES.indexOf(asked.remedy.base))
    why.push(`credit on a smaller base (${other.remedy.base}, not ${asked.remedy.base})`);
  const lower = firstLowerCredit(other, asked);
  if (lower !== undefined) why.push(`a lower credit just under an attainment of ${lower}`);
  const least = parseMoney(other.remedy.min);
  const askedLeast = parseMoney(asked.remedy.min);
  if (least !== undefined && askedLeast !== undefined && least.gt(askedLeast))
    why.push(`paid only if over ${other.remedy.min}, not ${asked.remedy.min}`);
  if (asked.remedy.combine === 'sum') {
    if (other.remedy.combine !== 'sum') why.push('only the largest of several credits counts');
    if (other.remedy.cap < asked.remedy.cap) why.push(`credits together are capped at ${other.remedy.cap}`);
  }
  return why;
}

/** Credits change at tiers and targets only: comparing just under each of them compares everywhere. */
function firstLowerCredit(other: Level, asked: Level): number | undefined {
  const edges = [other, asked].flatMap((level) => [
    level.target,
    ...(level.remedy?.tiers ?? []).map((tier) => tier.below),
  ]);
  return edges.find((edge) => edge > 0 && creditUnder(other, edge) < creditUnder(asked, edge));
}

/** The share of the base that is credited at attainments just under `edge`. */
function creditUnder(level: Level, edge: number): number {
  const remedy = level.remedy;
  if (remedy === null || edge > level.target) return 0;
  const tier = remedy.tiers.findLast((each) => edge <= each.below);
  return Math.min(tier?.credit ?? 0, remedy.cap);
}
