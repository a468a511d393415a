import { pointer } from '../shared/json.ts';
import type { Problems } from '../shared/errors.ts';
import type { Anchor, Utility } from './document.ts';
import type { AttributeEntry, FactValue } from './types.ts';

/** How good a number is, with the closed inverse that counterfactuals need. */
export interface NumericUtility {
  readonly kind: 'numeric';
  of(value: number): number;
  /** The value nearest to `from` whose utility is at least `utility`; undefined: none is so good. */
  reach(utility: number, from: number): number | undefined;
  /** 1: more is better; -1: less is; 0: neither. */
  readonly direction: 1 | -1 | 0;
}

/** How good one of several values is. */
export interface NominalUtility {
  readonly kind: 'nominal';
  of(value: FactValue): number;
  reach(utility: number): string | boolean | undefined;
}

export type CompiledUtility = NumericUtility | NominalUtility;

export interface UtilityContext {
  readonly entry: AttributeEntry;
  readonly cfpFacts: Readonly<Record<string, number>>;
  readonly path: string;
  readonly problems: Problems;
}

/** What is no number, as where infinities cancel out, is good for nothing: a score must stay comparable. */
const clamp = (value: number): number => (value > 0 ? (value < 1 ? value : 1) : 0);

/** Checks a utility against its attribute and compiles it; undefined where it makes no sense. */
export function compileUtility(utility: Utility, context: UtilityContext): CompiledUtility | undefined {
  const { entry, path, problems } = context;
  const wantsNumber = utility.type !== 'map' && utility.type !== 'bool';
  if (wantsNumber !== (entry.type === 'number') || (utility.type === 'bool' && entry.type !== 'boolean')) {
    problems.add(
      pointer(path, 'type'),
      'type_wrong',
      `a utility of type ${utility.type} does not fit ${entry.name}, which is a ${entry.type}`,
      entry.type === 'number' ? 'linear, points, target, …' : entry.type === 'boolean' ? 'bool' : 'map',
    );
    return undefined;
  }
  switch (utility.type) {
    case 'linear':
    case 'log':
    case 'exp':
      return anchored(utility, context);
    case 'logistic': {
      const mid = anchor(utility.mid, context, 'mid');
      if (mid === undefined) return fallback(utility.else, context, utility.mid);
      if (utility.slope === 0) {
        flat(context, 'slope is 0: every value is equally good');
        return undefined;
      }
      return logistic(mid, utility.slope);
    }
    case 'target': {
      const value = anchor(utility.value, context, 'value');
      const under = utility.under === undefined ? Infinity : anchor(utility.under, context, 'under');
      const over = utility.over === undefined ? Infinity : anchor(utility.over, context, 'over');
      if (value === undefined || under === undefined || over === undefined)
        return fallback(utility.else, context, utility.value);
      if (under <= 0 || over <= 0 || (under === Infinity && over === Infinity)) {
        flat(context, 'a target needs a width above 0, under or over it');
        return undefined;
      }
      return target(value, under, over);
    }
    case 'nines':
      if (utility.best === utility.worst) {
        flat(context);
        return undefined;
      }
      return nines(utility.best, utility.worst);
    case 'step':
      return rising(utility.steps, context, 'steps') ? step(utility.steps, utility.below ?? 0) : undefined;
    case 'points':
      return rising(utility.points, context, 'points') ? points(utility.points) : undefined;
    case 'map':
      return map(utility.values, utility.otherwise ?? 0, context);
    case 'bool': {
      const want = utility.want ?? true;
      return {
        kind: 'nominal',
        of: (value) => (value === want ? 1 : 0),
        reach: (wanted) => (wanted <= 1 ? want : undefined),
      };
    }
  }
}

function flat(
  { path, problems }: UtilityContext,
  detail = 'best and worst are the same: nothing can be reached',
): void {
  problems.add(path, 'utility_flat', detail);
}

/** The number an anchor stands for; undefined: the CFP does not state it. */
function anchor(value: Anchor, { entry, cfpFacts, path, problems }: UtilityContext, at: string): number | undefined {
  if (typeof value === 'number') return value;
  const suffix = entry.name.startsWith('price.') ? entry.name.slice('price.'.length) : 'month';
  const name = value.of === 'budget' ? `budget.${suffix}` : value.of;
  if (!/^(budget|wanted)\.[a-z]+$/.test(name)) {
    problems.add(
      pointer(path, at, 'of'),
      'unknown_attribute',
      `a CFP states no ${value.of} that an anchor could refer to`,
      'budget, budget.month, budget.percore, wanted.cores, wanted.memory, wanted.storage',
    );
    return undefined;
  }
  const base = cfpFacts[name];
  return base === undefined ? undefined : base * value.times;
}

function fallback(utility: Utility | undefined, context: UtilityContext, missing: Anchor): CompiledUtility | undefined {
  if (utility !== undefined) return compileUtility(utility, { ...context, path: pointer(context.path, 'else') });
  const of = typeof missing === 'number' ? 'budget' : missing.of;
  context.problems.add(
    context.path,
    'anchor_unresolved',
    `an anchor refers to ${of}, which this call for proposals does not state`,
    'state it, or give the utility an "else"',
  );
  return undefined;
}

function anchored(
  utility: Extract<Utility, { best: Anchor; type: 'linear' | 'log' | 'exp' }>,
  context: UtilityContext,
): CompiledUtility | undefined {
  const before = context.problems.list.length;
  const best = anchor(utility.best, context, 'best');
  const worst = anchor(utility.worst, context, 'worst');
  if (context.problems.list.length > before) return undefined;
  if (best === undefined || worst === undefined)
    return fallback(utility.else, context, best === undefined ? utility.best : utility.worst);
  if (best === worst) {
    flat(context);
    return undefined;
  }
  const direction = best > worst ? 1 : -1;
  const span = best - worst;
  if (!Number.isFinite(span)) {
    context.problems.add(context.path, 'value_wrong', 'best and worst lie further apart than numbers go');
    return undefined;
  }
  switch (utility.type) {
    case 'linear':
      return monotone(
        direction,
        (value) => (value - worst) / span,
        (wanted) => worst + wanted * span,
      );
    case 'log': {
      if (best <= 0 || worst <= 0) {
        context.problems.add(context.path, 'value_wrong', 'the anchors of a log utility must be above 0');
        return undefined;
      }
      const ratio = logOfRatio(best, worst);
      return monotone(
        direction,
        (value) => (value <= 0 ? (direction < 0 ? 1 : 0) : logOfRatio(value, worst) / ratio),
        (wanted) => worst * Math.exp(wanted * ratio),
      );
    }
    case 'exp': {
      const curve = utility.curve ?? 1;
      if (Math.abs(curve) < 1e-9)
        return monotone(
          direction,
          (value) => (value - worst) / span,
          (wanted) => worst + wanted * span,
        );
      const whole = 1 - Math.exp(-curve);
      return monotone(
        direction,
        (value) => (1 - Math.exp(-curve * clamp((value - worst) / span))) / whole,
        (wanted) => worst + (-Math.log(1 - wanted * whole) / curve) * span,
      );
    }
  }
}

/** The ratio itself is exact where both are near each other, but leaves the doubles where they are far apart. */
function logOfRatio(value: number, to: number): number {
  const ratio = value / to;
  return ratio > 0 && ratio < Infinity ? Math.log(ratio) : Math.log(value) - Math.log(to);
}

function monotone(
  direction: 1 | -1,
  raw: (value: number) => number,
  inverse: (utility: number) => number,
): NumericUtility {
  return {
    kind: 'numeric',
    direction,
    of: (value) => clamp(raw(value)),
    reach: (utility) => (utility > 1 ? undefined : inverse(utility < 0 ? 0 : utility)),
  };
}

function logistic(mid: number, slope: number): NumericUtility {
  return {
    kind: 'numeric',
    direction: slope > 0 ? 1 : -1,
    of: (value) => 1 / (1 + Math.exp(-slope * (value - mid))),
    reach: (utility) => (utility >= 1 || utility <= 0 ? undefined : mid - Math.log(1 / utility - 1) / slope),
  };
}

function nines(best: number, worst: number): NumericUtility {
  return monotone(
    best > worst ? 1 : -1,
    (value) => (value >= 1 ? Infinity * Math.sign(best - worst) : (-Math.log10(1 - value) - worst) / (best - worst)),
    (utility) => 1 - 10 ** -(worst + utility * (best - worst)),
  );
}

function target(value: number, under: number, over: number): NumericUtility {
  return {
    kind: 'numeric',
    direction: under === Infinity ? -1 : over === Infinity ? 1 : 0,
    of: (actual) => {
      const away = actual < value ? (value - actual) / under : (actual - value) / over;
      return away >= 1 ? 0 : 1 - away;
    },
    reach: (utility, from) => {
      if (utility > 1) return undefined;
      const slack = 1 - Math.max(utility, 0);
      if (from < value) return under === Infinity ? value : value - slack * under;
      return over === Infinity ? value : value + slack * over;
    },
  };
}

type Points = readonly (readonly [number, number])[];

function rising(list: Points, { path, problems }: UtilityContext, member: string): boolean {
  const wrong = list.findIndex(([x], index) => index > 0 && x <= (list[index - 1]?.[0] ?? -Infinity));
  if (wrong > 0) {
    problems.add(pointer(path, member, wrong, 0), 'value_wrong', 'values must rise from one entry to the next');
    return false;
  }
  const [, first] = list[0] ?? [0, 0];
  if (member === 'points' && list.every(([, utility]) => utility === first)) {
    problems.add(pointer(path, member), 'utility_flat', 'every value is equally good');
    return false;
  }
  return true;
}

function trend(utilities: readonly number[]): 1 | -1 | 0 {
  const pairs = utilities.slice(1).map((utility, index) => utility - (utilities[index] ?? 0));
  return pairs.every((change) => change >= 0) ? 1 : pairs.every((change) => change <= 0) ? -1 : 0;
}

const nearest = (from: number, candidates: readonly number[]): number | undefined =>
  candidates.reduce<number | undefined>(
    (best, value) => (best === undefined || Math.abs(value - from) < Math.abs(best - from) ? value : best),
    undefined,
  );

/** From its first entry on, the utility of the last entry that the value has reached. */
function step(steps: Points, below: number): NumericUtility {
  return {
    kind: 'numeric',
    direction: trend([below, ...steps.map(([, utility]) => utility)]),
    of: (value) => {
      let utility = below;
      for (const [from, reached] of steps) {
        if (value < from) break;
        utility = reached;
      }
      return utility;
    },
    reach: (wanted, from) => {
      // Just under a step's start, where the one before it is good enough: the start itself is not.
      const under = (at: number): number => at - Math.max(Math.abs(at) * 1e-9, Number.MIN_VALUE);
      const found: number[] = [];
      const first = steps[0]?.[0] ?? 0;
      if (below >= wanted) found.push(from < first ? from : under(first));
      steps.forEach(([start, utility], index) => {
        if (utility < wanted) return;
        const next = steps[index + 1]?.[0] ?? Infinity;
        found.push(from < start ? start : from < next ? from : under(next));
      });
      return nearest(from, found);
    },
  };
}

/** Straight lines between the points; level beyond the first and the last. */
function points(list: Points): NumericUtility {
  return {
    kind: 'numeric',
    direction: trend(list.map(([, utility]) => utility)),
    of: (value) => {
      let [x0, u0] = list[0] ?? [0, 0];
      if (value <= x0) return u0;
      for (let index = 1; index < list.length; index++) {
        const [x1, u1] = list[index] ?? [0, 0];
        if (value <= x1) return u0 + ((value - x0) / (x1 - x0)) * (u1 - u0);
        [x0, u0] = [x1, u1];
      }
      return u0;
    },
    reach: (wanted, from) => {
      const found: number[] = [];
      list.forEach(([x1, u1], index) => {
        if (u1 >= wanted) found.push(x1);
        const [x0, u0] = list[index - 1] ?? [x1, u1];
        if (u0 === u1) return;
        const share = (wanted - u0) / (u1 - u0);
        if (share >= 0 && share <= 1) found.push(x0 + share * (x1 - x0));
      });
      return nearest(from, found);
    },
  };
}

function map(
  values: Readonly<Record<string, number>>,
  otherwise: number,
  { entry, path, problems }: UtilityContext,
): NominalUtility | undefined {
  const known = new Map(Object.entries(values));
  const unknown = [...known.keys()].filter((value) => entry.values !== undefined && !entry.values.includes(value));
  for (const value of unknown)
    problems.add(
      pointer(path, 'values', value),
      'value_wrong',
      `${entry.name} is never ${value}`,
      (entry.values ?? []).join(', '),
    );
  if (unknown.length > 0) return undefined;
  const one = (value: string): number => known.get(value) ?? otherwise;
  const ordered = [...known].sort(([, left], [, right]) => left - right);
  return {
    kind: 'nominal',
    of: (value) => (Array.isArray(value) ? Math.min(...value.map(one)) : one(String(value))),
    reach: (wanted) => {
      const found = ordered.find(([, utility]) => utility >= wanted)?.[0];
      return found === undefined || entry.type !== 'boolean' ? found : found === 'true';
    },
  };
}
