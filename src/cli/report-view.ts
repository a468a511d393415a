import { figuresOf, percentText, spanText, windowLabel } from '../compliance/report-figures.ts';
import type { WindowAnswer } from '../compliance/answer.ts';
import { isObject, type Json, type JsonObject } from '../shared/json.ts';
import { fixedMilliseconds, isIsoDuration } from '../shared/duration.ts';
import type { Level } from '../terms/level.ts';
import { objects, textOf, uuidIn } from './entity.ts';
import { table, wrap } from './table.ts';

const VIEW_WIDTH = 98;
const REPORT = 'org.parley.report.';

/** A compliance report for people. Takes the report's own JSON (levels, Reports), or its entity's attributes. */
export function renderReport(given: JsonObject): string[] {
  const report = documentOf(given);
  const definitions = new Map(
    objects(report['definitions']).flatMap((one) => {
      const level = one['level'];
      return isObject(level) ? [[textOf(level['id']), { level, committed: one['committed'] === true }] as const] : [];
    }),
  );
  const context = isObject(report['context']) ? report['context'] : {};
  const now = Date.parse(textOf(context['now'])) || Date.now();
  const document = report['document'];
  return [
    `Report of SLA ${uuidIn(textOf(report['sla']))}`,
    `${textOf(report['from'])} … ${textOf(report['until'])}, ${textOf(report['status'])}, version ${textOf(report['version'])}`,
    ...(isObject(document) ? [`agreed document sha256 ${textOf(document['sha256'])}`] : []),
    '',
    ...objects(report['levels']).flatMap((level) => levelLines(level, definitions.get(textOf(level['level'])), now)),
    ...violationLines(objects(report['violations'])),
    ...creditLines(objects(report['credits'])),
    ...sampleLines(report),
  ];
}

function documentOf(given: JsonObject): JsonObject {
  const attributes = isObject(given['attributes']) ? given['attributes'] : given;
  if (!Object.keys(attributes).some((name) => name.startsWith(REPORT))) return given;
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name.startsWith(REPORT) ? name.slice(REPORT.length) : name,
      value,
    ]),
  );
}

interface Definition {
  readonly level: JsonObject;
  readonly committed: boolean;
}

function levelLines(answer: JsonObject, definition: Definition | undefined, now: number): string[] {
  const windows = objects(answer['windows']);
  const rows = windows.map((window) => [
    textOf(window['index']) === '*' ? 'all' : textOf(window['index']),
    shortSpan(textOf(window['from']), textOf(window['until'])),
    percentText(shareOf(window['attainment'])),
    percentText(shareOf(window['coverage'])),
    `${textOf(window['good'])}/${textOf(window['counted'])}`,
    ...budgetCells(window, definition, now),
    `${textOf(window['state'])}${window['complete'] === true ? '' : ' so far'}`,
  ]);
  const columns = [
    { title: 'INSTANCE' },
    { title: 'WINDOW' },
    { title: 'ATTAINED', right: true },
    { title: 'MEASURED', right: true },
    { title: 'GOOD', right: true },
    ...(definition === undefined
      ? []
      : [
          { title: 'DOWN', right: true },
          { title: 'BUDGET LEFT', right: true },
        ]),
    { title: 'STATE' },
  ];
  const incidents = objects(answer['incidents']).map((incident) =>
    [
      `incident on ${textOf(incident['index']) === '*' ? 'all' : textOf(incident['index'])}:`,
      `${textOf(incident['from'])} … ${incident['until'] === null ? 'still open' : textOf(incident['until'])},`,
      `${textOf(incident['slices'])} bad slices`,
    ].join(' '),
  );
  return [
    `Level ${textOf(answer['level'])}${definition === undefined ? '' : `: ${promise(definition)}`}`,
    ...(rows.length === 0 ? ['  no window in this period'] : table(columns, rows, VIEW_WIDTH - 2).map(indented)),
    ...incidents.map(indented),
    '',
  ];
}

const indented = (line: string): string => `  ${line}`;

function promise({ level, committed }: Definition): string {
  const indicator = isObject(level['indicator']) ? level['indicator'] : {};
  const target = typeof level['target'] === 'number' ? percentText(level['target'].toFixed(9)) : '';
  const window = isObject(level['window']) ? windowLabel(level['window'] as unknown as Level['window']) : '';
  const what = [indicator['statistic'], indicator['metric'], indicator['op'], indicator['value']].map(textOf).join(' ');
  return `${what} in ${target} of slices, ${window}${committed ? '' : ' (nobody commits to it)'}`;
}

function budgetCells(window: JsonObject, definition: Definition | undefined, now: number): string[] {
  if (definition === undefined) return [];
  const { slice } = definition.level;
  if (!isIsoDuration(slice) || fixedMilliseconds(slice) === undefined) return ['', ''];
  const figures = figuresOf(definition.level as unknown as Level, window as unknown as WindowAnswer, now);
  return [spanText(figures.downtime), figures.left === undefined ? '' : spanText(figures.left)];
}

function shareOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** `2026-11-20T10:00Z +20 s` where it is short, both ends where it is long. */
function shortSpan(from: string, until: string): string {
  const length = Date.parse(until) - Date.parse(from);
  if (Number.isNaN(length)) return `${from} … ${until}`;
  return `${from} +${spanText(length)}`;
}

function violationLines(violations: readonly JsonObject[]): string[] {
  if (violations.length === 0) return ['No violations', ''];
  const rows = violations.map((violation) => [
    textOf(violation['type']),
    textOf(violation['level']),
    textOf(violation['index']) === '*' ? 'all' : textOf(violation['index']),
    textOf(violation['state']),
    textOf(violation['start']),
    textOf(violation['end']),
  ]);
  const columns = ['TYPE', 'LEVEL', 'INSTANCE', 'STATE', 'SINCE', 'UNTIL'].map((title) => ({ title }));
  return ['Violations', ...table(columns, rows, VIEW_WIDTH - 2).map(indented), ''];
}

function creditLines(credits: readonly JsonObject[]): string[] {
  if (credits.length === 0) return ['No credit is due', ''];
  const rows = credits.map((credit) => {
    const tier = isObject(credit['tier']) ? credit['tier'] : {};
    const window = isObject(credit['window']) ? credit['window'] : {};
    const entity = isObject(credit['entity']) ? credit['entity'] : {};
    return [
      textOf(credit['level']),
      textOf(credit['index']),
      textOf(window['from']),
      `under ${percentText(shareText(tier['below']))}: ${percentText(shareText(tier['credit']))}`,
      textOf(credit['base']),
      `${textOf(credit['amount'])} ${textOf(credit['currency'])}`,
      textOf(entity['state']),
    ];
  });
  const columns = [
    { title: 'LEVEL' },
    { title: 'INSTANCE' },
    { title: 'WINDOW FROM' },
    { title: 'TIER' },
    { title: 'BASE', right: true },
    { title: 'CREDIT', right: true },
    { title: 'STATE' },
  ];
  return ['Credits', ...table(columns, rows, VIEW_WIDTH - 2).map(indented), ''];
}

function shareText(value: Json | undefined): string | null {
  return typeof value === 'number' ? value.toFixed(9) : null;
}

function sampleLines(report: JsonObject): string[] {
  const samples = report['samples'];
  if (!isObject(samples)) return [];
  const count = samples['count'] === null ? '' : `${textOf(samples['count'])} samples, `;
  const hash = samples['sha256'] === null ? '' : `, sha256 ${textOf(samples['sha256'])}`;
  return wrap(`${count}${textOf(samples['from'])} … ${textOf(samples['until'])}${hash}`, '', VIEW_WIDTH);
}
