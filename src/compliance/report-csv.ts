import { fixedMilliseconds } from '../shared/duration.ts';
import { windowLabel } from './report-figures.ts';
import type { ReportDocument } from './report-json.ts';

const COLUMNS = [
  'report', 'version', 'status', 'sla', 'level', 'metric', 'index', 'window', 'from', 'until', 'target', 'good', 'bad', 'counted',
  'unmeasured', 'excluded', 'coverage', 'attainment', 'state', 'violatedat', 'complete', 'downtime', 'credit', 'currency',
]; // prettier-ignore

/** A report as CSV: one line for each window. `downtime` is in seconds. */
export function reportCsv(report: ReportDocument): string {
  const lines = [COLUMNS.join(',')];
  for (const answer of report.levels) {
    const level = report.definitions.find((each) => each.level.id === answer.level)?.level;
    const slice = (fixedMilliseconds(level?.slice ?? 'PT1M') ?? 0) / 1000;
    for (const window of answer.windows)
      lines.push(
        [
          report.report, report.version, report.status, report.sla, answer.level, level?.indicator.metric ?? '', window.index,
          level === undefined ? '' : windowLabel(level.window), window.from, window.until, level?.target ?? '', window.good, window.bad,
          window.counted, window.unmeasured, window.excluded, window.coverage ?? '', window.attainment ?? '', window.state,
          window.violatedat ?? '', window.complete, window.bad * slice, window.credit?.amount ?? '', window.credit?.currency ?? '',
        ].map(field).join(','),
      ); // prettier-ignore
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** Quoted where needed; what a spreadsheet would take for a formula is kept from being one. */
function field(value: string | number | boolean): string {
  const text = String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
