/** The call for proposals that the API documentation shows, in both of its forms. */
export const exampleShortForm = `title: Two small web servers, a volume each
resources:
  web:  { kind: compute, count: 2, cores: ">= 1", memory: 0.5..16, architecture: x64, country: [DE, FR, IE, NL, US] }
  data: { kind: storage, count: 2, size: ">= 1" }
links:
  - { kind: storagelink, from: web, to: data, pair: index }
levels:
  up:   { of: web, must: "net.reachable = 1", target: 99 %, window: month }
  fast: { of: web, prefer: "p95 http.response.time <= 300 ms", slice: 5m, target: 95 %, window: 30d }
rules: balanced@1
budget: 90 EUR/month
period: 1y
replyBy: 30s
`;

export const exampleCall = {
  kind: 'http://schemas.parley.org/occi/broker#cfp',
  title: 'Two small web servers, a volume each',
  attributes: {
    'org.parley.cfp.resources': [
      {
        id: 'web',
        count: 2,
        kind: 'http://schemas.ogf.org/occi/infrastructure#compute',
        attributes: {
          'occi.compute.cores': { min: 1 },
          'occi.compute.memory': { min: 0.5, max: 16 },
          'occi.compute.architecture': 'x64',
          'org.parley.placement.country': { in: ['DE', 'FR', 'IE', 'NL', 'US'] },
        },
      },
      {
        id: 'data',
        count: 2,
        kind: 'http://schemas.ogf.org/occi/infrastructure#storage',
        attributes: { 'occi.storage.size': { min: 1 } },
      },
      {
        id: 'mount',
        pair: 'index',
        kind: 'http://schemas.ogf.org/occi/infrastructure#storagelink',
        source: 'web',
        target: 'data',
      },
    ],
    'org.parley.cfp.levels': [
      {
        id: 'up',
        of: ['web'],
        scope: 'each',
        need: 'must',
        indicator: { metric: 'net.reachable', op: '=', value: 1 },
        target: 0.99,
        window: { calendar: 'month' },
      },
      {
        id: 'fast',
        of: ['web'],
        need: 'prefer',
        indicator: { metric: 'http.response.time', statistic: 'p95', op: '<=', value: 0.3 },
        slice: 'PT5M',
        target: 0.95,
        window: { rolling: 'P30D' },
      },
    ],
    'org.parley.cfp.rules': { ref: 'balanced@1' },
    'org.parley.cfp.budget': { amount: '90.00', currency: 'EUR', per: 'month' },
    'org.parley.cfp.replyby': 'PT30S',
    'org.parley.cfp.period': { length: 'P1Y' },
  },
};
