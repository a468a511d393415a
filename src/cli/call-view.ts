import { isObject, type Json, type JsonObject } from '../shared/json.ts';
import { attribute, attributeText, objects, pathFor, textOf, texts } from './entity.ts';
import { answers } from './proposals-view.ts';
import { table, WIDTH } from './table.ts';

const CFP = 'org.parley.cfp.';

/** A call for proposals for people. */
export function renderCall(call: JsonObject): string[] {
  const fact = (name: string, value: string): string[] => (value === '' ? [] : [`${name.padEnd(10)} ${value}`]);
  const budget = attribute(call, `${CFP}budget`);
  const rules = attribute(call, `${CFP}rules`);
  const reason = attribute(call, `${CFP}reason`);
  const ranked = texts(attribute(call, `${CFP}ranking`)).length;
  const asked = answers(call);
  return [
    pathFor('cfp', textOf(call['id'])),
    ...fact('title', textOf(call['title'])),
    ...fact('state', attributeText(call, `${CFP}state`)),
    ...fact('why', isObject(reason) ? textOf(reason['detail'] ?? reason['code']) : ''),
    ...fact('replies by', attributeText(call, `${CFP}replyby`)),
    ...fact('decide by', attributeText(call, `${CFP}decideby`)),
    ...fact(
      'budget',
      isObject(budget) ? `${textOf(budget['amount'])} ${textOf(budget['currency'])} ${perText(budget['per'])}` : '',
    ),
    ...fact('rules', isObject(rules) ? textOf(rules['ref'] ?? rules['name']) : ''),
    '',
    'Wanted',
    ...objects(attribute(call, `${CFP}resources`)).map((one) => `  ${wantedText(one)}`.slice(0, WIDTH)),
    ...levels(objects(attribute(call, `${CFP}levels`))),
    ...(asked.length === 0 ? [] : ['', 'Answers', ...asked.map((line) => `  ${line}`)]),
    ...(ranked === 0 ? [] : ['', `${ranked} ranked: parley proposals ${pathFor('cfp', textOf(call['id']))}`]),
  ];
}

function perText(per: Json | undefined): string {
  return per === 'once' ? 'once' : `each ${textOf(per)}`.replace('each term', 'for the whole term');
}

function wantedText(wanted: JsonObject): string {
  const term = textOf(wanted['kind']).split('#')[1] ?? '';
  const attributes = isObject(wanted['attributes']) ? wanted['attributes'] : {};
  const asked = Object.entries(attributes).map(
    ([name, value]) => `${name.split('.').at(-1) ?? name} ${constraintText(value)}`,
  );
  const ends = wanted['source'] === undefined ? '' : ` ${textOf(wanted['source'])} → ${textOf(wanted['target'])}`;
  const count = wanted['count'] === undefined ? '' : `${textOf(wanted['count'])} × `;
  return `${textOf(wanted['id'])}: ${count}${term}${ends}${asked.length === 0 ? '' : `, ${asked.join(', ')}`}`;
}

function constraintText(value: Json): string {
  if (!isObject(value)) return textOf(value);
  return Object.entries(value)
    .map(([name, bound]) => {
      const shown = Array.isArray(bound) ? (bound as readonly Json[]).map(textOf).join('|') : textOf(bound);
      return name === 'min' ? `≥ ${shown}` : name === 'max' ? `≤ ${shown}` : `${name} ${shown}`;
    })
    .join(' ');
}

function levels(list: readonly JsonObject[]): string[] {
  if (list.length === 0) return [];
  const rows = list.map((level) => {
    const indicator = isObject(level['indicator']) ? level['indicator'] : {};
    const window = isObject(level['window']) ? level['window'] : {};
    return [
      textOf(level['id']),
      textOf(level['need']),
      ['statistic', 'metric', 'op', 'value']
        .map((name) => textOf(indicator[name]))
        .join(' ')
        .trim(),
      textOf(level['target']),
      textOf(window['calendar'] ?? window['rolling'] ?? window['every']),
      texts(level['of']).join(', '),
    ];
  });
  const columns = ['LEVEL', 'NEED', 'WHAT', 'TARGET', 'WINDOW', 'OF'].map((title) => ({ title }));
  return ['', 'Levels', ...table(columns, rows, WIDTH - 2).map((line) => `  ${line}`)];
}
