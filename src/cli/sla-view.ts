import { isObject, type JsonObject } from '../shared/json.ts';
import { attribute, attributesOf, attributeText, objects, pathFor, textOf } from './entity.ts';
import { table, wrap } from './table.ts';

const SLA = 'org.parley.sla.';

/** Agreements, one line each. */
export function slaTable(slas: readonly JsonObject[]): string[] {
  if (slas.length === 0) return ['No agreements.'];
  return table(
    [
      { title: 'SLA', whole: true },
      { title: 'STATE' },
      { title: 'PHASE' },
      { title: 'VENDOR' },
      { title: 'IN FORCE FROM' },
    ],
    slas.map((sla) => [
      pathFor('sla', textOf(sla['id'])),
      attributeText(sla, 'occi.agreement.state'),
      attributeText(sla, `${SLA}phase`),
      attributeText(sla, `${SLA}vendor`),
      attributeText(sla, 'occi.agreement.effectiveFrom'),
    ]),
  );
}

/** One agreement for people: phase, terms and what was delivered. */
export function renderSla(sla: JsonObject): string[] {
  const fact = (name: string, value: string): string[] =>
    value === ''
      ? []
      : wrap(value, ' '.repeat(12)).map((line, index) => (index === 0 ? name.padEnd(12) + line.trimStart() : line));
  const document = attribute(sla, `${SLA}document`);
  const reason = attribute(sla, `${SLA}reason`);
  const terms = Object.entries(attributesOf(sla)).flatMap(([name, value]) => {
    const term = /^(.+)\.term\.state$/.exec(name)?.[1];
    return term === undefined ? [] : [[term, textOf(value), attributeText(sla, `${term}.term.desc`)]];
  });
  const links = objects(sla['links']).flatMap((link) => {
    const target = isObject(link['target']) ? textOf(link['target']['location']) : textOf(link['target']);
    return target === '' ? [] : [target];
  });
  return [
    pathFor('sla', textOf(sla['id'])),
    ...fact('title', textOf(sla['title'])),
    ...fact('state', `${attributeText(sla, 'occi.agreement.state')} (${attributeText(sla, `${SLA}phase`)})`),
    ...fact('why', isObject(reason) ? textOf(reason['detail'] ?? reason['code']) : textOf(reason)),
    ...fact('vendor', attributeText(sla, `${SLA}vendor`)),
    ...fact('cfp', attributeText(sla, `${SLA}cfp`)),
    ...fact('proposal', attributeText(sla, `${SLA}proposal`)),
    ...fact('agreed', attributeText(sla, 'occi.agreement.agreedAt')),
    ...fact(
      'in force',
      [attributeText(sla, 'occi.agreement.effectiveFrom'), attributeText(sla, 'occi.agreement.effectiveUntil')]
        .filter((one) => one !== '')
        .join(' … '),
    ),
    ...fact(
      'document',
      isObject(document) && document['sha256'] !== undefined ? `sha256 ${textOf(document['sha256'])}` : '',
    ),
    ...fact('report', attributeText(sla, `${SLA}report`)),
    ...(terms.length === 0
      ? []
      : [
          '',
          'Terms',
          ...table([{ title: 'TERM' }, { title: 'STATE' }, { title: 'WHAT' }], terms, 98).map((line) => `  ${line}`),
        ]),
    ...(links.length === 0 ? [] : ['', 'Resources', ...links.map((link) => `  ${link}`)]),
  ];
}
