import { pointer } from '../shared/json.ts';
import type { Problems } from '../shared/errors.ts';
import type { RulesDocument, WeightLimit } from './document.ts';
import type { Interval } from './must.ts';
import type { ProgramMust } from './program.ts';

/** Weights that decide nothing, and those that break a stated relation. */
export function checkWeights(document: RulesDocument, problems: Problems): void {
  const prefer = document.prefer ?? [];
  if (prefer.length > 0 && prefer.every(({ weight }) => weight === 0))
    problems.add('/prefer', 'weights_zero', 'every weight is 0: nothing is preferred', 'give one a weight above 0');
  const weights = new Map(prefer.map(({ id, weight }) => [id, weight]));
  (document.weightLimits ?? []).forEach((limit, index) => {
    const path = pointer('/weightLimits', index);
    const left = weights.get(limit.left);
    const right = weights.get(limit.right);
    if (left === undefined)
      problems.add(pointer(path, 'left'), 'unknown_reference', `there is no criterion ${limit.left}`);
    if (right === undefined)
      problems.add(pointer(path, 'right'), 'unknown_reference', `there is no criterion ${limit.right}`);
    if (left !== undefined && right !== undefined && !holds(left, limit, right))
      problems.add(
        path,
        'weight_limit',
        `the weight of ${limit.left} is ${left}, and must be ${limit.op} ${limit.times} times that of ${limit.right}, which is ${right}`,
      );
  });
}

function holds(left: number, { op, times }: WeightLimit, right: number): boolean {
  const bound = times * right;
  switch (op) {
    case '<':
      return left < bound;
    case '<=':
      return left <= bound;
    case '=':
      return left === bound;
    case '>=':
      return left >= bound;
    case '>':
      return left > bound;
  }
}

/** Lots are made of what is wanted, each thing once; what stands in none would not be bought. */
export function checkLots(
  document: RulesDocument,
  wanted: readonly { readonly id: string; readonly link: boolean }[],
  problems: Problems,
): void {
  const lots = document.select?.lots;
  if (lots === undefined) return;
  const placed = new Set<string>();
  for (const [lot, ids] of Object.entries(lots))
    ids.forEach((id, index) => {
      const path = pointer('/select/lots', lot, index);
      if (!wanted.some((one) => one.id === id))
        problems.add(path, 'unknown_reference', `nothing wanted has the id ${id}`);
      else if (placed.has(id)) problems.add(path, 'duplicate_id', `${id} stands in a lot already`);
      placed.add(id);
    });
  const left = wanted.filter(({ id, link }) => !link && !placed.has(id)).map(({ id }) => id);
  if (left.length > 0) problems.add('/select/lots', 'lot_missing', `${left.join(', ')} would be in no lot`);
}

/** Conditions on one attribute that no value can meet together. */
export function checkContradictions(musts: readonly ProgramMust[], problems: Problems): void {
  const byColumn = new Map<number, ProgramMust[]>();
  for (const must of musts) byColumn.set(must.column, [...(byColumn.get(must.column) ?? []), must]);
  for (const group of byColumn.values()) contradictions(group, problems);
}

function contradictions(group: readonly ProgramMust[], problems: Problems): void {
  const [{ entry } = { entry: undefined }] = group;
  const { min = -Infinity, max = Infinity } = entry?.range ?? {};
  let range: Interval = { min, max, minOpen: false, maxOpen: false };
  let among: readonly unknown[] | undefined;
  const barred = new Set<unknown>();
  const before: ProgramMust[] = [];
  for (const must of group) {
    const { predicate } = must;
    if (predicate.interval !== undefined) range = meet(range, predicate.interval);
    if (predicate.among !== undefined) {
      const admitted: readonly unknown[] = predicate.among;
      among = among === undefined ? admitted : among.filter((value) => admitted.includes(value));
    }
    for (const value of predicate.barred ?? []) barred.add(value);
    const left = among?.filter((value) => !barred.has(value) && (typeof value !== 'number' || within(value, range)));
    const absent = before.length > 0 && before.every((other) => other.predicate.absentPasses) && predicate.absentPasses;
    const existence = before.find((other) => contradictExistence(other, must));
    if (empty(range) || left?.length === 0 || existence !== undefined) {
      if (absent && existence === undefined) continue;
      const others = existence === undefined ? before : [existence];
      problems.add(
        // What the broker adds has no place in the document: the rule that meets it has.
        must.path ?? others.findLast(({ path }) => path !== undefined)?.path ?? '',
        'contradictory',
        others.length === 0
          ? `${predicate.wanted} can never be: ${entry?.name ?? ''} goes from ${min} to ${max}`
          : `${predicate.wanted} contradicts ${others.map((other) => `${other.id} (${other.predicate.wanted})`).join(' and ')}`,
      );
      return;
    }
    before.push(must);
  }
}

function contradictExistence(left: ProgramMust, right: ProgramMust): boolean {
  const clash = (one: ProgramMust, other: ProgramMust): boolean =>
    one.predicate.wantsAbsent === true && !other.predicate.absentPasses;
  return clash(left, right) || clash(right, left);
}

function meet(left: Interval, right: Interval): Interval {
  const [low, high] = [left.min > right.min ? left : right, left.max < right.max ? left : right];
  return {
    min: low.min,
    max: high.max,
    minOpen: left.min === right.min ? left.minOpen || right.minOpen : low.minOpen,
    maxOpen: left.max === right.max ? left.maxOpen || right.maxOpen : high.maxOpen,
  };
}

function empty({ min, max, minOpen, maxOpen }: Interval): boolean {
  return min > max || (min === max && (minOpen || maxOpen));
}

function within(value: number, { min, max, minOpen, maxOpen }: Interval): boolean {
  return (minOpen ? value > min : value >= min) && (maxOpen ? value < max : value <= max);
}
