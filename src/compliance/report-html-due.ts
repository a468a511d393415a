import type { Json } from '../shared/json.ts';
import { html, join, type Html } from './html.ts';
import { instantText, percentText } from './report-figures.ts';
import type { ReportDocument } from './report-json.ts';

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

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
