import { isObject } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { parseInstant } from '../shared/duration.ts';
import { FactsBuilder, type Added } from './facts-builder.ts';
import type { AttributeEntry, FactValue, Facts } from './types.ts';

/** What the broker knows of one proposal when it is to be ranked: plain JSON. */
export interface ProposalInput {
  readonly vendor: string;
  readonly variant?: string;
  readonly awardable: boolean;
  readonly binding: boolean;
  /** Milliseconds since 1970, or an ISO 8601 instant. */
  readonly validUntil: number | string;
  /** Offered instances and links with all their attributes; `count` of them are alike (1 if absent). */
  readonly instances: readonly { readonly attributes: Readonly<Record<string, Json>>; readonly count?: number }[];
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

type Read = (proposal: ProposalInput, into: FactsBuilder) => void;

/**
 * Makes the function that combines a proposal into facts as the dictionary says. Proposals with the same
 * list of instances, which is never changed, are read once.
 */
export function factsReader(dictionary: readonly AttributeEntry[]): (proposal: ProposalInput) => Facts {
  const reads: Read[] = [];
  const combined = new Map<string, AttributeEntry[]>();
  for (const entry of dictionary) {
    if (entry.path.startsWith('/levels/*/')) continue;
    if (entry.path.startsWith('/')) reads.push(readPointer(entry));
    else combined.set(entry.path, [...(combined.get(entry.path) ?? []), entry]);
  }
  const gathered = new Map([...combined].map(([path, entries]) => [path, new Gathered(entries)]));
  const builder = new FactsBuilder();
  let last: { readonly instances: ProposalInput['instances']; readonly added: Added } | undefined;

  function readInstances(instances: ProposalInput['instances']): void {
    if (last?.instances === instances) {
      builder.again(last.added);
      return;
    }
    const before = builder.count;
    // What there is is fewer than what there could be.
    for (const { attributes, count = 1 } of instances)
      for (const name in attributes) gathered.get(name)?.take(attributes[name], count);
    for (const one of gathered.values()) one.giveInto(builder);
    last = { instances, added: builder.after(before) };
  }

  return (proposal) => {
    for (const read of reads) read(proposal, builder);
    readInstances(proposal.instances);
    readLevels(proposal, builder);
    return builder.take();
  };
}

function readPointer(entry: AttributeEntry): Read {
  const { name, path, type } = entry;
  if (path === '/validUntil')
    return ({ validUntil }, into) => {
      const at = typeof validUntil === 'number' ? validUntil : parseInstant(validUntil);
      if (at !== undefined) into.add(name, at);
    };
  const [first = '', second] = path.slice(1).split('/');
  const valueOf = (proposal: ProposalInput): Json | undefined => {
    const top = (proposal as unknown as Readonly<Record<string, Json>>)[first];
    return second === undefined ? top : isObject(top) ? top[second] : undefined;
  };
  // Each type by itself: to ask whether a type has a name that is not written out is slow.
  if (type === 'number')
    return (proposal, into) => {
      const value = valueOf(proposal);
      const fact = typeof value === 'string' ? Number(value) : value;
      if (typeof fact === 'number' && !Number.isNaN(fact)) into.add(name, fact);
    };
  if (type === 'string')
    return (proposal, into) => {
      const value = valueOf(proposal);
      if (typeof value === 'string') into.add(name, value);
    };
  return (proposal, into) => {
    const value = valueOf(proposal);
    if (typeof value === type) into.add(name, value as FactValue);
  };
}

/** The values that the instances of one proposal have of one attribute; empty again when it has given them. */
class Gathered {
  readonly #entries: readonly AttributeEntry[];
  #first: Json | undefined;
  #others: Json[] | undefined;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(entries: readonly AttributeEntry[]) {
    this.#entries = entries;
  }

  take(value: Json | undefined, count: number): void {
    if (value === undefined || value === null) return;
    if (typeof value === 'number') {
      for (let left = count; left > 0; left -= 1) this.#sum += value;
      if (value < this.#min) this.#min = value;
      if (value > this.#max) this.#max = value;
    }
    if (this.#first === undefined) this.#first = value;
    else if (value !== this.#first && !(this.#others ??= []).includes(value)) this.#others.push(value);
  }

  giveInto(facts: FactsBuilder): void {
    const first = this.#first;
    if (first === undefined) return;
    const others = this.#others;
    for (const { name, combine, type } of this.#entries) {
      if (type === 'number') {
        if (this.#max !== -Infinity)
          facts.add(name, combine === 'sum' ? this.#sum : combine === 'max' ? this.#max : this.#min);
      } else if (type === 'boolean') {
        if (typeof first === 'boolean' && others === undefined) facts.add(name, first);
      } else if (typeof first === 'string') {
        facts.add(
          name,
          others === undefined ? first : [first, ...others].filter((value) => typeof value === 'string').sort(),
        );
      }
    }
    this.#first = this.#others = undefined;
    this.#sum = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
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

function readLevels({ levels }: ProposalInput, into: FactsBuilder): void {
  let kept = 0;
  for (const level of levels) {
    const names = levelNames(level.id);
    if (level.target !== undefined) into.add(names.target, level.target);
    into.add(names.commit, level.commit);
    into.add(names.kept, level.kept);
    if (level.kept) kept++;
  }
  if (levels.length > 0) into.add('levels.kept', kept / levels.length);
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
