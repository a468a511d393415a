import type { EntityRecord } from '../occi/entity.ts';
import type { EntityStore } from '../occi/store.ts';
import { parseInstant } from '../shared/duration.ts';
import type { Instant } from '../shared/clock.ts';
import type { EntityId } from '../shared/ids.ts';
import { resourceOf } from './credit.ts';
import type { ReportInternal } from './evaluation.ts';
import { reportType } from './names.ts';
import type { ReportDocument } from './report-json.ts';

const PAGE = 500;
const MOST_KEPT = 2000;

/** What of the past can still change. */
export interface Finality {
  /**
   * The latest end of a final window of an SLA, for one metric and instance (undefined: whichever): one that
   * is complete in a report whose time to dispute is over. Undefined while nothing is final.
   */
  finalBefore(sla: EntityId, instance: string | undefined, metric: string): Promise<Instant | undefined>;
  /** The earliest sample that a report which is not final yet may look at. */
  neededFrom(): Promise<Instant | undefined>;
}

interface FinalWindows {
  readonly metric: string;
  readonly of: readonly string[];
  /** `web/0`, or `*` for all in `of`. */
  readonly index: string;
  readonly until: Instant;
}

export function createFinality(store: EntityStore): Finality {
  const known = new Map<EntityId, Promise<readonly FinalWindows[]>>();
  store.subscribe(({ record }) => {
    if (record?.kind === reportType && record.parent !== undefined) known.delete(record.parent);
  });

  const windowsOf = (sla: EntityId): Promise<readonly FinalWindows[]> => {
    const found = known.get(sla) ?? read(store, sla);
    known.delete(sla);
    known.set(sla, found);
    found.catch(() => known.delete(sla));
    const [oldest] = known.keys();
    if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest);
    return found;
  };

  return {
    async finalBefore(sla, instance, metric) {
      let latest: Instant | undefined;
      for (const each of await windowsOf(sla)) {
        if (each.metric !== metric || !concerns(each, instance)) continue;
        latest = Math.max(latest ?? each.until, each.until);
      }
      return latest;
    },
    async neededFrom() {
      let earliest: Instant | undefined;
      let after: string | undefined;
      do {
        const page = await store.list({
          kinds: [reportType],
          states: ['open', 'provisional'],
          hidden: 'with',
          limit: PAGE,
          ...(after === undefined ? {} : { after }),
        });
        for (const { internal } of page.items) {
          const { since } = internal as unknown as ReportInternal;
          earliest = Math.min(earliest ?? since, since);
        }
        after = page.next;
      } while (after !== undefined);
      return earliest;
    },
  };
}

function concerns({ index, of }: FinalWindows, instance: string | undefined): boolean {
  if (instance === undefined || index === instance) return true;
  return index === '*' && of.includes(resourceOf(instance));
}

/** Later periods end later, so the newest report that is final tells. */
async function read(store: EntityStore, sla: EntityId): Promise<readonly FinalWindows[]> {
  const { items } = await store.list({
    kinds: [reportType],
    parent: sla,
    states: ['final', 'corrected'],
    hidden: 'with',
    order: 'desc',
    limit: 1,
  });
  return items.flatMap(finalWindows);
}

/** The last complete window of each level and instance. */
function finalWindows({ internal }: EntityRecord): readonly FinalWindows[] {
  const document = (internal as unknown as ReportInternal).frozen as ReportDocument | undefined;
  if (document === undefined) return [];
  return document.definitions.flatMap(({ level }) => {
    const latest = new Map<string, Instant>();
    for (const answer of document.levels)
      if (answer.level === level.id)
        for (const { index, until, complete } of answer.windows) {
          const end = complete ? parseInstant(until) : undefined;
          if (end !== undefined) latest.set(index, Math.max(latest.get(index) ?? end, end));
        }
    const { metric } = level.indicator;
    return [...latest].map(([index, until]) => ({ metric, of: level.of, index, until }));
  });
}
