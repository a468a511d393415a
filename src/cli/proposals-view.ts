import { decimalText, parseMoney } from '../shared/decimal.ts';
import { isObject, type Json, type JsonObject } from '../shared/json.ts';
import { attribute, attributeText, objects, textOf, uuidIn } from './entity.ts';
import { table, wrap } from './table.ts';

const CFP = 'org.parley.cfp.';
const PROPOSAL = 'org.parley.proposal.';
/** The demo and the command line indent by two. */
const VIEW_WIDTH = 98;

/** The ranked market of a call: answers, table, reasons, the eliminated and near misses, as lines. */
export function renderProposals(
  call: JsonObject,
  proposals: readonly JsonObject[],
  options: { readonly reasons?: number } = {},
): string[] {
  const ranked = proposals
    .filter((proposal) => rankOf(proposal) !== undefined)
    .sort((left, right) => (rankOf(left) ?? 0) - (rankOf(right) ?? 0));
  const names = new Map(proposals.map((proposal) => [uuidIn(textOf(proposal['id'])), nameOf(proposal)]));
  const explained = ranked.slice(0, options.reasons ?? ranked.length);
  return [
    ...section('Answers', answers(call)),
    ...section('Proposals', ranked.length === 0 ? ['None is ranked.'] : market(call, ranked)),
    ...section(
      'Reasons',
      explained.flatMap((proposal) => reasons(proposal, names)),
    ),
    ...section('Eliminated', eliminated(call, names)),
    ...section('Why nothing can be awarded', outcome(call)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => (line === '' ? '' : `  ${line}`)), ''];
}

function rankOf(proposal: JsonObject): number | undefined {
  const rank = attribute(proposal, `${PROPOSAL}rank`);
  return typeof rank === 'number' ? rank : undefined;
}

function nameOf(proposal: JsonObject): string {
  const vendor = attributeText(proposal, `${PROPOSAL}vendor`);
  return `${vendor} ${attributeText(proposal, `${PROPOSAL}variant`)}`.trim();
}

/** One line for each vendor that was asked. */
export function answers(call: JsonObject): string[] {
  const rows = objects(attribute(call, `${CFP}answers`)).map((answer) => [
    textOf(answer['vendor']),
    textOf(answer['outcome']),
    textOf(answer['proposals']),
    typeof answer['seconds'] === 'number' ? answer['seconds'].toFixed(2) : '',
    [textOf(answer['code']), textOf(answer['detail'])].filter((part) => part !== '').join(': '),
  ]);
  if (rows.length === 0) return [];
  return table(
    [
      { title: 'VENDOR' },
      { title: 'OUTCOME' },
      { title: 'PROPOSALS', right: true },
      { title: 'SECONDS', right: true },
      { title: 'WHY' },
    ],
    rows,
    VIEW_WIDTH - 2,
  );
}

/** Which sum a call compares by: its budget's, else a month's. */
function comparedSum(call: JsonObject): { readonly sum: 'hour' | 'month' | 'once' | 'total'; readonly label: string } {
  const budget = attribute(call, `${CFP}budget`);
  const per = isObject(budget) ? budget['per'] : undefined;
  if (per === 'hour' || per === 'once') return { sum: per, label: per };
  return per === 'term' ? { sum: 'total', label: 'term' } : { sum: 'month', label: 'month' };
}

/** The price in the currency of the call, where it is known. */
function priceOf(
  proposal: JsonObject,
  sum: string,
): { readonly amount: string; readonly currency: string } | undefined {
  const price = attribute(proposal, `${PROPOSAL}price`);
  if (!isObject(price)) return undefined;
  const of = isObject(price['compare']) ? price['compare'] : price;
  const amount = parseMoney(of[sum]);
  if (amount === undefined) return undefined;
  return { amount: decimalText(amount, sum === 'hour' ? 4 : 2), currency: textOf(of['currency']) };
}

function market(call: JsonObject, ranked: readonly JsonObject[]): string[] {
  const { sum, label } = comparedSum(call);
  const currency =
    ranked.map((proposal) => priceOf(proposal, sum)?.currency).find((one) => one !== undefined) ??
    attributeText(call, `${CFP}currency`);
  const rows = ranked.map((proposal) => {
    const price = priceOf(proposal, sum);
    const shown = price === undefined ? 'unknown' : price.amount;
    const score = attribute(proposal, `${PROPOSAL}score`);
    return [
      String(rankOf(proposal) ?? ''),
      attributeText(proposal, `${PROPOSAL}vendor`),
      attributeText(proposal, `${PROPOSAL}variant`),
      price === undefined || price.currency === currency ? shown : `${shown} ${price.currency}`,
      typeof score === 'number' ? score.toFixed(3) : '',
      awardText(proposal),
      uuidIn(textOf(proposal['id'])),
    ];
  });
  return table(
    [
      { title: '#', right: true },
      { title: 'VENDOR' },
      { title: 'VARIANT' },
      { title: `${currency}/${label}`, right: true },
      { title: 'SCORE', right: true },
      { title: 'AWARD' },
      { title: 'PROPOSAL', whole: true },
    ],
    rows,
    VIEW_WIDTH - 2,
  );
}

function awardText(proposal: JsonObject): string {
  if (attribute(proposal, `${PROPOSAL}awardable`) === true) return 'yes';
  const state = attributeText(proposal, `${PROPOSAL}state`);
  return ['acceptable', 'advisory', ''].includes(state) ? 'no' : state;
}

/** Why a proposal stands where it stands, in a few lines. */
function reasons(proposal: JsonObject, names: ReadonlyMap<string, string>): string[] {
  const explanation = attribute(proposal, `${PROPOSAL}explanation`);
  const head = `${rankOf(proposal) ?? ''}. ${nameOf(proposal)}`;
  if (!isObject(explanation)) return wrap(head, '', VIEW_WIDTH - 2);
  const contributions = objects(explanation['contributions']);
  const weights = contributions.reduce((sum, one) => sum + numberOf(one['weight']), 0);
  const parts = contributions.map((one) => {
    const most = weights === 0 ? 0 : numberOf(one['weight']) / weights;
    return `${textOf(one['id'])} ${numberOf(one['points']).toFixed(3)} of ${most.toFixed(3)}${valueText(one['value'])}`;
  });
  const notes: string[] = [];
  const decided = textOf(explanation['decidedBy']);
  if (decided !== '' && decided !== 'score') notes.push(`equal in score to its neighbour: decided by ${decided}`);
  if (explanation['pareto'] === false)
    notes.push(`beaten in everything by ${nameIn(names, explanation['dominatedBy'])}`);
  const why = attributeText(proposal, `${PROPOSAL}whynot`);
  if (why !== '') notes.push(`cannot be awarded: ${why}`);
  const firsts = objects(explanation['counterfactuals']).map((one) => textOf(one['text']));
  if (firsts.length > 0)
    notes.push(firsts.map((text, index) => (index === 0 ? text : text.replace(/^first if /, 'or if '))).join(', '));
  const indent = ' '.repeat(4);
  return [
    ...wrap(head, '', VIEW_WIDTH - 2),
    ...wrap(parts.join(' · '), indent, VIEW_WIDTH - 2),
    ...notes.flatMap((note) => wrap(note, indent, VIEW_WIDTH - 2)),
  ];
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function valueText(value: Json | undefined): string {
  if (value === null || value === undefined) return ' (not stated)';
  if (typeof value === 'number') return ` (${String(Math.round(value * 1e4) / 1e4)})`;
  return ` (${value === true ? 'yes' : value === false ? 'no' : textOf(value)})`;
}

function nameIn(names: ReadonlyMap<string, string>, id: Json | undefined): string {
  const uuid = uuidIn(textOf(id));
  return names.get(uuid) ?? uuid;
}

function eliminated(call: JsonObject, names: ReadonlyMap<string, string>): string[] {
  return objects(attribute(call, `${CFP}eliminated`)).flatMap((group) => {
    const count = numberOf(group['count']);
    return [
      `${count} by ${textOf(group['rule'])}`,
      ...objects(group['nearest']).flatMap((near) =>
        wrap(`near: ${nameIn(names, near['proposal'])}: needs ${textOf(near['needs'])}`, ' '.repeat(4), VIEW_WIDTH - 2),
      ),
    ];
  });
}

/** Why a call ended without anything, and what would help. */
function outcome(call: JsonObject): string[] {
  const reason = attribute(call, `${CFP}reason`);
  if (!isObject(reason)) return [];
  return [
    ...wrap(
      [textOf(reason['code']), textOf(reason['detail'])].filter((part) => part !== '').join(': '),
      '',
      VIEW_WIDTH - 2,
    ),
    ...objects(reason['relaxations']).map((one) => `${textOf(one['rule'])}: ${textOf(one['text'])}`),
  ];
}
