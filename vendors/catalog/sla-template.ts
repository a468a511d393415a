import { isObject, kinds } from '../../src/vendor-kit/index.ts';
import type { CfpView, Commitment, Json, JsonObject, Level } from '../../src/vendor-kit/index.ts';

/** A provider's real service level, from a file of sla-templates. */
export interface SlaTemplate {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  /** All that the provider says; how it is measured is for the call to say. */
  readonly level: JsonObject;
}

/** What a template must say of itself, since a default would be our promise and not the provider's. */
const STATED = ['scope', 'slice', 'minrun', 'target', 'count', 'window', 'nodata', 'maintenance', 'remedy'] as const;

export function readTemplate(file: Buffer, name: string): SlaTemplate {
  const json = JSON.parse(file.toString('utf8')) as Json;
  const level = isObject(json) ? json['level'] : undefined;
  if (!isObject(json) || !isObject(level)) throw new Error(`SLA template ${name} has no level`);
  const missing = STATED.filter((member) => level[member] === undefined);
  const indicator = level['indicator'];
  if (!isObject(indicator) || typeof indicator['metric'] !== 'string') missing.push('indicator' as never);
  if (missing.length > 0) throw new Error(`SLA template ${name} does not state ${missing.join(', ')}`);
  const word = (member: string): string => (typeof json[member] === 'string' ? json[member] : '');
  return { name: word('name'), version: word('version'), source: word('source'), level };
}

/**
 * How the provider answers the asked levels: with its own, whole, where it has one for the same
 * metric and the level is about machines; otherwise with none. Nobody commits to what is only
 * measured. Whether the provider's level is good enough is for the broker to judge.
 */
export function commitmentsOf(cfp: CfpView, templates: readonly SlaTemplate[]): Commitment[] {
  const machines = new Set(cfp.wanted.filter(({ kind }) => kind === kinds.compute).map(({ id }) => id));
  return cfp.levels.map((asked): Commitment => {
    const template =
      asked.need !== 'measure' && asked.of.length > 0 && asked.of.every((id) => machines.has(id))
        ? best(asked, templates)
        : undefined;
    if (template === undefined) return { for: asked.id, commit: 'none' };
    return {
      for: asked.id,
      commit: 'other',
      level: ownLevel(asked, template.level),
      template: `${template.name}@${template.version}`,
    };
  });
}

/** Of several templates for the metric, the one of the asked scope. */
function best(asked: Level, templates: readonly SlaTemplate[]): SlaTemplate | undefined {
  const same = templates.filter(({ level }) => (level['indicator'] as JsonObject)['metric'] === asked.indicator.metric);
  return same.find(({ level }) => level['scope'] === asked.scope) ?? same[0];
}

/** The provider's promise with the call's way of measuring. */
function ownLevel(asked: Level, own: JsonObject): Level {
  const indicator = own['indicator'] as JsonObject;
  const said = Object.fromEntries(Object.entries(own).filter(([name]) => name in asked || name === 'annotations'));
  const how = Object.fromEntries(
    Object.entries(indicator).filter(([name]) => ['metric', 'statistic', 'op', 'value'].includes(name)),
  );
  return {
    ...asked,
    ...said,
    id: asked.id,
    need: asked.need,
    of: asked.of,
    method: asked.method,
    mincoverage: asked.mincoverage,
    settle: asked.settle,
    indicator: { ...asked.indicator, ...how },
  };
}
