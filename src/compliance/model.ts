import { typeOf, type Action, type AttributeDefinition, type Kind } from '../occi/category.ts';
import { RESOURCE } from '../occi/core.ts';
import {
  complianceScheme,
  creditActionScheme,
  creditAttr,
  exclusionActionScheme,
  exclusionAttr,
  reportAttr,
  violationActionScheme,
  violationAttr,
} from './names.ts';
import { creditStates, exclusionStates, reportStates, violationStates } from './states.ts';

type Type = AttributeDefinition['type'];
type More = Partial<AttributeDefinition>;

const shown = (type: Type, description: string, more: More = {}): AttributeDefinition => ({
  type,
  mutable: false,
  required: false,
  description,
  ...more,
});

const input = (type: Type, description: string, more: More = {}): AttributeDefinition => ({
  ...shown(type, description),
  mutable: true,
  ...more,
});

/** Given at creation, never changed afterwards. */
const given = (type: Type, description: string, more: More = {}): AttributeDefinition =>
  shown(type, description, { settable: true, ...more });

const action = (scheme: string, term: string, title: string, attributes: Action['attributes'] = {}): Action => ({
  class: 'action',
  scheme,
  term,
  title,
  attributes,
});

export const violationActions: readonly Action[] = [
  action(violationActionScheme, 'dispute', 'Dispute the violation', {
    evidence: input('string', 'What speaks against it', {
      required: true,
      pattern: { minLength: 1, maxLength: 10_000 },
    }),
  }),
  action(violationActionScheme, 'decide', 'Decide the dispute', {
    outcome: input('string', 'What becomes of it', {
      required: true,
      pattern: { enum: ['confirmed', 'excused', 'void'] },
    }),
    reason: input('string', 'Why', { pattern: { maxLength: 10_000 } }),
  }),
];

export const creditActions: readonly Action[] = [
  action(creditActionScheme, 'claim', 'Claim the credit'),
  action(creditActionScheme, 'settle', 'Settle the claim', {
    outcome: input('string', 'Paid, or not', { pattern: { enum: ['credited', 'denied'] } }),
    reason: input('string', 'Why', { pattern: { maxLength: 10_000 } }),
  }),
];

export const exclusionActions: readonly Action[] = [
  action(exclusionActionScheme, 'approve', 'Approve the exclusion: it holds'),
  action(exclusionActionScheme, 'refuse', 'Refuse the exclusion', { reason: input('string', 'Why') }),
  action(exclusionActionScheme, 'withdraw', 'Withdraw the exclusion', { reason: input('string', 'Why') }),
];

const INSTANT = { format: 'date-time' };

const kind = (term: string, title: string, actions: readonly Action[], attributes: Kind['attributes']): Kind => ({
  class: 'kind',
  scheme: complianceScheme,
  term,
  title,
  parent: RESOURCE,
  location: `/${term}/`,
  actions: actions.map(typeOf),
  attributes,
});

const place = {
  sla: ['string', 'The agreement'],
  level: ['string', 'The level'],
  for: ['string', 'The wanted resource'],
  index: ['string', 'The instance, such as web/0; * for all together'],
  window: ['object', 'from and until of the window'],
} as const;

const placed = (names: Readonly<Record<keyof typeof place, string>>): Kind['attributes'] =>
  Object.fromEntries(
    Object.entries(place).map(([name, [type, text]]) => [names[name as keyof typeof place], shown(type, text)]),
  );

export const violationKind = kind('violation', 'Violation of an agreement', violationActions, {
  ...placed(violationAttr),
  [violationAttr.type]: shown('string', 'incident, breach or delivery', {
    pattern: { enum: ['incident', 'breach', 'delivery'] },
  }),
  [violationAttr.state]: shown('string', 'State', { pattern: { enum: violationStates.states } }),
  [violationAttr.start]: shown('string', 'Incident: start of the first bad slice; breach: since when', {
    pattern: INSTANT,
  }),
  [violationAttr.end]: shown('string', 'When it ended', { pattern: INSTANT }),
  [violationAttr.worst]: shown('number', 'The statistic farthest from the threshold'),
  [violationAttr.slices]: shown('number', 'Bad slices that it stands on'),
  [violationAttr.samples]: shown('object', 'from and until of the samples that it stands on, and their metric'),
  [violationAttr.attribute]: shown('object', 'Delivery: name, promised and delivered value'),
  [violationAttr.good]: shown('number', 'Good slices of the window'),
  [violationAttr.counted]: shown('number', 'Counted slices of the window'),
  [violationAttr.attainment]: shown('string', 'Good over counted, rounded down'),
  [violationAttr.target]: shown('number', 'What was promised'),
  [violationAttr.evidence]: shown('array', 'What was said against it: by, at, evidence'),
  [violationAttr.disputeuntil]: shown('string', 'Until when it may be disputed', { pattern: INSTANT }),
  [violationAttr.outcome]: shown('string', 'What was decided'),
  [violationAttr.reason]: shown('string', 'Why it is as it is'),
  [violationAttr.credit]: shown('string', 'The credit that came of it'),
});

export const creditKind = kind('credit', 'Service credit', creditActions, {
  ...placed(creditAttr),
  [creditAttr.state]: shown('string', 'State', { pattern: { enum: creditStates.states } }),
  [creditAttr.good]: shown('number', 'Good slices of the window'),
  [creditAttr.counted]: shown('number', 'Counted slices of the window'),
  [creditAttr.tier]: shown('object', 'The tier that applies: below, credit'),
  [creditAttr.base]: shown('string', 'The recurring charges that it is a share of'),
  [creditAttr.amount]: shown('string', 'What is due; negative in a correction'),
  [creditAttr.currency]: shown('string', 'ISO 4217'),
  [creditAttr.claimby]: shown('string', 'Until when it must be claimed', { pattern: INSTANT }),
  [creditAttr.violation]: shown('string', 'The breach that it makes good'),
  [creditAttr.corrects]: shown('string', 'The credit that this one corrects'),
  [creditAttr.reason]: shown('string', 'Why it is as it is'),
});

export const exclusionKind = kind('exclusion', 'Exclusion of time', exclusionActions, {
  [exclusionAttr.sla]: given('string', 'The agreement', { required: true }),
  [exclusionAttr.levels]: given('array', 'Ids of the levels that it is about; absent: all', {
    pattern: { items: { type: 'string' }, minItems: 1, uniqueItems: true },
  }),
  [exclusionAttr.from]: given('string', 'When it begins', { required: true, pattern: INSTANT }),
  [exclusionAttr.until]: given('string', 'When it ends', { required: true, pattern: INSTANT }),
  [exclusionAttr.reason]: given('string', 'Why the time should not count', {
    required: true,
    pattern: { enum: ['maintenance', 'force-majeure', 'customer', 'other'] },
  }),
  [exclusionAttr.detail]: given('string', 'In words', { pattern: { maxLength: 10_000 } }),
  [exclusionAttr.announcedat]: given('string', 'When it was announced: set by the service; an operator may state it', {
    pattern: INSTANT,
  }),
  [exclusionAttr.state]: shown('string', 'State', { pattern: { enum: exclusionStates.states } }),
  [exclusionAttr.by]: shown('string', 'Who asked for it: customer, vendor, operator'),
});

export const reportKind = kind('report', 'Compliance report of a period', [], {
  [reportAttr.sla]: shown('string', 'The agreement'),
  [reportAttr.from]: shown('string', 'Begin of the period', { pattern: INSTANT }),
  [reportAttr.until]: shown('string', 'End of the period', { pattern: INSTANT }),
  [reportAttr.status]: shown('string', 'open, provisional, final, corrected', {
    pattern: { enum: reportStates.states },
  }),
  [reportAttr.levels]: shown('array', 'For each level its windows and incidents'),
  [reportAttr.credits]: shown('array', 'What is due for complete windows'),
  [reportAttr.violations]: shown('array', 'Violations in the period'),
  [reportAttr.samples]: shown('object', 'Range, number and hash of the samples'),
  [reportAttr.document]: shown('object', 'SHA-256 of the agreed document'),
  [reportAttr.version]: shown('number', 'Rises with each correction'),
  [reportAttr.program]: shown('string', 'What computed it'),
});
