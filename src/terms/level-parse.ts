import { isObject, pointer, type Json } from '../shared/json.ts';
import { Fields, LevelProblems, type LevelProblem } from './level-fields.ts';
import { readIndicator } from './level-indicator.ts';
import { readMaintenance, readRemedy } from './level-remedy.ts';
import { readWindow } from './level-window.ts';
import type { Level, Scope } from './level.ts';
import { isBinaryMetric } from './metrics.ts';

export type { LevelProblem } from './level-fields.ts';

export interface LevelContext {
  /** JSON pointer to the list of levels in the document as it was sent. */
  readonly path: string;
  /** Ids of the wanted resources that `of` may name; undefined: any. */
  readonly resourceIds?: readonly string[];
  /** How many instances each has, so that an `atleast` beyond them is told. */
  readonly counts?: Readonly<Record<string, number>>;
}

export interface ParsedLevels {
  /** Those without problems, every default filled in. */
  readonly levels: readonly Level[];
  readonly problems: readonly LevelProblem[];
}

const ID = /^[a-z][a-z0-9_-]*$/;
const DAY = 86_400_000;
const MEMBERS = [
  'id', 'need', 'of', 'scope', 'method', 'indicator', 'slice', 'minrun', 'target', 'count', 'window', 'nodata',
  'holdmax', 'mincoverage', 'settle', 'maintenance', 'remedy', 'annotations',
]; // prettier-ignore

/**
 * Reads service levels as a customer, a vendor or a template states them, and fills in every
 * default, so that what is stored says all that it means. Tells all problems, never throws.
 */
export function parseLevels(input: Json | undefined, context: LevelContext): ParsedLevels {
  const problems = new LevelProblems();
  const levels: Level[] = [];
  if (!Array.isArray(input)) {
    if (input !== undefined) problems.malformed(context.path, 'type_wrong', 'levels must be a list');
    return { levels, problems: problems.list };
  }
  const ids = new Set<string>();
  input.forEach((each: Json, i) => {
    const path = pointer(context.path, i);
    const level = readLevel(each, path, context, problems);
    if (isObject(each) && typeof each['id'] === 'string') {
      if (ids.has(each['id']))
        problems.nonsense(pointer(path, 'id'), 'id_repeats', `another level is called ${each['id']}`);
      ids.add(each['id']);
    }
    if (level !== undefined) levels.push(level);
  });
  return { levels, problems: problems.list };
}

/** The same for one level that stands alone, such as a vendor's own or a template. */
export function parseLevel(
  input: Json,
  context: LevelContext,
): { readonly level: Level | undefined; readonly problems: readonly LevelProblem[] } {
  const problems = new LevelProblems();
  return { level: readLevel(input, context.path, context, problems), problems: problems.list };
}

function readLevel(input: Json, path: string, context: LevelContext, problems: LevelProblems): Level | undefined {
  const before = problems.list.length;
  if (!isObject(input)) {
    problems.malformed(path, 'type_wrong', 'a level is an object');
    return undefined;
  }
  const fields = new Fields(input, path, problems);
  fields.only(MEMBERS);
  fields.need('id', 'what the level is called');
  const id = fields.text('id', ID, 'a small letter, then small letters, digits, - or _');
  const need = fields.oneOf('need', ['must', 'prefer', 'measure'], 'must');
  const of = readOf(fields, context);
  const scope = readScope(fields, of ?? [], context);
  readMethod(fields);
  const slice = readSlice(fields);
  fields.need('indicator', 'what is measured, and when it is good');
  const inner = fields.within('indicator');
  const indicator = inner === undefined ? undefined : readIndicator(inner, slice?.ms);
  fields.need('target', 'the share of good slices, such as 0.99');
  const target = fields.share('target', 0, 1, 'shares are written as 0.99, not as 99');
  const windowFields = fields.within('window');
  const window =
    windowFields === undefined
      ? fields.has('window')
        ? undefined
        : readWindow(new Fields({ calendar: 'month' }, fields.at('window'), problems), slice?.ms)
      : readWindow(windowFields, slice?.ms);
  if (input['window'] === null) problems.malformed(fields.at('window'), 'type_wrong', 'window must be an object');
  if (input['indicator'] === null)
    problems.malformed(fields.at('indicator'), 'type_wrong', 'indicator must be an object');
  const binary = isBinaryMetric(indicator?.metric ?? '');
  const minrun = fields.whole('minrun', 1, 1);
  const count = fields.oneOf('count', ['window', 'inforce'], 'window');
  const nodata = fields.oneOf('nodata', ['bad', 'good', 'exclude', 'hold'], binary ? 'bad' : 'exclude');
  const holdmax = fields.has('holdmax') ? fields.fixed('holdmax', 0)?.text : 'PT10M';
  const mincoverage = fields.has('mincoverage') ? fields.share('mincoverage', 0, 1) : 0.9;
  const settle = fields.has('settle') ? fields.duration('settle')?.text : 'PT15M';
  const maintenanceFields = fields.within('maintenance');
  const maintenance = maintenanceFields === undefined ? null : (readMaintenance(maintenanceFields) ?? null);
  const remedyFields = fields.within('remedy');
  const remedy = remedyFields === undefined ? null : (readRemedy(remedyFields, scope, window) ?? null);
  const annotations = readAnnotations(fields);
  if (problems.list.length > before) return undefined;
  if (id === undefined || of === undefined || indicator === undefined || slice === undefined) return undefined;
  if (target === undefined || window === undefined) return undefined;
  if (holdmax === undefined || mincoverage === undefined || settle === undefined) return undefined;
  return {
    id, need, of, scope, method: 'slices', indicator, slice: slice.text, minrun, target, count, window, nodata, holdmax,
    mincoverage, settle, maintenance, remedy, ...(annotations === undefined ? {} : { annotations }),
  }; // prettier-ignore
}

function readOf(fields: Fields, context: LevelContext): readonly string[] | undefined {
  fields.need('of', 'the ids of the resources that it is about');
  const of = fields.names('of');
  const known = context.resourceIds;
  of?.forEach((id, i) => {
    if (known !== undefined && !known.includes(id))
      fields.problems.nonsense(
        pointer(fields.at('of'), i),
        'reference_unknown',
        `no resource is called ${id}`,
        known.length === 0 ? undefined : `there are ${known.join(', ')}`,
      );
  });
  return of;
}

function readScope(fields: Fields, of: readonly string[], context: LevelContext): Scope {
  const value = fields.object['scope'];
  if (value === undefined) return 'each';
  if (value === 'each' || value === 'all' || value === 'any') return value;
  if (!isObject(value)) {
    fields.problems.malformed(fields.at('scope'), 'value_unknown', 'scope must be each, all, any or { "atleast": n }');
    return 'each';
  }
  const inner = new Fields(value, fields.at('scope'), fields.problems);
  inner.only(['atleast']);
  inner.need('atleast', 'how many');
  const atleast = inner.whole('atleast', 1, 1);
  const counts = context.counts;
  // An id without a count is wrong in itself, which is told elsewhere.
  if (counts !== undefined && of.every((id) => counts[id] !== undefined)) {
    const all = of.reduce((sum, id) => sum + (counts[id] ?? 0), 0);
    if (atleast > all)
      fields.problems.nonsense(
        inner.at('atleast'),
        'atleast_high',
        `there are ${all} instances only: ${atleast} can never be good`,
      );
  }
  return { atleast };
}

function readMethod(fields: Fields): void {
  const value = fields.object['method'];
  if (value === undefined || value === 'slices') return;
  if (value === 'ratioslices' || value === 'events')
    fields.problems.nonsense(
      fields.at('method'),
      'method_reserved',
      `method ${value} is reserved and not built yet`,
      'slices',
    );
  else fields.problems.malformed(fields.at('method'), 'value_unknown', 'method must be slices');
}

function readSlice(fields: Fields): { readonly text: string; readonly ms: number } | undefined {
  if (!fields.has('slice')) return { text: 'PT1M', ms: 60_000 };
  const slice = fields.fixed('slice', 1000);
  if (slice !== undefined && DAY % slice.ms !== 0) {
    fields.problems.nonsense(
      fields.at('slice'),
      'slice_uneven',
      `${slice.text} divides neither an hour nor a day`,
      'such as PT1S, PT10S, PT1M, PT5M, PT1H',
    );
    return undefined;
  }
  return slice;
}

function readAnnotations(fields: Fields): Readonly<Record<string, string>> | undefined {
  const inner = fields.within('annotations');
  if (inner === undefined) return undefined;
  const annotations: Record<string, string> = {};
  for (const name of Object.keys(inner.object)) {
    const text = inner.text(name);
    if (text !== undefined) annotations[name] = text;
  }
  return annotations;
}
