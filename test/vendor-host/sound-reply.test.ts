import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Json } from '../../src/shared/json.ts';
import { answerSchemas } from '../../src/vendor-host/answer-schemas.ts';
import { isSoundPropose } from '../../src/vendor-host/sound-reply.ts';

const right = {
  type: 'propose',
  offers: [
    {
      variant: 'a',
      validUntil: 1_800_000_000_000,
      binding: true,
      awardable: true,
      handle: 'x',
      resources: [
        { for: 'web', index: 0, kind: 'http://x#compute', mixins: ['http://x#m'], attributes: { n: 1 } },
        { for: 'mount', index: 0, kind: 'http://x#l', mixins: [], attributes: {}, source: 'web/0', target: 'data/0' },
      ],
      levels: [
        { for: 'up', commit: 'asked' },
        { for: 'fast', commit: 'none' },
      ],
      price: {
        currency: 'EUR',
        tax: 'excluded',
        source: 'list',
        asof: '2026-01-01',
        items: [{ id: 'c', for: 'web', index: [0], what: 'compute', amount: '1.00', per: 'month' }],
        unpriced: [],
        open: ['traffic'],
      },
    },
  ],
};

const odd = fc.oneof(
  fc.constantFrom<Json>(
    '',
    'x',
    'x'.repeat(2001),
    'none',
    'other',
    -1,
    0,
    1.5,
    1e300,
    null,
    true,
    [],
    {},
    [0, 1.5],
    [''],
  ),
  fc.jsonValue() as fc.Arbitrary<Json>,
);

/** Every place in a document. */
function* places(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) yield* places(member, [...path, name]);
}

function changed(path: readonly string[], to: Json | undefined): Json {
  const document = structuredClone(right) as unknown as Json;
  const [last, ...before] = [...path].reverse();
  if (last === undefined) return to ?? null;
  let at = document as Record<string, Json>;
  for (const name of before.reverse()) at = at[name] as Record<string, Json>;
  if (to === undefined && Array.isArray(at)) at.splice(Number(last), 1);
  else if (to === undefined) Reflect.deleteProperty(at, last);
  else at[last] = to;
  return document;
}

describe('the quick look at offers', () => {
  const validate = new Ajv2020({ discriminator: true, strict: false, unicode: false }).compile(answerSchemas.getOffer);
  const all = [...places(right)];

  it('finds what is right to be right', () => {
    expect(validate(right)).to.equal(true);
    expect(isSoundPropose(right)).to.equal(true);
  });

  it('never finds right what the schema does not', () => {
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.option(odd, { nil: undefined }), (path, to) => {
        const reply = changed(path, to);
        if (isSoundPropose(reply)) expect(validate(reply), JSON.stringify(validate.errors)).to.equal(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('sees every member that is needed', () => {
    for (const path of all) {
      const reply = changed(path, undefined);
      if (!validate(reply)) expect(isSoundPropose(reply), path.join('/')).to.equal(false);
    }
  });
});
