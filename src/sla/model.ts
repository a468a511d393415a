import type { Action, AttributeDefinition, Kind, Mixin } from '../occi/category.ts';
import { typeOf } from '../occi/category.ts';
import { typeId } from '../shared/ids.ts';
import type { JsonObject } from '../shared/json.ts';
import {
  agreementTermType,
  agreementTplType,
  agreementType,
  ogfScheme,
  slaActionScheme,
  slaAttr,
  slaScheme,
} from './names.ts';
import { agreementStates } from './agreement-states.ts';
import { slaStates } from './states.ts';

const INSTANT: JsonObject = { format: 'date-time' };

/** The scheme of an agreement's actions in the OCCIware models. */
const KIND_ACTIONS = 'http://schemas.ogf.org/occi/sla/agreement/action#';

const shown = (
  type: AttributeDefinition['type'],
  description: string,
  more: Partial<AttributeDefinition> = {},
): AttributeDefinition => ({ type, mutable: false, required: false, description, ...more });

const input = (type: AttributeDefinition['type'], description: string, required = false): AttributeDefinition => ({
  type,
  mutable: true,
  required,
  description,
});

/**
 * GFD.228: actions of an agreement; the standard gives them no attributes. Another published model has them under
 * a scheme of the kind's own, and the draft of March 2015 calls `resume` `unsuspend`: both are accepted.
 */
const ogfAction = (
  term: string,
  title: string,
  attributes: Action['attributes'] = {},
  formerly: readonly string[] = [],
): Action => ({
  class: 'action',
  scheme: ogfScheme,
  term,
  title,
  attributes,
  aliases: [
    ...formerly.map((other) => typeId(ogfScheme + other)),
    ...[term, ...formerly].map((other) => typeId(KIND_ACTIONS + other)),
  ],
});

const ourAction = (term: string, title: string, attributes: Action['attributes'] = {}): Action => ({
  class: 'action',
  scheme: slaActionScheme,
  term,
  title,
  attributes,
});

export const agreementActions: readonly Action[] = [
  ogfAction('accept', 'Accept the agreement'),
  ogfAction('reject', 'Reject the agreement'),
  // Beyond the standard, and optional: a vendor has to say which of the agreed causes it is.
  ogfAction('suspend', 'Suspend the agreement', { cause: input('string', 'Why it is suspended') }),
  ogfAction('resume', 'Resume a suspended agreement', {}, ['unsuspend']),
  ogfAction('terminate', 'Terminate the agreement'),
];

export const slaActions: readonly Action[] = [
  ourAction('renegotiate', 'Negotiate other terms for what is agreed', {
    changes: input('array', 'What should change: attr and value', true),
  }),
  ourAction('renew', 'Renew the agreement for another period'),
  ourAction('reclaim', 'Give notice that the resources are taken back', {
    deadline: input('string', 'When they are taken back', true),
  }),
];

/** GFD.228: an agreement between a customer and a provider. */
export const agreementKind: Kind = {
  class: 'kind',
  scheme: ogfScheme,
  term: 'agreement',
  title: 'Agreement',
  parent: typeId('http://schemas.ogf.org/occi/core#resource'),
  location: '/agreement/',
  actions: agreementActions.map(typeOf),
  attributes: {
    [slaAttr.state]: shown('string', 'State of the agreement', {
      pattern: { enum: agreementStates.states },
      anyCase: true,
    }),
    [slaAttr.agreedAt]: shown('string', 'When it was accepted', { pattern: INSTANT }),
    [slaAttr.effectiveFrom]: { ...input('string', 'When it comes into force'), pattern: INSTANT },
    [slaAttr.effectiveUntil]: { ...input('string', 'When it ends'), pattern: INSTANT },
  },
};

/** GFD.228: leads from an agreement to a resource that it covers. */
export const agreementLinkKind: Kind = {
  class: 'kind',
  scheme: ogfScheme,
  term: 'agreement_link',
  title: 'Agreement link',
  parent: typeId('http://schemas.ogf.org/occi/core#link'),
  location: '/agreement_link/',
  actions: [],
  attributes: {},
};

export const slaKind: Kind = {
  class: 'kind',
  scheme: slaScheme,
  term: 'sla',
  title: 'Service level agreement',
  parent: agreementType,
  location: '/sla/',
  actions: [...agreementActions, ...slaActions].map(typeOf),
  attributes: {
    [slaAttr.phase]: shown('string', 'Phase of the agreement, finer than its state', {
      pattern: { enum: slaStates.states },
    }),
    [slaAttr.cfp]: shown('string', 'The call for proposals that it came from'),
    [slaAttr.proposal]: shown('string', 'The proposal that was awarded'),
    [slaAttr.vendor]: shown('string', 'The vendor'),
    [slaAttr.document]: shown(
      'object',
      'All that was agreed (content), with the SHA-256 of its canonical JSON (sha256)',
    ),
    [slaAttr.attempt]: shown('number', 'Which attempt of its call for proposals it is, from 1'),
    [slaAttr.reason]: shown('object', 'Why it ended or failed: code, detail, actor'),
    [slaAttr.deviations]: shown('array', 'What was delivered otherwise than quoted'),
    [slaAttr.orphans]: shown('array', 'What could not be undone and may still cost'),
    [slaAttr.suspension]: shown(
      'object',
      'While suspended: by whom, from when, the cause; while that is being done or undone, doing and what is left; faults',
    ),
    [slaAttr.reclaim]: shown('object', 'Notice that the resources are taken back: deadline, noticed'),
    [slaAttr.report]: shown('string', 'The report of the open period'),
  },
};

const mixin = (term: string, title: string): Mixin => ({
  class: 'mixin',
  scheme: ogfScheme,
  term,
  title,
  depends: [],
  applies: [agreementType],
  actions: [],
  location: `/${term}/`,
  attributes: {},
});

/** GFD.228: what provider templates and terms depend on. */
export const agreementMixins: readonly Mixin[] = [
  mixin('agreement_tpl', 'Agreement template'),
  mixin('agreement_term', 'Agreement term'),
];

/** Kept for readers of the model: the types of the two mixins above. */
export const agreementMixinTypes = [agreementTplType, agreementTermType] as const;
