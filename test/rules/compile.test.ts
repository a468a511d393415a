import { expect } from 'chai';
import type { Json } from '../../src/shared/json.ts';
import { compiled, document, refusal, shippedBook } from './book-for-tests.ts';

const price = (more: Readonly<Record<string, Json>> = {}): Json => ({
  id: 'price',
  attr: 'price.month',
  weight: 1,
  utility: { type: 'linear', best: 0, worst: 100 },
  ...more,
});

const said = ({ problems }: Awaited<ReturnType<typeof refusal>>): string[] =>
  problems.map(({ path, code }) => `${path} ${code}`);

describe('compiling rules', () => {
  it('takes a reference, a reference with an override, and a whole document', async () => {
    const plain = await compiled({ ref: 'balanced@1' });
    const text = await compiled('balanced@1');
    const same = await compiled(plain.document);
    expect(text.sha256).to.equal(plain.sha256);
    expect(same.sha256).to.equal(plain.sha256);
    const changed = await compiled({ ref: 'balanced@1', override: { prefer: [{ id: 'price', weight: 9 }] } });
    expect(changed.sha256).to.not.equal(plain.sha256);
    const prefer = (changed.document as { prefer: { id: string; weight: number; attr: string }[] }).prefer;
    expect(prefer.map(({ id }) => id)).to.deep.equal(['price', 'levels', 'record', 'confirms']);
    expect(prefer[0]).to.include({ weight: 9, attr: 'price.month' });
  });

  it('joins musts of what is extended, and never replaces one', async () => {
    const cap = { id: 'cap', attr: 'price.month', op: '<=', value: 50 };
    const rules = await compiled(document({ extends: ['balanced@1'], must: [cap], rank: { tie: { within: 0.5 } } }));
    const resolved = rules.document as Record<string, Json>;
    expect(resolved).to.not.have.property('extends');
    expect(resolved).to.have.property('name', 'under-test');
    expect(resolved['must']).to.deep.equal([cap]);
    expect(resolved['rank']).to.deep.include({ method: 'weighted-sum', tie: { within: 0.5 } });
    const twice = await refusal({ ...(rules.document as object), must: [cap, { ...cap, value: 60 }] });
    expect(said(twice)).to.deep.equal(['/rules/must/1 duplicate_id']);
  });

  it('gives what the broker needs besides the ranking', async () => {
    const { settings } = await compiled(
      document({
        timing: { replyBy: 'PT10S', earlyClose: { minProposals: 2, after: 'PT1S' } },
        award: { mode: 'auto', autoIf: { score: 0.7, lead: 0.1 }, confirmBy: 'PT5S' },
      }),
    );
    expect(settings).to.deep.equal({
      replyBy: 'PT10S',
      earlyClose: { minProposals: 2, after: 'PT1S' },
      acceptLate: false,
      award: { mode: 'auto', autoIf: { score: 0.7, lead: 0.1 }, failover: 3, confirmBy: 'PT5S' },
      toLosers: 'nothing',
    });
  });

  it('tells every mistake of shape with its path, as 400', async () => {
    const found = await refusal(
      document({
        prefers: [],
        must: [
          { id: 'a', attr: 'price.month', op: '=<', value: 1 },
          { attr: 'region', op: '=' },
        ],
        prefer: [price({ weight: -1, utility: { type: 'lineal', best: 1, worst: 2 } })],
        timing: { replyBy: 30 },
      }),
    );
    expect(found.status).to.equal(400);
    expect(said(found)).to.have.members([
      '/rules/prefers unknown_member',
      '/rules/must/0/op value_wrong',
      '/rules/must/1 missing_member',
      '/rules/prefer/0/weight value_wrong',
      '/rules/prefer/0/utility/type value_wrong',
      '/rules/timing/replyBy type_wrong',
    ]);
  });

  it('tells everything that makes no sense with its path, as 422', async () => {
    const found = await refusal(
      document({
        derived: { cores: '1.0', 'a.b': 'price.month * 12', 'c.d': 'region' },
        must: [
          { id: 'typo', attr: 'price.moth', op: '<=', value: 1 },
          { id: 'unit', attr: 'price.month', op: '<=', value: 1, unit: 'USD' },
          { id: 'kind', attr: 'region', op: '<', value: 1 },
          { id: 'never', attr: 'level.up.target', op: '>', value: 1 },
          { id: 'enum', attr: 'level.up.commit', op: '=', value: 'perhaps' },
          { id: 'level', attr: 'level.other.kept', op: '=', value: true },
          { id: 'cfp.x', attr: 'awardable', op: '=', value: true },
        ],
        prefer: [
          price({ weight: 0, utility: { type: 'linear', best: 5, worst: 5 } }),
          price({ id: 'p2', weight: 0, utility: { type: 'bool' } }),
          price({ id: 'p3', weight: 0, utility: { type: 'linear', best: 0, worst: { of: 'purse', times: 1 } } }),
        ],
        weightLimits: [{ left: 'price', op: '>=', times: 1, right: 'nothing' }],
        rank: { tie: { by: ['speed asc'] } },
        timing: { replyBy: 'Psoon' },
      }),
    );
    expect(found.status).to.equal(422);
    expect(said(found)).to.have.members([
      '/rules/derived/cores name_taken',
      '/rules/derived/a.b cel_invalid',
      '/rules/derived/c.d cel_invalid',
      '/rules/must/0/attr unknown_attribute',
      '/rules/must/1/unit unit_clash',
      '/rules/must/2/op type_wrong',
      '/rules/must/3 contradictory',
      '/rules/must/4/value value_wrong',
      '/rules/must/5/attr unknown_attribute',
      '/rules/must/6/id value_wrong',
      '/rules/prefer/0/utility utility_flat',
      '/rules/prefer/1/utility/type type_wrong',
      '/rules/prefer/2/utility/worst/of unknown_attribute',
      '/rules/prefer weights_zero',
      '/rules/weightLimits/0/right unknown_reference',
      '/rules/rank/tie/by/0 unknown_attribute',
      '/rules/timing/replyBy type_wrong',
    ]);
    expect(found.problems.find(({ path }) => path === '/rules/must/0/attr')?.hint).to.equal(
      'did you mean price.month?',
    );
  });

  it('ignores nothing that is not built yet', async () => {
    const found = await refusal({
      ref: 'balanced@1',
      override: {
        timing: { acceptLate: true },
        rank: { method: 'topsis', annotate: ['pareto', 'risk'] },
        select: {
          lots: { web: ['web'], db: ['db'] },
          bundle: 'any',
          spread: { minVendors: 2 },
          together: [['web', 'db']],
          apart: [],
        },
        negotiation: { maxRounds: 2, ask: [], keepPrevious: true },
        award: { approvalOver: 2000 },
        explain: { level: 'brief' },
        must: [{ id: 'a', attr: 'price.month', op: '<=', value: 5, relax: { upTo: 6, ask: false } }],
      },
    });
    expect(found.status).to.equal(422);
    const at = '/rules/override';
    expect(said(found)).to.have.members(
      [
        '/timing/acceptLate',
        '/rank/method',
        '/rank/annotate/1',
        '/select/lots',
        '/select/bundle',
        '/select/spread',
        '/select/together',
        '/select/apart',
        '/negotiation/maxRounds',
        '/negotiation/ask',
        '/negotiation/keepPrevious',
        '/award/approvalOver',
        '/explain/level',
        '/must/0/relax/ask',
      ].map((path) => `${at}${path} not_supported`),
    );
  });

  for (const [name, musts, path] of [
    [
      'bounds that cross',
      [
        ['price.month', '<=', 10],
        ['price.month', '>', 10],
      ],
      '/rules/must/1',
    ],
    [
      'a value outside bounds',
      [
        ['cores', '=', 8],
        ['cores', 'between', [1, 4]],
      ],
      '/rules/must/1',
    ],
    [
      'lists without a common value',
      [
        ['region', 'in', ['a', 'b']],
        ['region', 'in', ['c']],
      ],
      '/rules/must/1',
    ],
    [
      'a value that is barred',
      [
        ['region', '=', 'a'],
        ['region', 'not in', ['a', 'b']],
      ],
      '/rules/must/1',
    ],
    [
      'something that must be and must not be stated',
      [
        ['zone', 'exists', false],
        ['zone', '=', 'a'],
      ],
      '/rules/must/1',
    ],
    ['one that leaves its range', [['price.once', '<', 0]], '/rules/must/0'],
  ] as const) {
    it(`finds a contradiction in ${name}`, async () => {
      const must = musts.map(([attr, op, value], index) => ({ id: `m${index}`, attr, op, value }));
      const found = await refusal(document({ must }));
      expect(found.status).to.equal(422);
      expect(said(found)).to.deep.equal([`${path} contradictory`]);
    });
  }

  it("finds a contradiction with the broker's own conditions, at the rule that has a place", async () => {
    const budget = { id: 'cfp.budget', attr: 'price.month', op: '<=', value: 90 } as const;
    const found = await refusal(
      document({
        must: [
          { id: 'a', attr: 'region', op: '=', value: 'x' },
          { id: 'b', attr: 'price.month', op: '>=', value: 100 },
        ],
      }),
      { must: [budget] },
    );
    expect(said(found)).to.deep.equal(['/rules/must/1 contradictory']);
  });

  it('does not call a contradiction what an absent value may pass', async () => {
    const must = [
      { id: 'a', attr: 'zone', op: '=', value: 'x', missing: 'neutral' },
      { id: 'b', attr: 'zone', op: '=', value: 'y', missing: 'neutral' },
    ];
    expect((await refusal(document({ must }))).problems).to.deep.equal([]);
  });

  it('checks the relation of weights', async () => {
    const prefer = [price({ weight: 2 }), price({ id: 'again', attr: 'price.once', weight: 3 })];
    const limit = (op: string): Json => ({ left: 'price', op, times: 0.5, right: 'again' });
    expect((await refusal(document({ prefer, weightLimits: [limit('>=')] }))).problems).to.deep.equal([]);
    const found = await refusal(document({ prefer, weightLimits: [limit('>='), limit('<')] }));
    expect(said(found)).to.deep.equal(['/rules/weightLimits/1 weight_limit']);
  });

  it('needs the CFP to state what an anchor refers to, or a fallback', async () => {
    const anchored = price({ utility: { type: 'linear', best: 0, worst: { of: 'budget', times: 1 } } });
    expect(said(await refusal(document({ prefer: [anchored] }), { cfpFacts: {} }))).to.deep.equal([
      '/rules/prefer/0/utility anchor_unresolved',
    ]);
    expect((await refusal(document({ prefer: [anchored] }))).problems).to.deep.equal([]);
    expect((await refusal('balanced@1', { cfpFacts: {} })).problems).to.deep.equal([]);
  });

  it('tells a reference that leads nowhere where it stands', async () => {
    expect(said(await refusal('balanced@7'))).to.deep.equal(['/rules unknown_ruleset']);
    expect(said(await refusal({ ref: 'nope@1', overide: {} }))).to.have.members([
      '/rules/ref unknown_ruleset',
      '/rules/overide unknown_member',
    ]);
    expect(said(await refusal(document({ extends: ['cheapest@1', 'gone@2'] })))).to.deep.equal([
      '/rules/extends/1 unknown_ruleset',
    ]);
    expect(said(await refusal(7))).to.deep.equal(['/rules type_wrong']);
  });

  it('lists the shipped documents', async () => {
    const list = (await shippedBook()).list();
    expect(list.map(({ ref }) => ref)).to.include.members(['balanced@1', 'cheapest@1', 'most-available@1']);
    expect(list.every(({ title }) => title.length > 10)).to.equal(true);
  });
});
