import { expect } from 'chai';
import fc from 'fast-check';
import { NotPlainJson, plainJson } from '../../src/vendor-host/plain-json.ts';

describe('plain JSON of a plugin', () => {
  it('is handed on as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        expect(plainJson(value)).to.equal(value);
      }),
    );
  });

  it('is a copy without what is undefined, at any depth', () => {
    const given = { a: undefined, b: [{ c: undefined, d: 'x' }], e: null };
    expect(plainJson(given)).to.deep.equal({ b: [{ d: 'x' }], e: null });
    expect(given).to.have.property('a');
  });

  const fails: Readonly<Record<string, readonly [value: unknown, path: string]>> = {
    'a function': [{ a: [() => 1] }, '/a/0'],
    'a date': [{ a: new Date(0) }, '/a'],
    'a number that is not finite': [{ a: { b: NaN } }, '/a/b'],
    'a member that would be a prototype, with text': [JSON.parse('{"a":{"__proto__":"x"}}'), '/a/__proto__'],
    'a member that would be a prototype, with an object': [JSON.parse('{"__proto__":{"x":1}}'), '/__proto__'],
    'too many values in lists': [{ a: [new Array(250_000).fill(1)] }, '/a/0/199997'],
    'too much text': [{ a: 'x'.repeat(2_000_000), b: 'x'.repeat(2_000_001) }, '/b'],
  };
  for (const [what, [value, path]] of Object.entries(fails))
    it(`is not ${what}`, () => {
      expect(() => plainJson(value))
        .to.throw(NotPlainJson)
        .with.property('path', path);
    });

  it('is not too many members with text', () => {
    const many = Object.fromEntries(Array.from({ length: 200_001 }, (_, at) => [`m${at}`, 'x']));
    expect(() => plainJson(many)).to.throw(NotPlainJson, 'too many values');
  });

  it('is not nested without end', () => {
    const cycle: Record<string, unknown> = {};
    cycle['a'] = cycle;
    expect(() => plainJson(cycle)).to.throw(NotPlainJson, 'nested too deeply');
  });
});
