import type { Problem } from '../shared/errors.ts';
import type { LevelProblems } from '../terms/level-fields.ts';
import type { Level } from '../terms/level.ts';
import { INSTANCE } from './context-json.ts';
import { resourceOf } from './credit.ts';
import { instancesOf } from './evaluate.ts';
import type { FileSeries } from './samples-csv.ts';
import type { EvaluationContext } from './types.ts';

/**
 * A slip in an instance's name would silently leave out what is said about it: whoever names the
 * second instance of a resource must have listed it. Samples of other resources than those that are
 * listed are nobody's mistake, as are other metrics and vantages.
 */
export function tellUnknownInstances(
  context: EvaluationContext,
  level: Pick<Level, 'of'> | undefined,
  problems: LevelProblems,
): void {
  const known = new Set(context.instances);
  const tell = (list: string, instance: string | undefined, i: number): void => {
    if (instance !== undefined && !known.has(instance))
      problems.nonsense(
        `/context/${list}/${i}/instance`,
        'instance_unknown',
        `${instance} is none of the instances (${context.instances.join(', ')})`,
      );
  };
  if (level !== undefined && instancesOf(level, context.instances).length === 0)
    problems.nonsense('/level/of', 'reference_unknown', `none of the instances is of ${level.of.join(' or ')}`);
  context.stopped?.forEach(({ instance }, i) => {
    tell('stopped', instance, i);
  });
  const resources = new Set(context.instances.map(resourceOf));
  context.charges?.forEach(({ instance }, i) => {
    if (instance !== undefined && resources.has(resourceOf(instance))) tell('charges', instance, i);
  });
}

/** The same for what samples are of; each series is told once, by its first line. */
export function unknownSeries(series: readonly FileSeries[], context: EvaluationContext): readonly Problem[] {
  const known = new Set(context.instances);
  const resources = new Set(context.instances.map(resourceOf));
  return series.flatMap(({ instance, line }) => {
    const path = `/line/${line}`;
    if (!INSTANCE.test(instance))
      return [{ path, code: 'instance_invalid', detail: `line ${line}: ${instance} is not written as web/0` }];
    if (known.has(instance) || !resources.has(resourceOf(instance))) return [];
    const detail = `line ${line}: ${instance} is none of the instances (${context.instances.join(', ')})`;
    return [{ path, code: 'instance_unknown', detail }];
  });
}
