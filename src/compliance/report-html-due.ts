import type { Json } from '../shared/json.ts';
import { html, type Html } from './html.ts';
import { instantText, percentText } from './report-figures.ts';
import type { ReportDocument } from './report-json.ts';
import { table } from './report-table.ts';

const BREACH = ['Level', 'Type', 'Instance', 'Since', 'Ended', 'State', 'Id'];
const CREDIT = ['Level', 'Instance', 'Window', 'Good slices', 'Tier', 'Base', 'Amount', 'State', 'Claim by'];

/** What was promised and not kept, beside incidents, which are shown with their level. */
export function violations(report: ReportDocument): Html {
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
        <td>${text(each['start']) === '' ? '–' : instantText(text(each['start']))}</td>
        <td>${text(each['end']) === '' ? '–' : instantText(text(each['end']))}</td>
        <td>${text(each['state'])}</td>
        <td><code>${text(each['id'])}</code></td>
      </tr>`,
  );
  return html`<section aria-labelledby="breaches">
    <h2 id="breaches">Breaches</h2>
    ${table('What was promised and not kept', BREACH, rows)}
  </section>`;
}

/** What is owed for it. */
export function credits(report: ReportDocument): Html {
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
        <td>${instantText(each.window.from)}<br />${instantText(each.window.until)}</td>
        <td class="number">${each.good} of ${each.counted}</td>
        <td>below ${percentText(each.tier.below.toFixed(9))}: ${percentText(each.tier.credit.toFixed(9))}</td>
        <td class="number">${each.base} ${each.currency}</td>
        <td class="number"><strong>${each.amount} ${each.currency}</strong></td>
        <td>${text(each.entity?.['state'])}</td>
        <td>${text(each.entity?.['claimby']) === '' ? '–' : instantText(text(each.entity?.['claimby']))}</td>
      </tr>`,
  );
  return html`<section aria-labelledby="credits">
    <h2 id="credits">Service credits</h2>
    ${table('Credits of complete windows', CREDIT, rows)}
  </section>`;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
