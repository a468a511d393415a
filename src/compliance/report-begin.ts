import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import { urn } from '../shared/ids.ts';
import type { SlaInternal } from '../sla/document.ts';
import { asJson, entityOf } from './change.ts';
import type { ReportInternal } from './evaluation.ts';
import { windowsFor } from './evaluate.ts';
import { idFor } from './keys.ts';
import { reportAttr, reportType } from './names.ts';
import { floorTo } from './slices.ts';
import { calendarSpans } from './windows.ts';

const DAY = 86_400_000;

/**
 * The report of the month that `at` lies in, from `at` on, due at once. It reads samples from the first
 * window that overlaps it, or from `lookback` where that is earlier.
 */
export function newReport(
  sla: EntityRecord,
  at: Instant,
  lookback: Instant,
  now: Instant,
  program: string,
): EntityRecord | undefined {
  const month = calendarSpans('month', 'UTC', at, at + 1)[0];
  if (month === undefined) return undefined;
  const { document, sha256 } = sla.internal as unknown as SlaInternal;
  const from = Math.max(at, month.from);
  const first = document.levels.reduce((earliest, { level }) => {
      const spans = windowsFor(level, { from, until: from + 1, now: from, instances: [] });
      return Math.min(earliest, spans[0]?.from ?? from);
    }, Math.min(from, lookback)); // prettier-ignore
  const since = Math.max(floorTo(first, DAY), floorTo(sla.created, DAY));
  const internal: ReportInternal = { since };
  return entityOf(
    sla,
    reportType,
    idFor(month.from, sla.id, 'report', month.from),
    'open',
    now,
    {
      [reportAttr.sla]: urn(sla.id),
      [reportAttr.from]: isoInstant(from),
      [reportAttr.until]: isoInstant(month.until),
      [reportAttr.document]: { sha256 },
      [reportAttr.version]: 1,
      [reportAttr.program]: program,
    },
    {
      internal: asJson(internal),
      due: { at: now, action: 'evaluate' },
      title: `Compliance report ${new Date(month.from).toISOString().slice(0, 7)}`,
    },
  );
}
