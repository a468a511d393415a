import { pointer } from '../shared/json.ts';
import type { Problems } from '../shared/errors.ts';
import { compileExpression } from './cel.ts';
import type { CelType } from './cel.ts';
import type { Column } from './columns.ts';
import type { Dictionary } from './dictionary.ts';
import type { PreferRule, RulesDocument } from './document.ts';
import { checkContradictions, checkLots, checkWeights } from './lint.ts';
import { compileMust } from './must.ts';
import type { CompileContext } from './port.ts';
import type { Program, ProgramMust, ProgramPrefer, ProgramTie } from './program.ts';
import type { AttributeEntry, AttributeMust, CelMust, Missing, MustRule } from './types.ts';
import { compileUtility } from './utility.ts';

/** Scores nearer than this are equal in any case: it is the dust of floating-point sums. */
const DUST = 1e-12;
const DEFAULT_TIES = ['price.month asc', 'hash asc'];
const NEUTRAL = 0.5;

interface Work {
  readonly dictionary: Dictionary;
  readonly context: CompileContext;
  readonly problems: Problems;
  readonly columns: Column[];
  readonly derived: Map<string, number>;
}

/** Checks a resolved document and compiles it; paths of problems are pointers into it. */
export function compileProgram(
  document: RulesDocument,
  dictionary: Dictionary,
  context: CompileContext,
  problems: Problems,
): Program {
  const work: Work = { dictionary, context, problems, columns: [], derived: new Map() };
  addDerived(document.derived ?? {}, work);
  const musts = compileMusts(document, work);
  const prefers = compilePrefers(document, work, musts);
  const ties = compileTies(document.rank?.tie?.by ?? DEFAULT_TIES, work);
  checkWeights(document, problems);
  if (context.wanted !== undefined) checkLots(document, context.wanted, problems);
  checkContradictions(musts, problems);
  const weights = prefers.reduce((sum, { weight }) => sum + weight, 0);
  return {
    columns: work.columns,
    musts,
    prefers: prefers.map((prefer) => ({ ...prefer, share: weights === 0 ? 0 : prefer.weight / weights })),
    weights,
    ties,
    within: Math.max(document.rank?.tie?.within ?? 0, DUST),
  };
}

/** The entry of a name, derived ones included; tells the problem where there is none. */
function entryOf(name: string, path: string, work: Work): AttributeEntry | undefined {
  const derived = work.columns[work.derived.get(name) ?? -1];
  if (derived !== undefined) return derived.entry;
  const { levels } = work.context;
  const entry = work.dictionary.find(name, levels);
  if (entry === undefined) {
    const near = work.dictionary.nearest(name, levels);
    work.problems.add(
      path,
      'unknown_attribute',
      `there is no attribute ${name}`,
      near === undefined ? 'the dictionary of attributes lists them all' : `did you mean ${near}?`,
    );
  }
  return entry;
}

function columnOf(name: string, entry: AttributeEntry, work: Work): number {
  const known = work.derived.get(name) ?? work.columns.findIndex((column) => column.name === name);
  if (known >= 0) return known;
  return work.columns.push({ name, entry }) - 1;
}

function celType(entry: AttributeEntry): CelType {
  switch (entry.type) {
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'list':
      return 'list<string>';
  }
}

/** Compiles an expression into a column of its own; undefined where it makes no sense. */
function addExpression(name: string, source: string, path: string, wantsBool: boolean, work: Work): number | undefined {
  const find = (used: string): AttributeEntry | undefined => {
    const derived = work.columns[work.derived.get(used) ?? -1];
    return derived === undefined ? work.dictionary.find(used, work.context.levels) : derived.entry;
  };
  const result = compileExpression(source, (used) => {
    const entry = used.includes('*') ? undefined : find(used);
    return entry === undefined ? undefined : celType(entry);
  });
  if (!result.ok) {
    work.problems.add(path, 'cel_invalid', result.detail, result.hint);
    return undefined;
  }
  const { expression } = result;
  if (wantsBool && expression.type !== 'bool') {
    work.problems.add(path, 'cel_invalid', 'a condition must be true or false', 'compare it with something');
    return undefined;
  }
  const inputs = expression.names.map((used) => {
    const entry = find(used);
    if (entry === undefined) throw new Error(`${used} was checked to be known`);
    return columnOf(used, entry, work);
  });
  const entry: AttributeEntry = {
    name,
    path: '',
    combine: 'none',
    type: expression.type === 'bool' ? 'boolean' : 'number',
    source: 'proposal',
    description: source,
  };
  return work.columns.push({ name, entry, derived: { expression, inputs } }) - 1;
}

function addDerived(derived: Readonly<Record<string, string>>, work: Work): void {
  for (const [name, source] of Object.entries(derived)) {
    const path = pointer('/derived', name);
    if (name === 'hash' || work.dictionary.find(name, work.context.levels) !== undefined) {
      work.problems.add(path, 'name_taken', `${name} is an attribute already, and cannot be hidden`);
      continue;
    }
    const column = addExpression(name, source, path, false, work);
    if (column !== undefined) work.derived.set(name, column);
  }
}

/** Rules on `level.*` become one for each level that somebody may commit to. */
function spread<R extends { readonly id: string; readonly attr: string }>(rule: R, work: Work): R[] {
  if (!rule.attr.includes('*')) return [rule];
  const { levels, needs } = work.context;
  return levels
    .filter((level) => needs?.[level] !== 'measure')
    .map((level) => ({ ...rule, id: `${rule.id}.${level}`, attr: rule.attr.replace('*', level) }));
}

function compileMusts(document: RulesDocument, work: Work): ProgramMust[] {
  const musts: ProgramMust[] = [];
  const ids = new Set<string>();
  const missing = document.missing ?? 'reject';
  (document.must ?? []).forEach((rule, index) => {
    const path = pointer('/must', index);
    if (rule.id.startsWith('cfp.'))
      work.problems.add(pointer(path, 'id'), 'value_wrong', 'ids that begin with cfp. are kept for the CFP itself');
    if (ids.has(rule.id)) work.problems.add(pointer(path, 'id'), 'duplicate_id', `there is a must ${rule.id} already`);
    ids.add(rule.id);
    musts.push(...compileMustRule(rule, missing, path, work));
  });
  const budget = document.select?.budget;
  if (budget !== undefined) {
    const rule: MustRule = { id: 'select.budget', attr: budget.attr, op: '<=', value: budget.max };
    musts.push(...compileMustRule(rule, missing, '/select/budget', work));
  }
  for (const rule of work.context.must ?? []) {
    const id = ids.has(rule.id) ? `cfp.${rule.id}` : rule.id;
    musts.push(...compileMustRule({ ...rule, id }, 'reject', '', work));
  }
  return musts;
}

function compileMustRule(rule: MustRule, missing: Missing, path: string, work: Work): ProgramMust[] {
  return 'cel' in rule ? celMust(rule, missing, path, work) : attributeMust(rule, missing, path, work);
}

function celMust(rule: CelMust, missing: Missing, path: string, work: Work): ProgramMust[] {
  const column = addExpression(`must ${rule.id}`, rule.cel, pointer(path, 'cel'), true, work);
  const entry = column === undefined ? undefined : work.columns[column]?.entry;
  if (column === undefined || entry === undefined) return [];
  return [
    {
      id: rule.id,
      column,
      entry,
      predicate: {
        wanted: rule.cel,
        passes: (value) => value === true,
        absentPasses: (rule.missing ?? missing) === 'neutral',
        miss: () => null,
        fix: () => undefined,
        moved: () => undefined,
      },
    },
  ];
}

function attributeMust(rule: AttributeMust, missing: Missing, path: string, work: Work): ProgramMust[] {
  const general = entryOf(rule.attr, pointer(path, 'attr'), work);
  if (general === undefined) return [];
  return spread(rule, work).flatMap((one) => {
    const predicate = compileMust(one, {
      name: one.attr,
      entry: general,
      currency: work.context.currency,
      missing: one.missing ?? missing,
      path,
      problems: work.problems,
    });
    if (predicate === undefined) return [];
    const must = { id: one.id, column: columnOf(one.attr, general, work), entry: general, predicate };
    return [path === '' ? must : { ...must, path }];
  });
}

function compilePrefers(document: RulesDocument, work: Work, musts: ProgramMust[]): ProgramPrefer[] {
  const prefers: ProgramPrefer[] = [];
  const ids = new Set<string>();
  (document.prefer ?? []).forEach((rule, index) => {
    const path = pointer('/prefer', index);
    if (ids.has(rule.id))
      work.problems.add(pointer(path, 'id'), 'duplicate_id', `there is a criterion ${rule.id} already`);
    ids.add(rule.id);
    prefers.push(...compilePrefer(rule, document.missing ?? 'worst', path, work, musts));
  });
  return prefers;
}

function compilePrefer(
  rule: PreferRule,
  missing: Missing,
  path: string,
  work: Work,
  musts: ProgramMust[],
): ProgramPrefer[] {
  const entry = entryOf(rule.attr, pointer(path, 'attr'), work);
  if (entry === undefined) return [];
  const utility = compileUtility(rule.utility, {
    entry,
    cfpFacts: work.context.cfpFacts ?? {},
    path: pointer(path, 'utility'),
    problems: work.problems,
  });
  if (utility === undefined) return [];
  const policy = rule.missing ?? missing;
  const spreadOut = spread(rule, work);
  return spreadOut.map((one) => {
    const column = columnOf(one.attr, entry, work);
    if (policy === 'reject') musts.push(stated(one, column, entry));
    const weight = rule.weight / spreadOut.length;
    const absent = policy === 'neutral' ? NEUTRAL : 0;
    return { id: one.id, name: one.attr, column, entry, weight, share: 0, utility, absent };
  });
}

/** A criterion whose absence rejects is a condition as well. */
function stated(rule: PreferRule, column: number, entry: AttributeEntry): ProgramMust {
  return {
    id: `${rule.id}.stated`,
    column,
    entry,
    predicate: {
      wanted: `${rule.attr} stated`,
      passes: () => true,
      absentPasses: false,
      miss: () => null,
      fix: () => undefined,
      moved: () => undefined,
    },
  };
}

function compileTies(list: readonly string[], work: Work): ProgramTie[] {
  const ties: ProgramTie[] = [];
  list.forEach((label, index) => {
    const [name = '', direction] = label.split(' ');
    const descending = direction === 'desc';
    if (name === 'hash') {
      ties.push({ label, descending });
      return;
    }
    const path = pointer('/rank/tie/by', index);
    const entry = entryOf(name, path, work);
    if (entry === undefined) return;
    if (name.includes('*')) work.problems.add(path, 'value_wrong', 'a tie is decided by one attribute, not by several');
    else ties.push({ label, descending, column: columnOf(name, entry, work) });
  });
  // The last resort, so that the order never depends on who came first.
  if (!ties.some(({ column }) => column === undefined)) ties.push({ label: 'hash asc', descending: false });
  return ties;
}
