import { typeOf, type Action, type AttributeDefinition, type Kind } from '../occi/category.ts';
import { typeId } from '../shared/ids.ts';
import { brokerScheme, cfpActionScheme, cfpAttr, proposalActionScheme, proposalAttr } from './names.ts';
import { cfpStates, proposalStates } from './states.ts';

const RESOURCE = typeId('http://schemas.ogf.org/occi/core#resource');

const given = (
  type: AttributeDefinition['type'],
  description: string,
  more: Partial<AttributeDefinition> = {},
): AttributeDefinition => ({ type, mutable: true, required: false, description, ...more });

const shown = (
  type: AttributeDefinition['type'],
  description: string,
  more: Partial<AttributeDefinition> = {},
): AttributeDefinition => ({ type, mutable: false, required: false, description, ...more });

const action = (scheme: string, term: string, title: string, attributes: Action['attributes'] = {}): Action => ({
  class: 'action',
  scheme,
  term,
  title,
  attributes,
});

export const cfpActions: readonly Action[] = [
  action(cfpActionScheme, 'publish', 'Publish a draft: ask the vendors'),
  action(cfpActionScheme, 'award', 'Award the proposals', {
    proposals: given('array', 'The proposals to award', {
      required: true,
      pattern: { type: 'array', minItems: 1, items: { type: 'string' } },
    }),
  }),
  action(cfpActionScheme, 'cancel', 'Give the call for proposals up', { reason: given('string', 'Why') }),
  action(cfpActionScheme, 'revise', 'Change the call and ask again', {
    changes: given('object', 'Attributes and their new values', { required: true }),
  }),
  action(cfpActionScheme, 'extend', 'Give the vendors more time', {
    replyby: given('string', 'A duration from now, or an instant', { required: true }),
  }),
];

export const proposalActions: readonly Action[] = [
  action(proposalActionScheme, 'counter', 'Ask for other terms', {
    changes: given('array', 'What should change: attr and value', { required: true }),
  }),
  action(proposalActionScheme, 'reject', 'Reject the proposal', { reason: given('string', 'Why') }),
  action(proposalActionScheme, 'refresh', 'Ask the vendor to quote again'),
  action(proposalActionScheme, 'withdraw', 'Withdraw the proposal', { reason: given('string', 'Why') }),
];

export const cfpKind: Kind = {
  class: 'kind',
  scheme: brokerScheme,
  term: 'cfp',
  title: 'Call for proposals',
  parent: RESOURCE,
  location: '/cfp/',
  actions: cfpActions.map(typeOf),
  attributes: {
    [cfpAttr.resources]: given('array', 'Wanted resources and links', { required: true }),
    [cfpAttr.levels]: given('array', 'Wanted service levels'),
    [cfpAttr.rules]: given('object', 'Rules by reference (ref, override) or as a whole document'),
    [cfpAttr.budget]: given('object', 'The most that all that is awarded may cost, before tax: amount, currency, per'),
    [cfpAttr.currency]: given('string', 'Currency of comparison (ISO 4217)'),
    [cfpAttr.replyby]: given('string', 'Until when vendors may answer: a duration or an instant'),
    [cfpAttr.decideby]: given('string', 'Until when the customer decides: a duration from replyby, or an instant'),
    [cfpAttr.period]: given('object', 'From when and for how long'),
    [cfpAttr.pervendor]: given('number', 'Proposals wanted from one vendor at most'),
    [cfpAttr.usage]: given('array', 'Expected use that costs'),
    [cfpAttr.publish]: given('boolean', 'False stores a draft'),
    [cfpAttr.keepvalid]: given('boolean', 'Proposals stay valid when the call is revised'),
    [cfpAttr.state]: shown('string', 'State', { pattern: { enum: cfpStates.states } }),
    [cfpAttr.ranking]: shown('array', 'Proposals, best first'),
    [cfpAttr.answers]: shown('array', 'One for each vendor asked: vendor, outcome, code, final, seconds'),
    [cfpAttr.eliminated]: shown('array', 'The eliminated by rule, with the nearest misses'),
    [cfpAttr.reason]: shown('object', 'Why it ended unfulfilled or cancelled: code, detail'),
  },
};

export const proposalKind: Kind = {
  class: 'kind',
  scheme: brokerScheme,
  term: 'proposal',
  title: 'Proposal',
  parent: RESOURCE,
  location: '/proposal/',
  actions: proposalActions.map(typeOf),
  attributes: {
    [proposalAttr.cfp]: shown('string', 'The call that it answers'),
    [proposalAttr.vendor]: shown('string', 'Who proposes'),
    [proposalAttr.state]: shown('string', 'State', { pattern: { enum: proposalStates.states } }),
    [proposalAttr.round]: shown('number', 'Round of the negotiation, from 1'),
    [proposalAttr.variant]: shown('string', "What distinguishes it from the vendor's others"),
    [proposalAttr.validuntil]: shown('string', 'Until when it may be awarded', { pattern: { format: 'date-time' } }),
    [proposalAttr.binding]: shown('boolean', 'Does it bind the vendor until then?'),
    [proposalAttr.awardable]: shown('boolean', 'Can it be awarded?'),
    [proposalAttr.whynot]: shown('string', 'Why it cannot be awarded'),
    [proposalAttr.resources]: shown('array', 'Every wanted instance and link with all attributes'),
    [proposalAttr.levels]: shown('array', 'For each asked level what the vendor commits to'),
    [proposalAttr.price]: shown('object', 'Items as the vendor states them, sums as the broker computes them'),
    [proposalAttr.rank]: shown('number', 'Place in the ranking, from 1'),
    [proposalAttr.score]: shown('number', 'Score by the rules, in [0, 1]'),
    [proposalAttr.explanation]: shown('object', 'Why it stands where it stands'),
    [proposalAttr.reason]: shown('object', 'Why it is out: code, detail, problems'),
  },
};

/** Rules that a tenant keeps for itself. */
export const rulesetKind: Kind = {
  class: 'kind',
  scheme: brokerScheme,
  term: 'ruleset',
  title: 'Rules document',
  parent: RESOURCE,
  location: '/ruleset/',
  actions: [],
  attributes: {
    'org.parley.ruleset.document': given('object', 'The rules document', { required: true }),
    'org.parley.ruleset.sha256': shown('string', 'SHA-256 of the resolved document'),
  },
};
