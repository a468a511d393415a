import { pointer } from '../shared/json.ts';
import type { Anchor, Utility } from './document.ts';
import { anchor } from './utility-anchor.ts';
import { exp, linear, log, logistic, nines, target } from './utility-curves.ts';
import { bool, map } from './utility-nominal.ts';
import { points, rising, step } from './utility-points.ts';
import type { CompiledUtility, UtilityContext } from './utility-types.ts';

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
    case 'bool':
      return bool(utility.want ?? true);
  }
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
  if (!Number.isFinite(best - worst)) {
    context.problems.add(context.path, 'value_wrong', 'best and worst lie further apart than numbers go');
    return undefined;
  }
  switch (utility.type) {
    case 'linear':
      return linear(best, worst);
    case 'log':
      if (best <= 0 || worst <= 0) {
        context.problems.add(context.path, 'value_wrong', 'the anchors of a log utility must be above 0');
        return undefined;
      }
      return log(best, worst);
    case 'exp':
      return exp(best, worst, utility.curve ?? 1);
  }
}

/** What counts instead, where the CFP does not state what an anchor refers to. */
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

function flat(
  { path, problems }: UtilityContext,
  detail = 'best and worst are the same: nothing can be reached',
): void {
  problems.add(path, 'utility_flat', detail);
}
