import type { Chart } from './chart-data.ts';
import { html, join, raw, type Html } from './html.ts';
import { instantText, targetText } from './report-figures.ts';
import { credits, violations } from './report-html-due.ts';
import { levelSection } from './report-html-level.ts';
import type { ReportDocument } from './report-json.ts';
import { table } from './report-table.ts';
import { reportStyle } from './report-style.ts';

/** A report as one page that stands alone: no script, nothing loaded, fit to be printed. */
export function reportHtml(report: ReportDocument, charts: readonly Chart[]): Promise<string> {
  const title = `Compliance report ${report.from.slice(0, 10)} to ${report.until.slice(0, 10)}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${raw(reportStyle)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <p class="kicker">Parley</p>
            <h1>${title}</h1>
            <p class="status">
              Status: <strong class="is-${report.status}">${report.status}</strong>, version
              ${report.version}${report.replaces === null ? '' : `, replaces version ${report.replaces}`}
            </p>
          </header>
          ${head(report)} ${summary(report)}
          ${join(report.definitions.map((each) => levelSection(each, report, charts)))} ${violations(report)}
          ${credits(report)} ${proof(report)}
        </main>
      </body>
    </html> `;
  return Promise.resolve(page.text);
}

function head(report: ReportDocument): Html {
  return html`<dl class="facts">
    <div>
      <dt>Agreement</dt>
      <dd><code>${report.sla}</code></dd>
    </div>
    <div>
      <dt>Period</dt>
      <dd>
        <time datetime="${report.from}">${instantText(report.from)}</time> to
        <time datetime="${report.until}">${instantText(report.until)}</time>
      </dd>
    </div>
    <div>
      <dt>Evaluated up to</dt>
      <dd>${instantText(report.samples.until)}</dd>
    </div>
  </dl>`;
}

function summary(report: ReportDocument): Html {
  const rows = report.levels.flatMap((answer) => {
    const defined = report.definitions.find((each) => each.level.id === answer.level);
    if (defined === undefined) return [];
    const violated = answer.windows.filter((window) => window.state === 'violated').length;
    const incidents = answer.incidents.length;
    return [
      html`<tr>
        <th scope="row">${answer.level}</th>
        <td>${targetText(defined)}</td>
        <td>${defined.committed ? 'promised' : 'measured only'}</td>
        <td class="number">${answer.windows.length}</td>
        <td class="number">${violated}</td>
        <td class="number">${incidents}</td>
      </tr>`,
    ];
  });
  return html`<section aria-labelledby="summary">
    <h2 id="summary">Summary</h2>
    ${table('Levels of the agreement', ['Level', 'Target', 'Commitment', 'Windows', 'Violated', 'Incidents'], rows)}
  </section>`;
}

function proof(report: ReportDocument): Html {
  return html`<section aria-labelledby="proof">
    <h2 id="proof">What it stands on</h2>
    <dl class="facts">
      <div>
        <dt>Agreed document, SHA-256</dt>
        <dd><code>${report.document.sha256}</code></dd>
      </div>
      <div>
        <dt>Samples</dt>
        <dd>
          ${report.samples.count ?? 'not counted'}, ${instantText(report.samples.from)} to
          ${instantText(report.samples.until)}
        </dd>
      </div>
      <div>
        <dt>Samples, SHA-256</dt>
        <dd><code>${report.samples.sha256 ?? '–'}</code></dd>
      </div>
      <div>
        <dt>Program</dt>
        <dd>${report.program}</dd>
      </div>
      <div>
        <dt>Report</dt>
        <dd><code>${report.report}</code>, version ${report.version}</dd>
      </div>
    </dl>
    <p>
      The same report as JSON, with the samples as CSV, can be computed again without the service:
      <code>parley report verify REPORT.json SAMPLES.csv</code>.
    </p>
  </section>`;
}
