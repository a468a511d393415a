import { expect } from 'chai';
import fc from 'fast-check';
import { FileMistakes, loadCall } from '../../src/cli/short-form/load.ts';
import { readDuration } from '../../src/cli/short-form/quantity.ts';
import { isIsoDuration } from '../../src/shared/duration.ts';
import type { JsonObject } from '../../src/shared/json.ts';
import { exampleCall, exampleShortForm } from './example-call.ts';

function attributes(text: string): JsonObject {
  return loadCall(text).document['attributes'] as JsonObject;
}

/** The mistakes of a text as `line:column detail`. */
function mistakes(text: string): string[] {
  try {
    loadCall(text);
    return [];
  } catch (error) {
    if (!(error instanceof FileMistakes)) throw error;
    return error.mistakes.map(({ line, column, detail, hint }) => `${line}:${column} ${detail} → ${hint ?? ''}`);
  }
}

const web = (members: string): string => `resources:\n  web: { kind: compute, ${members} }\n`;
const wanted = (members: string): unknown =>
  (attributes(web(members))['org.parley.cfp.resources'] as JsonObject[])[0]?.['attributes'];
const level = (members: string): JsonObject | undefined =>
  (
    attributes(`${web('cores: 1')}levels:\n  up: { of: web, ${members} }\n`)['org.parley.cfp.levels'] as JsonObject[]
  )[0];

describe('the short form', () => {
  it('of the example in the API is its OCCI document', () => {
    expect(loadCall(exampleShortForm).document).to.deep.equal(exampleCall);
  });

  it('keeps the order of members, so that both read alike', () => {
    expect(JSON.stringify(loadCall(exampleShortForm).document)).to.equal(JSON.stringify(exampleCall));
  });

  it('may be written as JSON', () => {
    const text = JSON.stringify({ resources: { web: { kind: 'compute', cores: '>= 2' } }, budget: '5 EUR/hour' });
    expect(loadCall(text).document).to.deep.equal({
      kind: 'http://schemas.parley.org/occi/broker#cfp',
      attributes: {
        'org.parley.cfp.resources': [
          {
            id: 'web',
            kind: 'http://schemas.ogf.org/occi/infrastructure#compute',
            attributes: { 'occi.compute.cores': { min: 2 } },
          },
        ],
        'org.parley.cfp.budget': { amount: '5.00', currency: 'EUR', per: 'hour' },
      },
    });
  });

  it('leaves a whole OCCI document as it is', () => {
    expect(loadCall(JSON.stringify(exampleCall)).document).to.deep.equal(exampleCall);
    expect(loadCall('{"kind":"x","attributes":{"a":1e400,"b":"0x10","c":null}}').document).to.deep.equal({
      kind: 'x',
      attributes: { a: Infinity, b: '0x10', c: null },
    });
  });

  it('reads wanted values', () => {
    expect(
      wanted('cores: 4, memory: 512 MiB, region: eu-*, country: [DE, NO], architecture: "!= arm64"'),
    ).to.deep.equal({
      'occi.compute.cores': 4,
      'occi.compute.memory': 0.5,
      'org.parley.placement.region': { like: 'eu-*' },
      'org.parley.placement.country': { in: ['DE', 'NO'] },
      'occi.compute.architecture': { not: 'arm64' },
    });
    expect(wanted('memory: "512 MiB .. 2 TiB", speed: ">= 2400 MHz", cores: "<= 8"')).to.deep.equal({
      'occi.compute.memory': { min: 0.5, max: 2048 },
      'occi.compute.speed': { min: 2.4 },
      'occi.compute.cores': { max: 8 },
    });
    expect(wanted('cores: { min: 1, not: 3 }, memory: [1, 2 GiB], org.example.tpm: true')).to.deep.equal({
      'occi.compute.cores': { min: 1, not: 3 },
      'occi.compute.memory': { in: [1, 2] },
      'org.example.tpm': true,
    });
  });

  it('reads levels', () => {
    expect(level('must: "http.response.time <= 1.5 s", target: 99.95 %, window: week Europe/Berlin')).to.deep.equal({
      id: 'up',
      of: ['web'],
      need: 'must',
      indicator: { metric: 'http.response.time', op: '<=', value: 1.5 },
      target: 0.9995,
      window: { calendar: 'week', timezone: 'Europe/Berlin' },
    });
    expect(
      level(
        'measure: "p99.9 cpu.used < 80 %", period: 20s, probe: { port: 80 }, window: { anchor: 2026-01-01T00:00:00Z, every: 30s }',
      ),
    ).to.deep.equal({
      id: 'up',
      of: ['web'],
      need: 'measure',
      indicator: { metric: 'cpu.used', statistic: 'p99.9', op: '<', value: 0.8, probe: { port: 80 }, period: 'PT20S' },
      window: { anchor: '2026-01-01T00:00:00Z', every: 'PT30S' },
    });
  });

  it('reads the other terms', () => {
    const read = attributes(`${web('cores: 1')}
links: [{ kind: networkinterface, from: web, to: net, shared: true }, { kind: networkinterface, from: web, to: net2, pair: index }]
budget: 1500 JPY per hour
rules: { ref: cheapest@1, override: { must: [] } }
period: { from: 2026-12-01T00:00:00Z, length: 6mo, minimum: 30d }
usage: [{ of: web, what: traffic.out, quantity: 200 GB/month, each: false }]
decideBy: 2026-12-01T12:00:00Z
perVendor: 3
publish: false
`);
    expect(read).to.deep.include({
      'org.parley.cfp.budget': { amount: '1500', currency: 'JPY', per: 'hour' },
      'org.parley.cfp.rules': { ref: 'cheapest@1', override: { must: [] } },
      'org.parley.cfp.period': { from: '2026-12-01T00:00:00Z', length: 'P6M', minimum: 'P30D' },
      'org.parley.cfp.usage': [
        { of: 'web', what: 'traffic.out', quantity: '200', unit: 'GB', per: 'month', each: false },
      ],
      'org.parley.cfp.decideby': '2026-12-01T12:00:00Z',
      'org.parley.cfp.pervendor': 3,
      'org.parley.cfp.publish': false,
    });
    const ids = (read['org.parley.cfp.resources'] as JsonObject[]).map(({ id }) => id);
    expect(ids).to.deep.equal(['web', 'interface', 'interface-2']);
  });

  for (const [name, text, wrong] of [
    [
      'a misspelt member',
      `${web('cores: 1')}replyby: 30s\n`,
      '3:1 a call for proposals has no replyby → did you mean replyBy?',
    ],
    ['a misspelt attribute', web('core: 1'), '2:25 there is no core here → did you mean cores?'],
    [
      'an unknown kind',
      'resources: { web: { kind: computer } }',
      '1:27 there is no kind "computer" → did you mean compute?',
    ],
    [
      'a range that is none',
      web('memory: 16..0.5'),
      '2:33 memory: 16 is over 0.5, so nothing is between them → 0.5..16',
    ],
    ['an exclusive bound', web('cores: "> 1"'), '2:32 cores: bounds are inclusive, so there is no > → >= 1'],
    [
      'an unknown unit',
      web('memory: 2 Gib'),
      '2:33 memory: "2 Gib" is not understood → a number in GiB, such as 2, ">= 1" or 0.5..16; units: GiB, MiB, TiB, KiB, GB, MB, TB',
    ],
    [
      'a budget without a unit of time',
      `${web('cores: 1')}budget: 90 EUR\n`,
      '3:9 budget: "90 EUR" is not understood → 90 EUR/month (also /hour, /once, /term for the whole period)',
    ],
    [
      'a target over 1',
      `${web('cores: 1')}levels:\n  up: { of: web, must: "net.reachable = 1", target: 99 }\n`,
      '4:53 target: 99 is not a share → 99 % or 0.99',
    ],
    [
      'a level without a need',
      `${web('cores: 1')}levels:\n  up: { of: web }\n`,
      '4:3 level up says neither must, prefer nor measure → must: "net.reachable = 1" or prefer: "p95 http.response.time <= 300 ms"',
    ],
    [
      'a missing end of a link',
      `${web('cores: 1')}links:\n  - { kind: storagelink, from: web }\n`,
      '4:5 a link goes from one resource to another: to is missing → to: the name of a resource',
    ],
    [
      'a time that is none',
      `${web('cores: 1')}replyBy: soon\n`,
      '3:10 replyBy: "soon" is neither a duration nor an instant → 30s, 2h, or 2026-12-01T12:00:00Z',
    ],
    [
      'nothing wanted',
      'title: x\n',
      '1:1 a call for proposals wants resources → resources: { web: { kind: compute, cores: 2 } }',
    ],
  ] as const) {
    it(`names line, column and what would be right for ${name}`, () => {
      expect(mistakes(text)).to.deep.equal([wrong]);
    });
  }

  it('tells all mistakes at once, in order of place', () => {
    const found = mistakes('budget: 90\ntitel: x\nresources:\n  web: { kind: compute, cores: many }\n');
    expect(found.map((one) => one.split(' ')[0])).to.deep.equal(['1:9', '2:1', '4:32']);
  });

  it('tells where YAML itself is broken', () => {
    expect(mistakes('a: [1, 2\nb: 3\n')[0]).to.match(/^2:1 /);
    expect(mistakes('a: 1\na: 2\n')[0]).to.match(/^2:1 Map keys must be unique/);
    expect(mistakes('')).to.have.length(1);
  });

  it('does not hang on aliases of aliases, nor on a circle', () => {
    const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x]']
      .concat(Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(',')}]`))
      .join('\n');
    expect(mistakes(bomb)[0]).to.be.a('string');
    expect(mistakes('resources: &r\n  web: *r\n')[0]).to.be.a('string');
  });

  it('tells where a thing that the service refuses was written', () => {
    const call = loadCall(exampleShortForm);
    const at = (path: string): string => {
      const place = call.locate(path);
      return place === undefined ? '' : `${place.line}:${place.column}`;
    };
    expect(at('/attributes/org.parley.cfp.resources/0/attributes/occi.compute.memory/max')).to.equal('3:59');
    expect(at('/attributes/org.parley.cfp.levels/1/slice')).to.equal('9:3');
    expect(at('/attributes/org.parley.cfp.budget/currency')).to.equal('11:1');
    const whole = loadCall('{\n  "kind": "k",\n  "attributes": {\n    "a": [1,\n      {"b": 2}]}}');
    expect(whole.locate('/attributes/a/1/b/c')).to.deep.equal({ line: 5, column: 8 });
  });

  it('answers or tells mistakes, whatever is written', () => {
    const line = fc.constantFrom(
      ...[
        'resources:',
        '  web: { kind: compute }',
        '  web: 3',
        'levels: []',
        'budget: *x',
        '&a',
        '- b',
        '? {}',
        '!!set x',
      ],
      ...[
        'links: {}',
        'period: []',
        'usage: 1',
        'rules: 7',
        '\t',
        'title: [',
        'levels: { up: { must: { a: 1 } } }',
        '{}',
        '1',
      ],
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.string({ maxLength: 10 }), (lines, dirt) => {
        try {
          loadCall([...lines, dirt].join('\n'));
        } catch (error) {
          expect(error).to.be.instanceOf(FileMistakes);
          expect((error as FileMistakes).mistakes).to.not.have.length(0);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('durations for people', () => {
  it('are ISO 8601 for the service', () => {
    const read = { '30s': 'PT30S', '5m': 'PT5M', '1h30m': 'PT1H30M', '30d': 'P30D', '1y': 'P1Y', '6mo': 'P6M' };
    for (const [text, iso] of Object.entries(read)) expect(readDuration(text), text).to.equal(iso);
    expect(readDuration('2 weeks')).to.equal('P2W');
    expect(readDuration('1 day 12 hours')).to.equal('P1DT12H');
    expect(readDuration('0.5s')).to.equal('PT0.5S');
    expect(readDuration('PT5M')).to.equal('PT5M');
    for (const text of ['', '5', 'm', '5m5m', '1.5h', '-5m', '5 apples', 'P'])
      expect(readDuration(text), text).to.equal(undefined);
  });

  it('never come out as something else', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('0123456789smhdwyo. PT')), maxLength: 10 }),
        (text) => {
          const iso = readDuration(text);
          expect(iso === undefined || isIsoDuration(iso)).to.equal(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
