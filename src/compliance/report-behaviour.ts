import type { SampleStore } from '../archive/store.ts';
import type { Behaviour } from '../occi/extension.ts';
import { keptByService, vendorsOwn } from './behaviours.ts';
import { chartsOf } from './chart-data.ts';
import type { MeasurementIndex } from './port.ts';
import { reportAttr, reportType } from './names.ts';
import { reportCsv } from './report-csv.ts';
import { reportJson } from './report-json.ts';
import type { ReportLife } from './report-life.ts';
import { reportStates } from './states.ts';

/** Reports are read: as OCCI, and as JSON, CSV and HTML of their own. */
export function reportBehaviour(
  life: ReportLife,
  deps: { readonly samples: SampleStore; readonly measurements: MeasurementIndex },
): Behaviour {
  return {
    kind: reportType,
    states: reportStates,
    stateAttribute: reportAttr.status,
    clientMay: keptByService,
    ...vendorsOwn,
    settled: (record) => record.state !== 'open',
    async project(record) {
      const document = await life.document(record, false);
      const now = document.context['now'];
      return {
        attributes: {
          ...record.attributes,
          [reportAttr.levels]: document.levels,
          [reportAttr.credits]: document.credits.map((credit) => ({ ...credit })),
          [reportAttr.violations]: document.violations,
          [reportAttr.samples]: { ...document.samples },
        },
        variant: typeof now === 'string' ? now : '',
      };
    },
    exports: {
      'application/json': async (record) => ({
        body: `${JSON.stringify(reportJson(await life.document(record, true)), undefined, 2)}\n`,
      }),
      'text/csv': async (record) => ({ body: reportCsv(await life.document(record, false)) }),
      'text/html': async (record) => {
        // Page and charts are loaded when the first one is asked for: they would weigh on every start.
        const { reportHtml } = await import('./report-html.ts');
        const document = await life.document(record, true);
        const charts = await chartsOf(record, document, life, deps);
        return {
          body: await reportHtml(document, charts),
          headers: {
            'Content-Security-Policy':
              "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
          },
        };
      },
    },
    onDue: (record) => life.onDue(record),
  };
}
