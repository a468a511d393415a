import { isObject } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { parseInstant } from '../shared/duration.ts';
import type { AttributeEntry, FactValue, Facts } from './types.ts';

/** What the broker knows of one proposal when it is to be ranked: plain JSON. */
export interface ProposalInput {
  readonly vendor: string;
  readonly variant?: string;
  readonly awardable: boolean;
  readonly binding: boolean;
  /** Milliseconds since 1970, or an ISO 8601 instant. */
  readonly validUntil: number | string;
  /** Each offered instance and link, with all its attributes. */
  readonly instances: readonly { readonly attributes: Readonly<Record<string, Json>> }[];
  /** The sums in the currency that the CFP compares in, as decimal strings; `currency` is the vendor's own. */
  readonly price: {
    readonly currency: string;
    readonly hour?: string;
    readonly month?: string;
    readonly once?: string;
    readonly total?: string;
  };
  /** One for each level that is asked for, `measure` ones left out. */
  readonly levels: readonly LevelInput[];
  /** The vendor's record; what it has none of is absent. */
  readonly measured?: {
    readonly confirmRate?: number;
    readonly compliance90d?: number;
    /** Seconds. */
    readonly provisionP95?: number;
    readonly priceDrift?: number;
  };
}

export interface LevelInput {
  readonly id: string;
  readonly commit: 'asked' | 'other' | 'none';
  /** What the vendor commits to: the asked target, or its own; absent where it commits to nothing. */
  readonly target?: number;
  /** As asked, or another that is at least as good (levels.md). */
  readonly kept: boolean;
}

type Read = (proposal: ProposalInput, into: Record<string, FactValue>) => void;

/** Makes the function that combines a proposal into facts as the dictionary says. */
export function factsReader(dictionary: readonly AttributeEntry[]): (proposal: ProposalInput) => Facts {
  const reads: Read[] = [];
  const combined = new Map<string, AttributeEntry[]>();
  for (const entry of dictionary) {
    if (entry.path.startsWith('/levels/*/')) continue;
    if (entry.path.startsWith('/')) reads.push(readPointer(entry));
    else combined.set(entry.path, [...(combined.get(entry.path) ?? []), entry]);
  }
  const paths = [...combined];
  return (proposal) => {
    const facts: Record<string, FactValue> = {};
    for (const read of reads) read(proposal, facts);
    for (const [path, entries] of paths) readInstances(path, entries, proposal, facts);
    readLevels(proposal, facts);
    return facts;
  };
}

function readPointer(entry: AttributeEntry): Read {
  const { name, path, type } = entry;
  if (path === '/validUntil')
    return ({ validUntil }, into) => {
      const at = typeof validUntil === 'number' ? validUntil : parseInstant(validUntil);
      if (at !== undefined) into[name] = at;
    };
  const [first = '', second] = path.slice(1).split('/');
  return (proposal, into) => {
    const top = (proposal as unknown as Readonly<Record<string, Json>>)[first];
    const value = second === undefined ? top : isObject(top) ? top[second] : undefined;
    const fact = type === 'number' && typeof value === 'string' ? Number(value) : value;
    if (typeof fact === type && !Number.isNaN(fact)) into[name] = fact as FactValue;
  };
}

function readInstances(
  path: string,
  entries: readonly AttributeEntry[],
  { instances }: ProposalInput,
  into: Record<string, FactValue>,
): void {
  let first: Json | undefined;
  let others: Json[] | undefined;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const { attributes } of instances) {
    const value = attributes[path];
    if (value === undefined || value === null) continue;
    if (typeof value === 'number') {
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    if (first === undefined) first = value;
    else if (value !== first && !(others ??= []).includes(value)) others.push(value);
  }
  if (first === undefined) return;
  for (const { name, combine, type } of entries) {
    if (type === 'number') {
      if (max === -Infinity) continue;
      into[name] = combine === 'sum' ? sum : combine === 'max' ? max : min;
    } else if (type === 'boolean') {
      if (typeof first === 'boolean' && others === undefined) into[name] = first;
    } else if (typeof first === 'string') {
      into[name] =
        others === undefined ? first : [first, ...others].filter((value) => typeof value === 'string').sort();
    }
  }
}

interface LevelNames {
  readonly target: string;
  readonly commit: string;
  readonly kept: string;
}

const MOST_NAMES = 1000;
const namesOfLevels = new Map<string, LevelNames>();

/** The same few levels are read for every proposal of a call: their names are put together once. */
function levelNames(id: string): LevelNames {
  let names = namesOfLevels.get(id);
  if (names === undefined) {
    if (namesOfLevels.size >= MOST_NAMES) namesOfLevels.clear();
    names = { target: `level.${id}.target`, commit: `level.${id}.commit`, kept: `level.${id}.kept` };
    namesOfLevels.set(id, names);
  }
  return names;
}

function readLevels({ levels }: ProposalInput, into: Record<string, FactValue>): void {
  let kept = 0;
  for (const level of levels) {
    const names = levelNames(level.id);
    if (level.target !== undefined) into[names.target] = level.target;
    into[names.commit] = level.commit;
    into[names.kept] = level.kept;
    if (level.kept) kept++;
  }
  if (levels.length > 0) into['levels.kept'] = kept / levels.length;
}

/** What of a CFP anchors may refer to. */
export interface CfpInput {
  readonly budget?: { readonly amount: string; readonly per: 'hour' | 'month' | 'once' | 'term' };
  /** Nominal months of the period, where it has an end (api.md, Money). */
  readonly months?: number;
  readonly wanted: readonly {
    readonly count?: number;
    readonly attributes: Readonly<Record<string, { readonly equal?: Json; readonly min?: number }>>;
  }[];
}

const HOURS_A_MONTH = 730;

/**
 * The facts of a CFP that anchors may refer to: `budget.month`, `.hour`, `.once`, `.total` (the one
 * that is given and those that follow from it), `wanted.cores`, `wanted.memory`, `wanted.storage`
 * (the least that is asked for, over all instances) and `budget.percore`, a month's budget for a core.
 */
export function cfpFacts(cfp: CfpInput): Readonly<Record<string, number>> {
  const facts: Record<string, number> = {};
  const least = (attribute: string): number =>
    cfp.wanted.reduce((sum, { count = 1, attributes }) => {
      const { equal, min } = attributes[attribute] ?? {};
      return sum + count * (typeof equal === 'number' ? equal : (min ?? 0));
    }, 0);
  const put = (name: string, value: number | undefined): void => {
    if (value !== undefined && Number.isFinite(value) && value > 0) facts[name] = value;
  };
  put('wanted.cores', least('occi.compute.cores'));
  put('wanted.memory', least('occi.compute.memory'));
  put('wanted.storage', least('occi.storage.size'));
  if (cfp.budget !== undefined) {
    const amount = Number(cfp.budget.amount);
    const { per } = cfp.budget;
    if (per === 'once') put('budget.once', amount);
    else {
      const months = cfp.months ?? 0;
      const month = per === 'month' ? amount : per === 'hour' ? amount * HOURS_A_MONTH : amount / months;
      put('budget.month', month);
      put('budget.hour', per === 'hour' ? amount : month / HOURS_A_MONTH);
      put('budget.total', per === 'term' ? amount : month * months);
      put('budget.percore', month / (facts['wanted.cores'] ?? 0));
    }
  }
  return facts;
}
