import type { LevelAnswer } from './answer.ts';
import { chartSvg } from './chart.ts';
import type { Chart } from './chart-data.ts';
import { html, join, raw, type Html } from './html.ts';
import { figuresOf, instantText, percentText, spanText, targetText } from './report-figures.ts';
import type { ReportDocument, ReportedLevel } from './report-json.ts';
import { table } from './report-table.ts';

const WINDOW = [
  'Instance',
  'Window',
  'Attainment',
  'State',
  'Figures',
  'Downtime',
  'Error budget',
  'Left',
  'Burn rate',
  'Projected',
  'Coverage',
  'Excluded slices',
  'Credit',
];

const MOST_WINDOWS = 500;

/** One level of a report: its charts, windows and incidents. */
export function levelSection(defined: ReportedLevel, report: ReportDocument, charts: readonly Chart[]): Html {
  const answer = report.levels.find((each) => each.level === defined.level.id);
  if (answer === undefined) return raw('');
  const id = `level-${defined.level.id}`;
  const shown = answer.windows.slice(-MOST_WINDOWS);
  const now = Date.parse(report.samples.until);
  const rows = shown.map((window) => {
    const figures = figuresOf(defined.level, window, now);
    return html`<tr>
      <th scope="row">${window.index === '*' ? 'all' : window.index}</th>
      <td>${instantText(window.from)}<br />${instantText(window.until)}</td>
      <td class="number">${percentText(window.attainment)}</td>
      <td>
        <span class="is-${window.state}">${window.state}</span
        >${window.violatedat === null ? '' : html`<br /><small>since ${instantText(window.violatedat)}</small>`}
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
  const last = shown.length < answer.windows.length ? ` (the last ${shown.length} of ${answer.windows.length})` : '';
  const caption = `Windows${last}. Budget, burn rate and projection are information, not facts of the agreement.`;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">Level ${defined.level.id}</h2>
    <p>${targetText(defined)}.</p>
    ${join(charts.filter((chart) => chart.level === defined.level.id).map((chart) => figure(chart, answer)))}
    ${table(caption, WINDOW, rows)} ${incidents(answer)}
  </section>`;
}

function figure(chart: Chart, answer: LevelAnswer): Html {
  const count = answer.incidents.length;
  const about = `${chart.metric} of ${chart.lines.map((line) => line.name).join(', ') || 'no instance'}, ${instantText(new Date(chart.from).toISOString())} to ${instantText(new Date(chart.until).toISOString())}; ${count} ${count === 1 ? 'incident' : 'incidents'}, shaded; the threshold ${chart.threshold} is dotted.`;
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
        <td>${instantText(each.from)}</td>
        <td>${each.until === null ? html`<span class="is-violated">open</span>` : instantText(each.until)}</td>
        <td class="number">${each.slices}</td>
        <td class="number">${each.worst === null ? 'nothing came' : each.worst}</td>
      </tr>`,
  );
  return table('Incidents: runs of bad slices', ['Instance', 'From', 'Until', 'Bad slices', 'Worst value'], rows);
}
