import { chartSvg } from './chart.ts';
import type { Chart } from './chart-data.ts';
import { figuresOf, percentText, spanText, windowLabel } from './report-figures.ts';
import { html, join, raw, type Html } from './html.ts';
import type { ReportDocument, ReportedLevel } from './report-json.ts';
import { reportStyle } from './report-style.ts';
import type { LevelAnswer } from './answer.ts';
import type { Json } from '../shared/json.ts';

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
        <time datetime="${report.from}">${instant(report.from)}</time> to
        <time datetime="${report.until}">${instant(report.until)}</time>
      </dd>
    </div>
    <div>
      <dt>Evaluated up to</dt>
      <dd>${instant(report.samples.until)}</dd>
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
        <td>${target(defined)}</td>
        <td>${defined.committed ? 'promised' : 'measured only'}</td>
        <td class="number">${answer.windows.length}</td>
        <td class="number">${violated}</td>
        <td class="number">${incidents}</td>
      </tr>`,
    ];
  });
  return html`<section aria-labelledby="summary">
    <h2 id="summary">Summary</h2>
    <div class="scroll">
      <table>
        <caption>
          Levels of the agreement
        </caption>
        <thead>
          <tr>
            <th scope="col">Level</th>
            <th scope="col">Target</th>
            <th scope="col">Commitment</th>
            <th scope="col">Windows</th>
            <th scope="col">Violated</th>
            <th scope="col">Incidents</th>
          </tr>
        </thead>
        <tbody>
          ${join(rows)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function target({ level }: ReportedLevel): string {
  const { statistic, metric, op, value } = level.indicator;
  return `${percentText(level.target.toFixed(9))} of slices of ${level.slice} with ${statistic} ${metric} ${op} ${value}, ${windowLabel(level.window)}`;
}

const MOST_WINDOWS = 500;

function levelSection(defined: ReportedLevel, report: ReportDocument, charts: readonly Chart[]): Html {
  const answer = report.levels.find((each) => each.level === defined.level.id);
  if (answer === undefined) return raw('');
  const id = `level-${defined.level.id}`;
  const shown = answer.windows.slice(-MOST_WINDOWS);
  const now = Date.parse(report.samples.until);
  const rows = shown.map((window) => {
    const figures = figuresOf(defined.level, window, now);
    return html`<tr>
      <th scope="row">${window.index === '*' ? 'all' : window.index}</th>
      <td>${instant(window.from)}<br />${instant(window.until)}</td>
      <td class="number">${percentText(window.attainment)}</td>
      <td>
        <span class="is-${window.state}">${window.state}</span
        >${window.violatedat === null ? '' : html`<br /><small>since ${instant(window.violatedat)}</small>`}
      </td>
      <td>${window.complete ? 'complete' : 'so far'}</td>
      <td class="number">${spanText(figures.downtime)}</td>
      <td class="number">${figures.budget === undefined ? '–' : spanText(figures.budget)}</td>
      <td class="number">${figures.left === undefined ? '–' : spanText(figures.left)}</td>
      <td class="number">${figures.burn === undefined ? '–' : `${figures.burn.toFixed(2)} ×`}</td>
      <td class="number">
        ${window.complete || figures.projected === undefined ? '–' : `${(Math.floor(figures.projected * 10_000) / 100).toFixed(2)} %`}
      </td>
      <td class="number">${percentText(window.coverage)}</td>
      <td class="number">${window.excluded}</td>
      <td class="number">${window.credit === null ? '–' : `${window.credit.amount} ${window.credit.currency}`}</td>
    </tr>`;
  });
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">Level ${defined.level.id}</h2>
    <p>${target(defined)}.</p>
    ${join(charts.filter((chart) => chart.level === defined.level.id).map((chart) => figure(chart, answer)))}
    <div class="scroll">
      <table>
        <caption>
          Windows${shown.length < answer.windows.length ? ` (the last ${shown.length} of ${answer.windows.length})` : ''}.
          Budget, burn rate and projection are information, not facts of the agreement.
        </caption>
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col">Window</th>
            <th scope="col">Attainment</th>
            <th scope="col">State</th>
            <th scope="col">Figures</th>
            <th scope="col">Downtime</th>
            <th scope="col">Error budget</th>
            <th scope="col">Left</th>
            <th scope="col">Burn rate</th>
            <th scope="col">Projected</th>
            <th scope="col">Coverage</th>
            <th scope="col">Excluded slices</th>
            <th scope="col">Credit</th>
          </tr>
        </thead>
        <tbody>
          ${join(rows)}
        </tbody>
      </table>
    </div>
    ${incidents(answer)}
  </section>`;
}

function figure(chart: Chart, answer: LevelAnswer): Html {
  const count = answer.incidents.length;
  const about = `${chart.metric} of ${chart.lines.map((line) => line.name).join(', ') || 'no instance'}, ${instant(new Date(chart.from).toISOString())} to ${instant(new Date(chart.until).toISOString())}; ${count} ${count === 1 ? 'incident' : 'incidents'}, shaded; the threshold ${chart.threshold} is dotted.`;
  // In the page itself, so that it prints sharp and is read out: the names in it were made plain when it was drawn.
  const drawn = chartSvg(chart).replace('<svg ', html`<svg role="img" aria-label="Chart: ${about}" `.text);
  return html`<figure>
    ${raw(drawn)}
    <figcaption>${about}</figcaption>
  </figure>`;
}

function incidents(answer: LevelAnswer): Html {
  if (answer.incidents.length === 0) return html`<p>No incidents.</p>`;
  const rows = answer.incidents.slice(-MOST_WINDOWS).map(
    (each) =>
      html`<tr>
        <th scope="row">${each.index === '*' ? 'all' : each.index}</th>
        <td>${instant(each.from)}</td>
        <td>${each.until === null ? html`<span class="is-violated">open</span>` : instant(each.until)}</td>
        <td class="number">${each.slices}</td>
        <td class="number">${each.worst === null ? 'nothing came' : each.worst}</td>
      </tr>`,
  );
  return html`<div class="scroll">
    <table>
      <caption>
        Incidents: runs of bad slices
      </caption>
      <thead>
        <tr>
          <th scope="col">Instance</th>
          <th scope="col">From</th>
          <th scope="col">Until</th>
          <th scope="col">Bad slices</th>
          <th scope="col">Worst value</th>
        </tr>
      </thead>
      <tbody>
        ${join(rows)}
      </tbody>
    </table>
  </div>`;
}

function violations(report: ReportDocument): Html {
  const listed = report.violations.filter((each) => each['type'] !== 'incident');
  if (listed.length === 0)
    return html`<section aria-labelledby="breaches">
      <h2 id="breaches">Breaches</h2>
      <p>None.</p>
    </section>`;
  const rows = listed.map(
    (each) =>
      html`<tr>
        <th scope="row">${text(each['level']) || text(each['index'])}</th>
        <td>${text(each['type'])}</td>
        <td>${text(each['index'])}</td>
        <td>${text(each['start']) === '' ? '–' : instant(text(each['start']))}</td>
        <td>${text(each['end']) === '' ? '–' : instant(text(each['end']))}</td>
        <td>${text(each['state'])}</td>
        <td><code>${text(each['id'])}</code></td>
      </tr>`,
  );
  return html`<section aria-labelledby="breaches">
    <h2 id="breaches">Breaches</h2>
    <div class="scroll">
      <table>
        <caption>
          What was promised and not kept
        </caption>
        <thead>
          <tr>
            <th scope="col">Level</th>
            <th scope="col">Type</th>
            <th scope="col">Instance</th>
            <th scope="col">Since</th>
            <th scope="col">Ended</th>
            <th scope="col">State</th>
            <th scope="col">Id</th>
          </tr>
        </thead>
        <tbody>
          ${join(rows)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function credits(report: ReportDocument): Html {
  if (report.credits.length === 0)
    return html`<section aria-labelledby="credits">
      <h2 id="credits">Service credits</h2>
      <p>None due for complete windows.</p>
    </section>`;
  const rows = report.credits.map(
    (each) =>
      html`<tr>
        <th scope="row">${each.level}</th>
        <td>${each.index === '*' ? 'all' : each.index}</td>
        <td>${instant(each.window.from)}<br />${instant(each.window.until)}</td>
        <td class="number">${each.good} of ${each.counted}</td>
        <td>below ${percentText(each.tier.below.toFixed(9))}: ${percentText(each.tier.credit.toFixed(9))}</td>
        <td class="number">${each.base} ${each.currency}</td>
        <td class="number"><strong>${each.amount} ${each.currency}</strong></td>
        <td>${text(each.entity?.['state'])}</td>
        <td>${text(each.entity?.['claimby']) === '' ? '–' : instant(text(each.entity?.['claimby']))}</td>
      </tr>`,
  );
  return html`<section aria-labelledby="credits">
    <h2 id="credits">Service credits</h2>
    <div class="scroll">
      <table>
        <caption>
          Credits of complete windows
        </caption>
        <thead>
          <tr>
            <th scope="col">Level</th>
            <th scope="col">Instance</th>
            <th scope="col">Window</th>
            <th scope="col">Good slices</th>
            <th scope="col">Tier</th>
            <th scope="col">Base</th>
            <th scope="col">Amount</th>
            <th scope="col">State</th>
            <th scope="col">Claim by</th>
          </tr>
        </thead>
        <tbody>
          ${join(rows)}
        </tbody>
      </table>
    </div>
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
          ${report.samples.count ?? 'not counted'}, ${instant(report.samples.from)} to ${instant(report.samples.until)}
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

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function instant(iso: string): string {
  return iso.replace('T', ' ').replace('Z', ' UTC');
}
