import { BadRequest, Unprocessable, type Problem } from '../shared/errors.ts';
import { isObject, pointer, type Json, type JsonObject } from '../shared/json.ts';
import { isoInstant } from '../shared/clock.ts';
import { parseInstant } from '../shared/duration.ts';
import { LevelProblems } from '../terms/level-fields.ts';
import type { Level } from '../terms/level.ts';
import { parseLevel, type LevelProblem } from '../terms/level-parse.ts';
import { answerOf } from './answer.ts';
import { combineCredits } from './combine.ts';
import { readContext } from './context-json.ts';
import { resourceOf } from './credit.ts';
import { digestOf, isUsed } from './digest.ts';
import { evaluateLevel, instancesOf, windowsFor, type SampleLookup } from './evaluate.ts';
import { tellUnknownInstances, unknownSeries } from './known-instances.ts';
import { judgedLevel, reportCredit } from './report-json.ts';
import { readSamples, type NamedSeries } from './samples-csv.ts';
import type { EvaluationContext } from './types.ts';

/**
 * `parley level evaluate`: what a level comes to, from three texts. `of` may be left out (all
 * instances) and so may `id`.
 *
 * @throws BadRequest, Unprocessable with all problems: paths begin with /level, /context, or name a line of the samples.
 */
export function evaluateFiles(levelJson: string, samplesCsv: string, contextJson: string): JsonObject {
  const problems = new LevelProblems();
  const context = readContext(parsed(contextJson, '/context', problems), '/context', problems);
  const input = parsed(levelJson, '/level', problems);
  const given = isObject(input)
    ? { id: 'level', of: [...new Set((context?.instances ?? []).map(resourceOf))], ...input }
    : input;
  const { level, problems: wrong } = parseLevel(given, { path: '/level' });
  const samples = readSamples(samplesCsv);
  if (context !== undefined) tellUnknownInstances(context, level, problems);
  const strangers = context === undefined ? [] : unknownSeries(samples.series, context);
  refuse([...problems.list, ...wrong], [...samples.problems, ...strangers]);
  if (level === undefined || context === undefined) throw new BadRequest('files_invalid', 'The files cannot be read');
  refuseUnwritable(level, context);
  return answerOf(evaluateLevel(level, lookupOf(samples.series, level), context));
}

/** More answers than this are longer than a text can be. */
const MOST_ANSWERS = 500_000;

function refuseUnwritable(level: Level, context: EvaluationContext): void {
  const series = level.scope === 'each' ? instancesOf(level, context.instances).length : 1;
  const windows = windowsFor(level, context).length * series;
  if (windows > MOST_ANSWERS)
    throw new Unprocessable('too_many_windows', `${windows} windows are too many to answer: take a shorter range`);
}

export interface Difference {
  readonly path: string;
  readonly stated: Json;
  readonly computed: Json;
}

export interface Verification {
  /** Every figure that differs. */
  readonly differences: readonly Difference[];
  /** How many figures were compared. */
  readonly checked: number;
}

/**
 * `parley report verify`: computes a whole report again from the samples and names every figure
 * that differs. Only samples of the report's range count.
 *
 * @throws BadRequest, Unprocessable where the report or the samples cannot be read.
 */
export function verifyReport(reportText: string, samplesCsv: string): Verification {
  const problems = new LevelProblems();
  const report = parsed(reportText, '', problems);
  const file = readSamples(samplesCsv);
  if (!isObject(report)) problems.malformed('', 'type_wrong', 'a report is an object');
  const object = isObject(report) ? report : {};
  const context = readContext(object['context'] ?? null, '/context', problems);
  const levels = readDefinitions(object['definitions'], problems);
  const range = isObject(object['samples']) ? object['samples'] : {};
  const from = parseInstant(range['from']);
  const until = parseInstant(range['until']);
  if (from === undefined || until === undefined)
    problems.malformed('/samples', 'instant_invalid', 'the range of the samples is missing');
  refuse(problems.list, file.problems);
  if (context === undefined || from === undefined || until === undefined)
    throw new BadRequest('files_invalid', 'The report cannot be read');
  const series = file.series.filter((each) => isUsed(each, levels)).map((each) => cut(each, from, until));
  const results = levels.map((level) => evaluateLevel(level, lookupOf(series, level), context));
  const computed: JsonObject = {
    levels: results.map(answerOf),
    credits: combineCredits(levels, results).map((due) => ({ ...reportCredit(due) })),
    samples: { from: isoInstant(from), until: isoInstant(until), ...digestOf(series, from, until) },
    violations: computedViolations(object['violations'], results.map(answerOf), forceEnd(context)),
  };
  const differences: Difference[] = [];
  const checked = compare(
    {
      levels: object['levels'] ?? null,
      credits: bare(object['credits']),
      samples: range,
      violations: stated(object['violations']),
    },
    computed,
    '',
    differences,
  );
  return { differences, checked };
}

function parsed(text: string, path: string, problems: LevelProblems): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    problems.malformed(path, 'json_invalid', error instanceof Error ? error.message : 'cannot be parsed');
    return null;
  }
}

function refuse(problems: readonly LevelProblem[], lines: readonly Problem[]): void {
  const all: readonly Problem[] = [
    ...problems.map(({ path, code, detail, hint }) => ({
      path,
      code,
      detail,
      ...(hint === undefined ? {} : { hint }),
    })),
    ...lines,
  ];
  if (all.length === 0) return;
  if (lines.length > 0 || problems.some((problem) => problem.sort === 'malformed'))
    throw new BadRequest('files_invalid', 'The files cannot be read as they are', { problems: all });
  throw new Unprocessable('invalid_level', 'The files make no sense as written', { problems: all });
}

function readDefinitions(input: Json | undefined, problems: LevelProblems): readonly Level[] {
  if (!Array.isArray(input)) {
    problems.malformed('/definitions', 'type_wrong', 'the levels that the report is about are missing');
    return [];
  }
  return input.flatMap((each: Json, i) => {
    const path = pointer('/definitions', i);
    const { level, problems: wrong } = parseLevel(isObject(each) ? (each['level'] ?? null) : null, {
      path: `${path}/level`,
    });
    problems.list.push(...wrong);
    return level === undefined ? [] : [judgedLevel({ level, committed: isObject(each) && each['committed'] === true })];
  });
}

function cut(series: NamedSeries, from: number, until: number): NamedSeries {
  const { times, values } = series.block;
  const first = times.findIndex((time) => time >= from);
  const past = times.findIndex((time) => time >= until);
  const begin = first < 0 ? times.length : first;
  const end = past < 0 ? times.length : past;
  return { ...series, block: { times: times.subarray(begin, end), values: values.subarray(begin, end) } };
}

function lookupOf(series: readonly NamedSeries[], level: Level): SampleLookup {
  const blocks = new Map(
    series
      .filter((each) => each.metric === level.indicator.metric)
      .map((each) => [`${each.instance}\n${each.vantage}`, each.block]),
  );
  return (instance, vantage) => blocks.get(`${instance}\n${vantage}`);
}

/** Credits as they can be computed: without what became of them. */
function bare(credits: Json | undefined): Json {
  if (!Array.isArray(credits)) return [];
  return credits.map((credit: Json) => {
    if (!isObject(credit)) return credit;
    return Object.fromEntries(Object.entries(credit).filter(([name]) => name !== 'entity'));
  });
}

/** Of the violations, what follows from samples: which incidents and breaches there are, and since when. */
function stated(violations: Json | undefined): Json {
  return followsFromSamples(violations).map(({ type, level, index, start, end }) => ({
    type,
    level,
    index,
    start,
    end,
  }));
}

interface Followed {
  readonly type: Json;
  readonly level: Json;
  readonly index: Json;
  readonly start: Json;
  readonly end: Json;
  readonly window: Json;
}

function followsFromSamples(violations: Json | undefined): readonly Followed[] {
  if (!Array.isArray(violations)) return [];
  return violations.flatMap((each: Json) => {
    if (!isObject(each)) return [];
    const { type = null, level = null, index = null, start = null, end = null, window = null, state, rolling } = each;
    const follows =
      (type === 'incident' || type === 'breach') && state !== 'void' && state !== 'excused' && rolling !== true;
    return follows ? [{ type, level, index, start, end, window }] : [];
  });
}

/** The same list as the answers have it; a violation that does not follow from the samples has neither start nor end. */
function computedViolations(
  violations: Json | undefined,
  answers: readonly ReturnType<typeof answerOf>[],
  over: string | null,
): Json {
  return followsFromSamples(violations).map(({ type, level, index, start, end, window }) => {
    const answer = answers.find((each) => each.level === level);
    if (type === 'incident') {
      const incident = answer?.incidents.find((each) => each.index === index && each.from === start);
      const until = incident === undefined ? null : earlier(incident.until, over);
      return { type, level, index, start: incident?.from ?? null, end: until };
    }
    const found = answer?.windows.find(
      (each) =>
        each.index === index && isObject(window) && each.from === window['from'] && each.until === window['until'],
    );
    const broken = found?.state === 'violated';
    return {
      type,
      level,
      index,
      start: broken ? found.violatedat : null,
      end: found?.complete === true ? found.until : end,
    };
  });
}

/** When the agreement ceased to be in force; null: it has not. Its incidents end with it. */
function forceEnd(context: EvaluationContext): string | null {
  const ends = (context.inforce ?? []).map((each) => each.until);
  if (ends.length === 0 || ends.includes(undefined)) return null;
  const end = Math.max(...ends.map((each) => each ?? 0));
  return end <= context.now ? isoInstant(end) : null;
}

function earlier(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(a) <= Date.parse(b) ? a : b;
}

/** Compares leaf by leaf, adds what differs, and answers how many leaves there were. */
function compare(left: Json, right: Json, path: string, differences: Difference[]): number {
  if (Array.isArray(left) && Array.isArray(right)) {
    let checked = 0;
    for (let i = 0; i < Math.max(left.length, right.length); i++)
      checked += compare(
        (left[i] as Json | undefined) ?? null,
        (right[i] as Json | undefined) ?? null,
        pointer(path, i),
        differences,
      );
    return checked;
  }
  if (isObject(left) && isObject(right)) {
    let checked = 0;
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)]))
      checked += compare(left[name] ?? null, right[name] ?? null, pointer(path, name), differences);
    return checked;
  }
  if (left !== right) differences.push({ path, stated: left, computed: right });
  return 1;
}
