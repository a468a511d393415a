import type { JsonObject } from '../../shared/json.ts';
import { compact, Fields } from './fields.ts';
import { readLevels } from './levels.ts';
import { readResources } from './resources.ts';
import type { Located, Source } from './source.ts';
import { readBudget, readPeriod, readRules, readTime, readUsage } from './terms.ts';

const KIND = 'http://schemas.parley.org/occi/broker#cfp';
const CFP = 'org.parley.cfp.';

export interface Converted {
  readonly document: JsonObject;
  /** Where parts of the document were written: pointer to offset. */
  readonly places: ReadonlyMap<string, number>;
}

/** The short form (api.md) as the OCCI document that is sent; mistakes are told to the source. */
export function convertShortForm(source: Source, value: Located): Converted {
  const places = new Map<string, number>();
  const placed = (path: string, at: number): void => {
    places.set(path, at);
  };
  if (value.is !== 'map') {
    source.wrong(
      value.at,
      'a call for proposals is written as names with values',
      'resources: { web: { kind: compute, cores: 2 } }',
    );
    return { document: {}, places };
  }
  for (const entry of value.entries) {
    const attribute = ATTRIBUTES[entry.key];
    if (attribute !== undefined) placed(`/attributes/${CFP}${attribute}`, entry.keyAt);
  }
  const fields = new Fields(source, value);
  const title = fields.text('title');
  const summary = fields.text('summary');
  if (!fields.has('resources'))
    source.wrong(value.at, 'a call for proposals wants resources', 'resources: { web: { kind: compute, cores: 2 } }');
  const resources = readResources(source, fields.take('resources'), fields.take('links'), placed);
  const attributes = compact({
    [`${CFP}resources`]: resources,
    [`${CFP}levels`]: readLevels(source, fields.take('levels'), placed),
    [`${CFP}rules`]: readRules(source, fields.take('rules')),
    [`${CFP}budget`]: readBudget(source, fields.take('budget')),
    [`${CFP}currency`]: fields.text('currency'),
    [`${CFP}usage`]: readUsage(source, fields.take('usage')),
    [`${CFP}replyby`]: readTime(source, 'replyBy', fields.take('replyBy')),
    [`${CFP}decideby`]: readTime(source, 'decideBy', fields.take('decideBy')),
    [`${CFP}period`]: readPeriod(source, fields.take('period')),
    [`${CFP}pervendor`]: fields.whole('perVendor', 1),
    [`${CFP}publish`]: fields.flag('publish'),
    [`${CFP}keepvalid`]: fields.flag('keepValid'),
  });
  fields.done('a call for proposals');
  return { document: compact({ kind: KIND, title, summary, attributes }), places };
}

const ATTRIBUTES: Readonly<Record<string, string>> = {
  resources: 'resources',
  levels: 'levels',
  rules: 'rules',
  budget: 'budget',
  currency: 'currency',
  usage: 'usage',
  replyBy: 'replyby',
  decideBy: 'decideby',
  period: 'period',
  perVendor: 'pervendor',
  publish: 'publish',
  keepValid: 'keepvalid',
};
