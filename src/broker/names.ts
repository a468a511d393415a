import { type TypeId, typeId } from '../shared/ids.ts';

export const brokerScheme = 'http://schemas.parley.org/occi/broker#';
export const cfpActionScheme = 'http://schemas.parley.org/occi/broker/cfp/action#';
export const proposalActionScheme = 'http://schemas.parley.org/occi/broker/proposal/action#';

export const cfpType: TypeId = typeId(`${brokerScheme}cfp`);
export const proposalType: TypeId = typeId(`${brokerScheme}proposal`);
export const rulesetType: TypeId = typeId(`${brokerScheme}ruleset`);
/** One vendor's invitation in one round. Stored, and never shown as an entity: clients read the CFP's answers. */
export const invitationType: TypeId = typeId(`${brokerScheme}invitation`);

export const cfpAttr = {
  resources: 'org.parley.cfp.resources',
  levels: 'org.parley.cfp.levels',
  rules: 'org.parley.cfp.rules',
  budget: 'org.parley.cfp.budget',
  currency: 'org.parley.cfp.currency',
  replyby: 'org.parley.cfp.replyby',
  decideby: 'org.parley.cfp.decideby',
  period: 'org.parley.cfp.period',
  pervendor: 'org.parley.cfp.pervendor',
  usage: 'org.parley.cfp.usage',
  publish: 'org.parley.cfp.publish',
  keepvalid: 'org.parley.cfp.keepvalid',
  state: 'org.parley.cfp.state',
  ranking: 'org.parley.cfp.ranking',
  answers: 'org.parley.cfp.answers',
  eliminated: 'org.parley.cfp.eliminated',
  reason: 'org.parley.cfp.reason',
} as const;

export const proposalAttr = {
  cfp: 'org.parley.proposal.cfp',
  vendor: 'org.parley.proposal.vendor',
  state: 'org.parley.proposal.state',
  round: 'org.parley.proposal.round',
  variant: 'org.parley.proposal.variant',
  validuntil: 'org.parley.proposal.validuntil',
  binding: 'org.parley.proposal.binding',
  awardable: 'org.parley.proposal.awardable',
  whynot: 'org.parley.proposal.whynot',
  resources: 'org.parley.proposal.resources',
  levels: 'org.parley.proposal.levels',
  price: 'org.parley.proposal.price',
  rank: 'org.parley.proposal.rank',
  score: 'org.parley.proposal.score',
  explanation: 'org.parley.proposal.explanation',
  reason: 'org.parley.proposal.reason',
} as const;
