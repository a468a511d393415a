import { verifyReport } from '../../compliance/offline.ts';
import { isObject, type JsonObject } from '../../shared/json.ts';
import { Refused } from '../client.ts';
import type { Client } from '../client.ts';
import type { Command } from '../command.ts';
import { attributeText, pathFor } from '../entity.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { renderReport } from '../report-view.ts';

const FORMATS: Readonly<Record<string, string>> = {
  text: 'application/json',
  json: 'application/json',
  csv: 'text/csv',
  html: 'text/html',
};

export const report: Command = {
  name: 'report',
  usage: 'ID [--format json|csv|html|text]',
  summary: 'show a compliance report; ID is that of a report, or of an SLA (its open period)',
  options: { format: { type: 'string' } },
  takes: { least: 1, most: 1 },
  async run(run) {
    const { format = run.json ? 'json' : 'text' } = run.values;
    const accept = typeof format === 'string' && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
    if (accept === undefined)
      throw new UsageError(`there is no format ${String(format)}`, Object.keys(FORMATS).join(', '));
    const client = run.client();
    const answer = await client.request('GET', await reportPath(client, run.args[0] ?? ''), { accept });
    if (format === 'text') run.lines(renderReport(isObject(answer.body) ? answer.body : {}));
    else run.io.out(answer.text.endsWith('\n') ? answer.text : `${answer.text}\n`);
    return exitCodes.ok;
  },
};

/** The report that is meant: an SLA stands for that of its open period. */
async function reportPath(client: Client, reference: string): Promise<string> {
  const path = pathFor('sla', reference);
  if (!path.startsWith('/sla/')) return path;
  let sla: JsonObject;
  try {
    sla = await client.get(path);
  } catch (error) {
    const named = reference.includes('/');
    if (named || !(error instanceof Refused) || error.status !== 404) throw error;
    return pathFor('report', reference);
  }
  const of = attributeText(sla, 'org.parley.sla.report');
  if (of === '') throw new UsageError('this agreement has no report yet: it begins when it is in force');
  return pathFor('report', of);
}

export const verify: Command = {
  name: 'report verify',
  usage: 'REPORT.json SAMPLES.csv',
  summary: 'compute a report again from its samples and name every figure that differs',
  details: ['Needs no service. Exit code 1 where a figure differs.'],
  takes: { least: 2, most: 2 },
  async run(run) {
    const [reportFile = '', samplesFile = ''] = run.args;
    const { differences, checked } = verifyReport(
      await run.io.readFile(reportFile),
      await run.io.readFile(samplesFile),
    );
    if (run.json)
      run.printJson({
        checked,
        differences: differences.map(({ path, stated, computed }) => ({ path, stated, computed })),
      });
    else
      run.lines([
        ...differences.map(
          ({ path, stated, computed }) =>
            `${path}: stated ${JSON.stringify(stated)}, computed ${JSON.stringify(computed)}`,
        ),
        `${checked} figures checked, ${differences.length === 0 ? 'all agree' : `${differences.length} differ`}`,
      ]);
    return differences.length === 0 ? exitCodes.ok : exitCodes.refused;
  },
};
