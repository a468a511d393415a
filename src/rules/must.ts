import { parseInstant } from '../shared/duration.ts';
import { pointer } from '../shared/json.ts';
import type { Problems } from '../shared/errors.ts';
import { unitFactor, unitsOf } from './dictionary.ts';
import { formatNumber, formatValue, rangeOf, unitSuffix } from './format.ts';
import type { AttributeEntry, AttributeMust, FactValue, Missing } from './types.ts';

/** The numbers that a condition admits; ends are admitted where closed. */
export interface Interval {
  readonly min: number;
  readonly max: number;
  readonly minOpen: boolean;
  readonly maxOpen: boolean;
}

/** What would have to be changed for a value to pass. */
export interface Fix {
  readonly op: '<=' | '>=' | '=';
  readonly value: FactValue;
  readonly text: string;
}

/** A condition on one value, compiled. */
export interface Predicate {
  /** As people read it: `price.month <= 90 EUR`. */
  readonly wanted: string;
  /** Of the value itself; what an absent one means is `absent`. */
  passes(value: FactValue): boolean;
  readonly absentPasses: boolean;
  /** Relative miss of a value that does not pass; null where it cannot be measured. */
  miss(value: FactValue): number | null;
  fix(value: FactValue | undefined): Fix | undefined;
  /** The bound moved to `value`, as people read it; undefined where it has none to move. */
  moved(value: number): string | undefined;
  readonly interval?: Interval;
  /** The only values admitted, and those that are not. */
  readonly among?: readonly (string | number | boolean)[];
  readonly barred?: readonly (string | number | boolean)[];
  readonly relaxTo?: number;
  /** Only an absent value passes. */
  readonly wantsAbsent?: boolean;
}

export interface MustContext {
  readonly name: string;
  readonly entry: AttributeEntry;
  readonly currency: string;
  readonly missing: Missing;
  readonly path: string;
  readonly problems: Problems;
}

/** Checks a condition against its attribute and compiles it; undefined where it makes no sense. */
export function compileMust(rule: AttributeMust, context: MustContext): Predicate | undefined {
  const { entry, path, problems } = context;
  const before = problems.list.length;
  const factor = factorOf(rule, context);
  if (rule.op === 'exists') return existence(rule, context);
  if (rule.value === undefined) {
    problems.add(path, 'missing_member', `${rule.op} needs a value`);
    return undefined;
  }
  const values = readValues(rule, factor, context);
  if (rule.relax !== undefined && (entry.type !== 'number' || !/^[<>]=?$/.test(rule.op)))
    problems.add(pointer(path, 'relax'), 'type_wrong', 'only a bound on a number can be relaxed');
  if (rule.relax?.ask === (false as boolean))
    problems.add(
      pointer(path, 'relax', 'ask'),
      'not_supported',
      'rules are not relaxed without asking: what would be gained is reported instead',
      'leave it out, or true',
    );
  if (values === undefined || problems.list.length > before) return undefined;
  const numbers = values.filter((value) => typeof value === 'number');
  return entry.type === 'number' && numbers.length === values.length
    ? onNumber(rule, numbers, factor, context)
    : onNominal(rule, values, context);
}

function factorOf({ unit }: AttributeMust, { entry, currency, path, problems }: MustContext): number {
  if (unit === undefined) return 1;
  const factor = unitFactor(entry, unit, currency);
  if (factor === undefined) {
    const known = unitsOf(entry, currency);
    problems.add(
      pointer(path, 'unit'),
      'unit_clash',
      entry.unit === 'currency'
        ? `prices are compared in ${currency} here, not in ${unit}`
        : `${entry.name} is not measured in ${unit}`,
      known.length === 0 ? 'it has no unit' : known.join(', '),
    );
  }
  return factor ?? 1;
}

function readValues(
  { op, value, attr }: AttributeMust,
  factor: number,
  { entry, path, problems }: MustContext,
): (string | number | boolean)[] | undefined {
  const at = pointer(path, 'value');
  const many = op === 'in' || op === 'not in' || op === 'between';
  if (many !== Array.isArray(value) || (op === 'between' && (value as readonly unknown[]).length !== 2)) {
    problems.add(
      at,
      'type_wrong',
      many ? `${op} takes a list${op === 'between' ? ' of two' : ''}` : `${op} takes one value`,
    );
    return undefined;
  }
  const ordered = op === '<' || op === '<=' || op === '>' || op === '>=' || op === 'between';
  if ((ordered && entry.type !== 'number') || (op === 'like' && entry.type !== 'string' && entry.type !== 'list')) {
    problems.add(pointer(path, 'op'), 'type_wrong', `${op} cannot be asked of ${attr}, which is a ${entry.type}`);
    return undefined;
  }
  const list = (many ? value : [value]) as readonly (string | number | boolean)[];
  const read = list.map((one, index) => {
    const where = many ? pointer(at, index) : at;
    if (entry.unit === 'instant' && typeof one === 'string') {
      const instant = parseInstant(one);
      if (instant === undefined) problems.add(where, 'type_wrong', 'is not an ISO 8601 instant');
      return instant ?? 0;
    }
    const wanted = entry.type === 'list' ? 'string' : entry.type;
    if (typeof one !== wanted) problems.add(where, 'type_wrong', `${attr} is a ${entry.type}, this a ${typeof one}`);
    else if (typeof one === 'string' && op !== 'like' && entry.values !== undefined && !entry.values.includes(one))
      problems.add(where, 'value_wrong', `${attr} is never ${one}`, entry.values.join(', '));
    return typeof one === 'number' ? one * factor : one;
  });
  return read;
}

function existence({ value, attr }: AttributeMust, { path, problems }: MustContext): Predicate | undefined {
  if (value !== undefined && typeof value !== 'boolean') {
    problems.add(pointer(path, 'value'), 'type_wrong', 'exists takes true or false');
    return undefined;
  }
  const wantsIt = value !== false;
  return {
    wanted: wantsIt ? `${attr} stated` : `${attr} not stated`,
    passes: () => wantsIt,
    absentPasses: !wantsIt,
    wantsAbsent: !wantsIt,
    miss: () => null,
    fix: () => undefined,
    moved: () => undefined,
  };
}

const scaleOf = (bound: number): number => (bound === 0 ? 1 : Math.abs(bound));

function onNumber(rule: AttributeMust, bounds: readonly number[], factor: number, context: MustContext): Predicate {
  const { name, entry, currency } = context;
  const suffix = unitSuffix(entry, currency);
  const show = (value: number): string => formatNumber(value, entry);
  const text = (op: string, value: number): string => `${name} ${op} ${show(value)}${suffix}`;
  const [first = 0, second = first] = bounds;
  const absentPasses = context.missing === 'neutral';
  const common = { absentPasses, ...(rule.relax === undefined ? {} : { relaxTo: rule.relax.upTo * factor }) };
  const numeric = (test: (value: number) => boolean) => (value: FactValue) => test(value as number);
  const away = (bound: number) => (value: FactValue) => Math.abs((value as number) - bound) / scaleOf(bound);
  const fixed = (op: Fix['op'], value: number) => (): Fix => ({ op, value, text: text(op, value) });
  const open = { min: -Infinity, max: Infinity, minOpen: false, maxOpen: false };
  switch (rule.op) {
    case '<':
    case '<=':
      return {
        ...common,
        wanted: text(rule.op, first),
        passes: numeric(rule.op === '<' ? (value) => value < first : (value) => value <= first),
        miss: away(first),
        fix: fixed('<=', rule.op === '<=' ? first : justBeside(first, -1, entry)),
        moved: (value) => text('<=', value),
        interval: { ...open, max: first, maxOpen: rule.op === '<' },
      };
    case '>':
    case '>=':
      return {
        ...common,
        wanted: text(rule.op, first),
        passes: numeric(rule.op === '>' ? (value) => value > first : (value) => value >= first),
        miss: away(first),
        fix: fixed('>=', rule.op === '>=' ? first : justBeside(first, 1, entry)),
        moved: (value) => text('>=', value),
        interval: { ...open, min: first, minOpen: rule.op === '>' },
      };
    case 'between':
      return {
        ...common,
        wanted: `${name} between ${show(first)} and ${show(second)}${suffix}`,
        passes: numeric((value) => value >= first && value <= second),
        miss: (value) => away((value as number) < first ? first : second)(value),
        fix: (value) => (typeof value === 'number' && value > second ? fixed('<=', second)() : fixed('>=', first)()),
        moved: () => undefined,
        interval: { ...open, min: first, max: second },
      };
    case '=':
      return {
        ...common,
        wanted: text('=', first),
        passes: numeric((value) => value === first),
        miss: away(first),
        fix: fixed('=', first),
        moved: () => undefined,
        interval: { ...open, min: first, max: first },
        among: bounds,
      };
    case 'in': {
      const known = new Set(bounds);
      const nearest = (value: number): number =>
        bounds.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best), first);
      return {
        ...common,
        wanted: `${name} in ${bounds.map(show).join(', ')}${suffix}`,
        passes: numeric((value) => known.has(value)),
        miss: (value) => away(nearest(value as number))(value),
        fix: (value) => fixed('=', typeof value === 'number' ? nearest(value) : first)(),
        moved: () => undefined,
        among: bounds,
      };
    }
    case '!=':
    case 'not in': {
      const barred = new Set(bounds);
      return {
        ...common,
        wanted: `${name} ${rule.op} ${bounds.map(show).join(', ')}${suffix}`,
        passes: numeric((value) => !barred.has(value)),
        miss: () => null,
        fix: () => undefined,
        moved: () => undefined,
        barred: bounds,
      };
    }
    case 'like':
    case 'exists':
      throw new Error(`${rule.op} is not asked of a number`);
  }
}

/** The next value that a person would write, no further than the attribute goes. */
function justBeside(bound: number, towards: 1 | -1, entry: AttributeEntry): number {
  if (entry.integer === true || entry.unit === 'instant')
    return towards < 0 ? Math.ceil(bound) - 1 : Math.floor(bound) + 1;
  const step = entry.unit === 'currency' ? Math.max(0.01, 1e-15 * scaleOf(bound)) : 1e-6 * scaleOf(bound);
  const beside = bound + towards * step;
  const { min, max } = rangeOf(entry);
  if (towards < 0 ? beside < min && min < bound : beside > max && max > bound) return towards < 0 ? min : max;
  // 0.3 − 0.01 and the like: what is shown should be as short as what was written.
  const short = Number(beside.toPrecision(12));
  return (towards < 0 ? short < bound : short > bound) ? short : beside;
}

type Nominal = string | number | boolean;

function onNominal(rule: AttributeMust, values: readonly Nominal[], context: MustContext): Predicate {
  const { name, entry } = context;
  const shown = values.map((value) => formatValue(value, entry)).join(', ');
  const known = new Set<unknown>(values);
  const one = oneTest(rule.op, known, String(values[0] ?? ''));
  const wanted = `${name} ${rule.op} ${shown}`;
  const admits = rule.op === '=' || rule.op === 'in';
  const bars = rule.op === '!=' || rule.op === 'not in';
  const [first = ''] = values;
  return {
    wanted,
    // Where instances differ, the condition must hold for each of them.
    passes: (value) => (Array.isArray(value) ? value.every(one) : one(value)),
    absentPasses: context.missing === 'neutral',
    miss: () => null,
    fix: () =>
      admits ? { op: '=', value: first, text: values.length === 1 ? `${name} = ${shown}` : wanted } : undefined,
    moved: () => undefined,
    ...(admits ? { among: values } : {}),
    ...(bars ? { barred: values } : {}),
  };
}

function oneTest(op: AttributeMust['op'], known: ReadonlySet<unknown>, pattern: string): (value: unknown) => boolean {
  if (op === '=' || op === 'in') return (value) => known.has(value);
  if (op === '!=' || op === 'not in') return (value) => !known.has(value);
  const parts = pattern.split('*');
  return (value) => glob(parts, String(value));
}

/** `*` stands for any characters. Linear in the text: there is no pattern that makes it slow. */
export function glob(parts: readonly string[], text: string): boolean {
  const [head = '', ...rest] = parts;
  if (rest.length === 0) return text === head;
  if (!text.startsWith(head)) return false;
  let at = head.length;
  const tail = rest.pop() ?? '';
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - tail.length >= at && text.endsWith(tail);
}
