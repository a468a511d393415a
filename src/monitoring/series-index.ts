import type { SampleStore, SeriesId } from '../archive/store.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { Change, EntityStore } from '../occi/store.ts';
import { parseEntityId, urn, type EntityId } from '../shared/ids.ts';
import type { Level } from '../terms/level.ts';
import { textOf } from './fit.ts';
import { collectorAttribute, types } from './names.ts';
import { isInstrument } from './owned.ts';

/** One series that holds measurements of one agreed instance, seen from one vantage. */
export interface MeasuredSeries {
  readonly instance: string;
  readonly vantage: string;
  readonly series: SeriesId;
}

/** Where the measurements of an agreement are. Satisfies the port that compliance declares. */
export interface SeriesIndex {
  seriesFor(sla: EntityRecord, level: Level): Promise<readonly MeasuredSeries[]>;
  changed(change: Change): void;
}

/** Agreements whose collectors are remembered at most. */
const REMEMBERED = 10_000;

/**
 * What a level is computed from: of collectors that measure, those made with the agreement for this
 * very level, so that nobody who sets up a meter of their own decides about money; of fed ones, all
 * that deliver its metric about one of its instances, from the vantages that the level names. (Who
 * may push for which vantage is checked at the push.)
 */
export function createSeriesIndex(deps: { readonly store: EntityStore; readonly samples: SampleStore }): SeriesIndex {
  const known = new Map<EntityId, Promise<readonly EntityRecord[]>>();

  function collectorsOf(sla: EntityId): Promise<readonly EntityRecord[]> {
    let found = known.get(sla);
    if (found === undefined) {
      if (known.size >= REMEMBERED) known.clear();
      found = readAll(deps.store, sla);
      known.set(sla, found);
      found.catch(() => known.delete(sla));
    }
    return found;
  }

  return {
    async seriesFor(sla, level) {
      const { metric, from } = level.indicator;
      const collectors = (await collectorsOf(sla.id)).filter((collector) => serves(collector, level));
      const lists = await Promise.all(
        collectors.map(async (collector) => {
          const instance = textOf(collector.attributes, collectorAttribute.instance) ?? '';
          const series = await deps.samples.seriesOf(collector.id);
          return series
            .filter(({ channel, vantage }) => channel === metric && from.includes(vantage))
            .map(({ id, vantage }) => ({ instance, vantage, series: id }));
        }),
      );
      return lists.flat();
    },
    changed({ id, record }) {
      if (record === undefined) {
        for (const [sla, collectors] of known)
          void collectors.then((list) => {
            if (list.some((collector) => collector.id === id)) known.delete(sla);
          });
        return;
      }
      if (record.kind !== types.collector) return;
      const sla = parseEntityId(textOf(record.attributes, collectorAttribute.sla) ?? '');
      if (sla !== undefined) known.delete(sla);
    },
  };
}

/** Does the collector speak about the level at all? */
function serves(collector: EntityRecord, level: Level): boolean {
  if (!isInstrument(collector) && !collector.mixins.includes(types.push)) return false;
  const instance = textOf(collector.attributes, collectorAttribute.instance);
  if (instance === undefined || !level.of.includes(instance.slice(0, instance.lastIndexOf('/')))) return false;
  const levels = collector.attributes[collectorAttribute.levels];
  return !Array.isArray(levels) || levels.includes(level.id);
}

async function readAll(store: EntityStore, sla: EntityId): Promise<readonly EntityRecord[]> {
  const collectors: EntityRecord[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.list({
      kinds: [types.collector],
      attributes: { [collectorAttribute.sla]: urn(sla) },
      hidden: 'with',
      limit: 500,
      ...(after === undefined ? {} : { after }),
    });
    collectors.push(...page.items);
    if (page.next === undefined) return collectors;
    after = page.next;
  }
}
