import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import { parseInstant } from '../shared/duration.ts';
import { urn } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import type { Level } from '../terms/level.ts';
import { shareText } from './attainment.ts';
import { entityOf, textOf, without } from './change.ts';
import { resourceOf } from './credit.ts';
import type { Evaluation } from './evaluation.ts';
import { idFor } from './keys.ts';
import { violationAttr, violationType } from './names.ts';
import type { Incident, LevelResult, WindowResult } from './types.ts';
import type { Keeper } from './keeper.ts';

type Attributes = Readonly<Record<string, Json | undefined>>;

const isLive = (record: EntityRecord): boolean => record.state === 'open' || record.state === 'resolved';

/** Writes down what an evaluation found, and only what is not written yet (states.ts, V3 to V6 and V11). */
export async function reconcileViolations(evaluation: Evaluation, keeper: Keeper): Promise<void> {
  for (const [i, result] of evaluation.results.entries()) {
    const level = evaluation.levels[i];
    if (level === undefined) continue;
    await reconcileIncidents(level, result.incidents, evaluation, keeper);
    if (evaluation.definitions[i]?.committed === true) await reconcileBreaches(level, result, evaluation, keeper);
  }
}

/** Incidents that count: in force, and not wholly lost to exclusions. */
export function counts(incident: Incident): boolean {
  return incident.inforce && !incident.excused;
}

/** An incident of an agreement that is over ends with it. */
export function incidentEnd(incident: Incident, evaluation: Evaluation): Instant | undefined {
  const { ended } = evaluation.facts;
  if (ended === undefined || evaluation.now < ended) return incident.until;
  return Math.min(incident.until ?? ended, ended);
}

async function reconcileIncidents(
  level: Level,
  incidents: readonly Incident[],
  evaluation: Evaluation,
  keeper: Keeper,
): Promise<void> {
  const known = keeper.violations((record) => isOf(record, 'incident', level.id));
  const byStart = new Map(known.map((record) => [`${indexOf(record)} ${startOf(record)}`, record]));
  const exact = (incident: Incident): EntityRecord | undefined => byStart.get(`${incident.index} ${incident.from}`);
  const matched = new Set(incidents.flatMap((incident) => exact(incident) ?? []));
  for (const incident of incidents) {
    const end = incidentEnd(incident, evaluation);
    const existing = exact(incident) ?? known.find((record) => !matched.has(record) && overlaps(record, incident, end));
    if (existing !== undefined) matched.add(existing);
    const attributes = incidentAttributes(level, incident, end, evaluation);
    if (existing === undefined) {
      if (!counts(incident)) continue;
      const id = idFor(incident.from, evaluation.facts.sla.id, level.id, incident.index, 'incident', incident.from);
      const record = await keeper.create(
        entityOf(
          evaluation.facts.sla,
          violationType,
          id,
          'open',
          keeper.now,
          { ...attributes, [violationAttr.end]: undefined },
          {
            title: `${level.id} of ${incident.index}: incident`,
          },
        ),
      );
      if (record !== undefined && end !== undefined && record.state === 'open')
        await keeper.update(record, { to: 'resolved', attributes }, { code: 'good_again' });
    } else if (isLive(existing) && !counts(incident) && end !== undefined)
      await keeper.update(existing, { to: 'excused', attributes, due: null }, { code: 'exclusion' });
    else if (existing.state === 'open' && end !== undefined)
      await keeper.update(
        existing,
        { to: 'resolved', attributes },
        { code: end === incident.until ? 'good_again' : 'ended' },
      );
    else if (isLive(existing)) await keeper.refresh(existing, attributes);
  }
  for (const record of known)
    if (isLive(record) && !matched.has(record) && startsWithin(record, evaluation))
      await keeper.update(
        record,
        { to: 'void', due: null },
        { code: 'data', detail: 'The samples do not bear it out' },
      );
}

function isOf(record: EntityRecord, type: string, level: string): boolean {
  return record.attributes[violationAttr.type] === type && record.attributes[violationAttr.level] === level;
}

const startOf = (record: EntityRecord): Instant =>
  parseInstant(record.attributes[violationAttr.start]) ?? record.created;

const indexOf = (record: EntityRecord): string => textOf(record.attributes[violationAttr.index]);

/** Late samples may move the start of an incident that is known already. */
function overlaps(record: EntityRecord, incident: Incident, end: Instant | undefined): boolean {
  if (!isLive(record) || indexOf(record) !== incident.index) return false;
  const start = startOf(record);
  const until = parseInstant(record.attributes[violationAttr.end]) ?? Number.POSITIVE_INFINITY;
  return start < (end ?? Number.POSITIVE_INFINITY) && until > incident.from;
}

function startsWithin(record: EntityRecord, { period }: Evaluation): boolean {
  const start = startOf(record);
  return start >= period.from && start < period.until;
}

function incidentAttributes(
  level: Level,
  incident: Incident,
  end: Instant | undefined,
  evaluation: Evaluation,
): Attributes {
  return {
    ...placeAttributes(level, incident.index, 'incident', evaluation),
    [violationAttr.start]: isoInstant(incident.from),
    [violationAttr.end]: end === undefined ? undefined : isoInstant(end),
    [violationAttr.worst]: incident.worst,
    [violationAttr.slices]: incident.slices,
    [violationAttr.samples]: {
      metric: level.indicator.metric,
      from: isoInstant(incident.from),
      until: isoInstant(incident.last),
    },
  };
}

function placeAttributes(level: Level, index: string, type: string, evaluation: Evaluation): Attributes {
  return {
    [violationAttr.sla]: urn(evaluation.facts.sla.id),
    [violationAttr.level]: level.id,
    [violationAttr.type]: type,
    [violationAttr.for]: index === '*' ? undefined : resourceOf(index),
    [violationAttr.index]: index,
    [violationAttr.target]: level.target,
  };
}

async function reconcileBreaches(
  level: Level,
  { windows, incidents }: LevelResult,
  evaluation: Evaluation,
  keeper: Keeper,
): Promise<void> {
  const known = keeper.violations((record) => isOf(record, 'breach', level.id));
  const rolling = 'rolling' in level.window;
  const byWindow = new Map<string, EntityRecord[]>();
  for (const record of known) {
    const key = rolling ? indexOf(record) : `${indexOf(record)} ${windowStart(record)}`;
    if (!rolling || goesOn(record)) byWindow.set(key, [...(byWindow.get(key) ?? []), record]);
  }
  for (const window of windows) {
    const same = byWindow.get(rolling ? window.index : `${window.index} ${window.from}`) ?? [];
    if (window.state !== 'violated' && same.length === 0) continue;
    const existing = rolling ? same[0] : same.find((record) => !isOver(record));
    const attributes = {
      ...breachAttributes(level, window, rolling, evaluation),
      [violationAttr.worst]: worstOf(level, window, incidents),
    };
    if (window.state === 'violated') {
      const record = existing ?? (await openBreach(level, window, same, attributes, evaluation, keeper));
      if (record === undefined) continue;
      if (record.state === 'open' && !rolling && window.complete)
        await keeper.update(
          record,
          {
            to: 'resolved',
            attributes: { ...attributes, ...disputable(window.until, keeper) },
            due: { at: keeper.now + keeper.times.dispute, action: 'stand' },
          },
          { code: 'window_complete' },
        );
      else if (isLive(record) && !rolling) await keeper.refresh(record, attributes);
      else if (record.state === 'open') await keeper.refresh(record, evidenceOf(attributes));
    } else if (existing !== undefined) await closeBreach(existing, rolling, attributes, evaluation, keeper);
  }
}

function disputable(end: Instant, keeper: Keeper): Attributes {
  return {
    [violationAttr.end]: isoInstant(end),
    [violationAttr.disputeuntil]: isoInstant(keeper.now + keeper.times.dispute),
  };
}

function windowStart(record: EntityRecord): Instant | undefined {
  const span = record.attributes[violationAttr.window] as { readonly from?: Json } | undefined;
  return parseInstant(span?.from);
}

/** A breach of a rolling window lasts until it is violated no longer, also one that was decided before. */
function goesOn(record: EntityRecord): boolean {
  return record.attributes[violationAttr.end] === undefined && !(isOver(record) && !isDecided(record));
}

const isOver = (record: EntityRecord): boolean => record.state === 'excused' || record.state === 'void';
const isDecided = (record: EntityRecord): boolean => record.attributes[violationAttr.outcome] !== undefined;

/** What was excused or annulled by decision stays so; what an exclusion or data took away may come back. */
function openBreach(
  level: Level,
  window: WindowResult,
  before: readonly EntityRecord[],
  attributes: Attributes,
  evaluation: Evaluation,
  keeper: Keeper,
): Promise<EntityRecord | undefined> {
  if (before.some(isDecided)) return Promise.resolve(undefined);
  const at = 'rolling' in level.window ? window.until : window.from;
  const id = idFor(at, evaluation.facts.sla.id, level.id, window.index, 'breach', at, before.length);
  return keeper.create(
    entityOf(evaluation.facts.sla, violationType, id, 'open', keeper.now, attributes, {
      title: `${level.id} of ${window.index}: breach`,
    }),
  );
}

async function closeBreach(
  record: EntityRecord,
  rolling: boolean,
  attributes: Attributes,
  evaluation: Evaluation,
  keeper: Keeper,
): Promise<void> {
  if (rolling) {
    if (record.state === 'open')
      await keeper.update(
        record,
        {
          to: 'resolved',
          attributes: disputable(evaluation.now, keeper),
          due: { at: keeper.now + keeper.times.dispute, action: 'stand' },
        },
        { code: 'violated_no_longer' },
      );
    else await keeper.refresh(record, { [violationAttr.end]: isoInstant(evaluation.now) });
    return;
  }
  const span = record.attributes[violationAttr.window] as { readonly from?: Json; readonly until?: Json } | undefined;
  const from = parseInstant(span?.from) ?? 0;
  const until = parseInstant(span?.until) ?? 0;
  const excused = evaluation.facts.exclusions.some(
    (each) => each.from < until && each.until > from && (each.state === 'approved' || each.state === 'planned'),
  );
  if (excused && isLive(record))
    await keeper.update(record, { to: 'excused', attributes, due: null }, { code: 'exclusion' });
  else if (record.state !== 'settled')
    await keeper.update(
      record,
      { to: 'void', attributes, due: null },
      { code: 'data', detail: 'The samples do not bear it out' },
    );
}

/** The worst statistic of the incidents in a window. */
function worstOf(level: Level, window: WindowResult, incidents: readonly Incident[]): number | undefined {
  const far = (value: number): number => Math.abs(value - level.indicator.value);
  return incidents.reduce<number | undefined>((worst, { index, from, last, worst: value }) => {
    const inside = index === window.index && from < window.until && last > window.from;
    if (!inside || value === undefined) return worst;
    return worst === undefined || far(value) > far(worst) ? value : worst;
  }, undefined);
}

/** A rolling window moves on: since when it was violated, and by which samples, is told once. */
function evidenceOf(attributes: Attributes): Attributes {
  return without(attributes, violationAttr.start, violationAttr.samples);
}

function breachAttributes(level: Level, window: WindowResult, rolling: boolean, evaluation: Evaluation): Attributes {
  return {
    ...placeAttributes(level, window.index, 'breach', evaluation),
    [violationAttr.window]: rolling
      ? { rolling: true }
      : { from: isoInstant(window.from), until: isoInstant(window.until) },
    [violationAttr.start]: window.violatedat === undefined ? undefined : isoInstant(window.violatedat),
    [violationAttr.slices]: window.bad,
    [violationAttr.good]: window.good,
    [violationAttr.counted]: window.counted,
    [violationAttr.attainment]: shareText(window.good, window.counted) ?? undefined,
    [violationAttr.samples]: {
      metric: level.indicator.metric,
      from: isoInstant(window.from),
      until: isoInstant(window.until),
    },
  };
}
