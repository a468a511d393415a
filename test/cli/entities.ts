import type { JsonObject } from '../../src/shared/json.ts';
import { exampleCall } from './example-call.ts';

export const CFP = '019a9f00-0000-7000-8000-000000000001';
export const SLA = '019a9f00-0000-7000-8000-000000000002';
export const REPORT = '019a9f00-0000-7000-8000-000000000003';
export const proposalId = (rank: number): string => `019a9f00-0000-7000-8000-00000000010${rank}`;

export const cfp = (state: string, more: JsonObject = {}): JsonObject => ({
  id: `urn:uuid:${CFP}`,
  kind: 'http://schemas.parley.org/occi/broker#cfp',
  title: 'Two small web servers',
  attributes: { ...exampleCall.attributes, 'org.parley.cfp.state': state, ...more },
});

export const ranking = { 'org.parley.cfp.ranking': [1, 2].map((rank) => `urn:uuid:${proposalId(rank)}`) };

export function proposal(rank: number, vendor: string, awardable: boolean): JsonObject {
  return {
    id: `urn:uuid:${proposalId(rank)}`,
    attributes: {
      'org.parley.proposal.vendor': vendor,
      'org.parley.proposal.variant': 'eu-west-1',
      'org.parley.proposal.state': awardable ? 'acceptable' : 'advisory',
      'org.parley.proposal.rank': rank,
      'org.parley.proposal.score': 1 - rank / 10,
      'org.parley.proposal.awardable': awardable,
      ...(awardable ? {} : { 'org.parley.proposal.whynot': 'Nobody has an account there' }),
      'org.parley.proposal.price': {
        currency: 'USD',
        month: '59.768',
        compare: { currency: 'EUR', month: '54.98656', rate: '0.92' },
      },
      'org.parley.proposal.explanation': {
        status: 'ranked',
        rank,
        pareto: rank === 1,
        ...(rank === 1 ? {} : { dominatedBy: `urn:uuid:${proposalId(1)}` }),
        decidedBy: rank === 1 ? 'score' : 'price.month asc',
        contributions: [{ id: 'price', value: 54.98656, utility: 0.5, weight: 5, points: 0.25 }],
        counterfactuals: rank === 1 ? [] : [{ attr: 'price.month', text: 'first if price.month <= 40.00' }],
      },
    },
  };
}

export const sla = (phase: string): JsonObject => ({
  id: `urn:uuid:${SLA}`,
  attributes: {
    'occi.agreement.state': 'accepted',
    'org.parley.sla.phase': phase,
    'org.parley.sla.vendor': 'local',
    'org.parley.sla.report': `urn:uuid:${REPORT}`,
    'up.term.state': 'fulfilled',
    'up.term.desc': 'net.reachable',
  },
  links: [{ target: { location: '/compute/x' } }],
});

export const event = (id: number, state: string): JsonObject => ({
  specversion: '1.0',
  id: String(id),
  type: `org.parley.cfp.${state}`,
  subject: `/cfp/${CFP}`,
  time: '2026-11-20T10:00:00Z',
  data: {},
});

export const reportDocument = {
  report: `urn:uuid:${REPORT}`,
  version: 1,
  sla: `urn:uuid:${SLA}`,
  document: { sha256: 'a'.repeat(64) },
  from: '2026-11-20T10:00:00Z',
  until: '2026-11-20T11:00:00Z',
  status: 'open',
  levels: [
    {
      level: 'up',
      windows: [
        {
          index: 'web/0',
          from: '2026-11-20T10:00:00Z',
          until: '2026-11-20T11:00:00Z',
          good: 199,
          bad: 1,
          counted: 200,
          unmeasured: 0,
          excluded: 0,
          coverage: '1.000000000',
          attainment: '0.995000000',
          state: 'fulfilled',
          violatedat: null,
          complete: false,
          credit: null,
        },
      ],
      incidents: [{ index: 'web/1', from: '2026-11-20T10:00:00Z', until: null, slices: 3, worst: 0 }],
    },
  ],
  definitions: [
    {
      level: {
        id: 'up',
        indicator: { metric: 'net.reachable', statistic: 'max', op: '=', value: 1 },
        slice: 'PT1M',
        target: 0.99,
        count: 'window',
        window: { calendar: 'hour', timezone: 'UTC' },
      },
      committed: true,
    },
  ],
  context: { now: '2026-11-20T10:30:00Z' },
  credits: [
    {
      level: 'up',
      for: 'web',
      index: 'web/0',
      window: { from: '2026-11-20T10:00:00Z', until: '2026-11-20T11:00:00Z' },
      good: 0,
      counted: 1,
      tier: { below: 0.99, credit: 0.1 },
      base: '1.00',
      amount: '0.10',
      currency: 'EUR',
    },
  ],
  violations: [
    { type: 'incident', level: 'up', index: 'web/1', state: 'open', start: '2026-11-20T10:00:00Z', end: null },
  ],
  samples: { from: '2026-11-20T10:00:00Z', until: '2026-11-20T10:30:00Z', count: 200, sha256: 'b'.repeat(64) },
  program: 'parley 0.1.0',
};
