import { isDeepStrictEqual } from 'node:util';
import { typeOf } from '../occi/category.ts';
import type { Attributes, EntityRecord } from '../occi/entity.ts';
import type { Drafted } from '../occi/extension.ts';
import { Conflict, Problems, Unprocessable } from '../shared/errors.ts';
import type { TypeId } from '../shared/ids.ts';
import { pointer } from '../shared/json.ts';
import { lookAgain } from './agreement-change.ts';
import { agreementState, agreementTimes } from './agreement-kept.ts';
import type { AgreementParts } from './agreement-parts.ts';
import { without } from './kept.ts';
import { agreementTplType, slaAttr } from './names.ts';
import { providerTermType, type AgreementTemplate } from './templates.ts';

/** A1: an offer, made from a template or without one. */
export function offered(draft: EntityRecord, parts: AgreementParts): Drafted {
  const record = withTerms(draft, parts);
  check(record, parts);
  return {
    record: {
      ...record,
      state: 'pending',
      attributes: { ...record.attributes, [slaAttr.state]: 'pending' },
      ...dueOf(record),
    },
    note: { event: 'org.parley.agreement.pending' },
  };
}

/**
 * What a client changes. Times, template and terms only while it is pending: afterwards they are what was agreed
 * (409). Title, summary and tags at any time.
 */
export function changedOffer(draft: EntityRecord, before: EntityRecord, parts: AgreementParts): Drafted {
  const state = agreementState(before);
  if (state !== 'pending') {
    const problems = agreedChanges(draft, before, parts);
    if (problems.any)
      throw new Conflict('state_forbids', `What was offered is changed while it is pending; it is ${state}`, {
        problems: problems.list,
        extra: { state, moves: [] },
      });
    return { record: draft };
  }
  const record = withTerms(draft, parts);
  check(record, parts);
  return { record: { ...without(record, 'due'), ...dueOf(record) } };
}

/** An offer is looked at when it expires, if it does. */
function dueOf(record: EntityRecord): Pick<EntityRecord, 'due'> {
  const { until } = agreementTimes(record);
  return until === undefined ? {} : { due: lookAgain(until) };
}

/** The terms that the templates name are carried like mixins that the client had named itself. */
function withTerms(record: EntityRecord, parts: AgreementParts): EntityRecord {
  const templates = templatesOf(record.mixins, parts);
  const terms = templates.flatMap(({ levels }) => levels.map(({ id }) => providerTermType(id)));
  return { ...record, mixins: [...new Set([...record.mixins, ...terms])] };
}

function templatesOf(mixins: readonly TypeId[], parts: AgreementParts): readonly AgreementTemplate[] {
  return mixins.flatMap((type) => parts.templates.get(type) ?? []);
}

function check(record: EntityRecord, parts: AgreementParts): void {
  const problems = new Problems();
  const { from, until } = agreementTimes(record);
  if (from !== undefined && until !== undefined && until <= from)
    problems.add(
      pointer('/attributes', slaAttr.effectiveUntil),
      'range_empty',
      'effectiveUntil is not after effectiveFrom',
      'swap them',
    );
  const templates = templatesOf(record.mixins, parts);
  if (templates.length > 1)
    problems.add(
      '/mixins',
      'templates_contradict',
      `one agreement is of one template, not of ${templates.map(({ term }) => term).join(' and ')}`,
    );
  problems.throwIfAny(
    (list) => new Unprocessable('invalid_agreement', 'The agreement makes no sense as written', { problems: list }),
  );
}

/** What of an agreed agreement would be changed. */
function agreedChanges(draft: EntityRecord, before: EntityRecord, parts: AgreementParts): Problems {
  const problems = new Problems();
  for (const name of names(draft.attributes, before.attributes))
    if (isAgreed(name) && !isDeepStrictEqual(draft.attributes[name], before.attributes[name]))
      problems.add(pointer('/attributes', name), 'attribute_agreed', 'is as it was agreed');
  const differs = [...draft.mixins, ...before.mixins].filter(
    (type) => draft.mixins.includes(type) !== before.mixins.includes(type),
  );
  for (const type of new Set(differs))
    if (isOfAgreement(type, draft, parts)) problems.add('/mixins', 'mixin_agreed', `${type} is as it was agreed`);
  return problems;
}

function names(...attributes: readonly Attributes[]): ReadonlySet<string> {
  return new Set(attributes.flatMap((each) => Object.keys(each)));
}

function isAgreed(name: string): boolean {
  return name.startsWith('occi.agreement.') || /\.term\.[a-z]+$/.test(name);
}

/** Templates and terms; tags are not. */
function isOfAgreement(type: TypeId, record: EntityRecord, { tools, templates }: AgreementParts): boolean {
  if (templates.has(type)) return true;
  const mixin = tools.deps.registry().mixin(type, record.tenant);
  if (mixin === undefined) return false;
  return (
    typeOf(mixin) === agreementTplType ||
    mixin.depends.length > 0 ||
    Object.keys(mixin.attributes).some((name) => isAgreed(name))
  );
}
