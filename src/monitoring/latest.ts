import type { SampleStore } from '../archive/store.ts';
import type { Attributes, EntityRecord } from '../occi/entity.ts';
import type { Projection } from '../occi/extension.ts';
import type { EntityStore } from '../occi/store.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import type { EntityId } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import { textOf } from './fit.ts';
import { collectorAttribute, latestAttribute, types } from './names.ts';

/** The last that came of one metric. `value` null: it was tried, and nothing came. */
interface Reading {
  readonly metric: string;
  readonly at: Instant;
  readonly value: number | null;
}

/** What was measured last, for whoever looks at a sensor or a collector and not at the archive. */
export interface Latest {
  noted(collector: EntityId, reading: Reading): void;
  forgotten(collector: EntityId): void;
  /** A collector with the last value of its metric; of several metrics also each by name. */
  ofCollector(record: EntityRecord): Promise<Projection>;
  /** A sensor that archives, with the last value of each of its collectors and aggregates. */
  ofSensor(record: EntityRecord): Promise<Projection>;
}

/** Collectors of a sensor that are shown with it at most. */
const MOST_SHOWN = 100;

/** This process remembers what it measured; what was pushed, and what came before a restart, is read from the archive. */
export function createLatest(deps: { readonly store: EntityStore; readonly samples: SampleStore }): Latest {
  const known = new Map<EntityId, Map<string, Reading>>();

  async function readings(of: EntityId): Promise<readonly Reading[]> {
    const here = known.get(of);
    if (here !== undefined) return [...here.values()];
    const newest = new Map<string, Reading>();
    for (const { id, channel } of await deps.samples.seriesOf(of)) {
      const extent = await deps.samples.extent(id);
      if (extent === undefined || extent.last < (newest.get(channel)?.at ?? -Infinity)) continue;
      const { values } = await deps.samples.read(id, extent.last, extent.last + 1);
      const value = values.at(-1);
      const some = value !== undefined && !Number.isNaN(value);
      newest.set(channel, { metric: channel, at: extent.last, value: some ? value : null });
    }
    return [...newest.values()];
  }

  return {
    noted(collector, reading) {
      const there = known.get(collector) ?? new Map<string, Reading>();
      known.set(collector, there.set(reading.metric, reading));
    },

    forgotten(collector) {
      known.delete(collector);
    },

    async ofCollector(record) {
      const { metric, lastValue, lastAt } = collectorAttribute;
      const all = await readings(record.id);
      const main = all.find((each) => each.metric === textOf(record.attributes, metric)) ?? all[0];
      if (main === undefined) return { attributes: record.attributes };
      return shown(
        record,
        all,
        main,
        { value: lastValue, at: lastAt },
        {
          ...(all.length < 2
            ? {}
            : {
                [collectorAttribute.latest]: Object.fromEntries(
                  all.map(({ metric: name, at, value }) => [name, { at: isoInstant(at), value }]),
                ),
              }),
        },
      );
    },

    async ofSensor(record) {
      if (!record.mixins.includes(types.archiver)) return { attributes: record.attributes };
      const own = await readings(record.id);
      const { items } = await deps.store.list({ kinds: [types.collector], parent: record.id, limit: MOST_SHOWN });
      const lists = await Promise.all(
        items.map(async (collector) => ({ collector, all: await readings(collector.id) })),
      );
      const all = [...own, ...lists.flatMap((each) => each.all)];
      const newest = all.reduce<Reading | undefined>(
        (last, each) => (last && last.at >= each.at ? last : each),
        undefined,
      );
      if (newest === undefined) return { attributes: record.attributes };
      const entry = ({ metric, at, value }: Reading, of: Readonly<Record<string, Json>>): Json => ({
        ...of,
        metric,
        at: isoInstant(at),
        value,
      });
      return shown(
        record,
        all,
        newest,
        { value: latestAttribute.value, at: latestAttribute.at },
        {
          [latestAttribute.all]: [
            ...own.map((reading) => entry(reading, {})),
            ...lists.flatMap(({ collector, all: those }) =>
              those.map((reading) =>
                entry(reading, { collector: `/collector/${collector.id}`, ...placeOf(collector) }),
              ),
            ),
          ],
        },
      );
    },
  };
}

function placeOf(collector: EntityRecord): Readonly<Record<string, Json>> {
  const instance = textOf(collector.attributes, collectorAttribute.instance);
  return instance === undefined ? {} : { instance };
}

/** The last value in attributes of their own, so that a probe of one line reads them; absent where nothing came. */
function shown(
  record: EntityRecord,
  all: readonly Reading[],
  { at, value }: Reading,
  names: { readonly value: string; readonly at: string },
  more: Attributes,
): Projection {
  return {
    attributes: {
      ...record.attributes,
      ...(value === null ? {} : { [names.value]: value }),
      [names.at]: isoInstant(at),
      ...more,
    },
    variant: all.map((each) => each.at.toString(36)).join('-'),
  };
}
