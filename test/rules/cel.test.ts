import { expect } from 'chai';
import fc from 'fast-check';
import { compileExpression } from '../../src/rules/cel.ts';
import type { CelType, Expression } from '../../src/rules/cel.ts';

const types: Readonly<Record<string, CelType>> = {
  cores: 'double',
  'cores.min': 'double',
  'price.month': 'double',
  region: 'string',
  awardable: 'bool',
  zones: 'list<string>',
};

const typeOf = (name: string): CelType | undefined => (Object.hasOwn(types, name) ? types[name] : undefined);

function expression(source: string): Expression {
  const result = compileExpression(source, typeOf);
  if (!result.ok) throw new Error(result.detail);
  return result.expression;
}

describe('guarded expressions', () => {
  it('read attributes by their dotted names, one of which may begin another', () => {
    const value = expression('(cores.min + cores) * price.month - 1.5');
    expect(value.names).to.have.members(['cores', 'cores.min', 'price.month']);
    const of: Record<string, number> = { cores: 8, 'cores.min': 2, 'price.month': 10 };
    expect(value.run(value.names.map((name) => of[name]))).to.equal(98.5);
  });

  it('have no value where an absent attribute decides', () => {
    const rule = expression("region != 'x' || price.month <= 40.0");
    const run = (region: string | undefined, price: number | undefined): unknown =>
      rule.run(rule.names.map((name) => (name === 'region' ? region : price)));
    expect(run('y', undefined)).to.equal(true);
    expect(run('x', 40)).to.equal(true);
    expect(run('x', undefined)).to.equal(undefined);
    expect(expression('1.0 / cores').run([0])).to.equal(undefined);
  });

  it('may go through a list once', () => {
    const rule = expression("zones.all(z, z.startsWith('eu-') && size(z) < 20)");
    expect(rule.run([['eu-a', 'eu-b']])).to.equal(true);
    expect(rule.run([['eu-a', 'us-b']])).to.equal(false);
  });

  for (const [source, detail] of [
    ['price.moth > 1.0', 'there is no attribute price.moth'],
    ["region.matches('(a+)+b')", 'there is no function matches here'],
    ['region.constructor', 'there is no attribute region.constructor'],
    ['cores.__proto__ == cores', 'there is no attribute cores.__proto__'],
    ['constructor > 1.0', 'there is no attribute constructor'],
    ["timestamp('2026-01-01T00:00:00Z') > timestamp('2025-01-01T00:00:00Z')", 'there is no function timestamp here'],
    ['zones.all(a, zones.all(b, a == b))', 'comprehensions may not be nested'],
    ["zones.filter(a, a != 'x').all(b, b == 'y')", 'comprehensions may not be nested'],
    ['region', 'gives a string'],
    ['price.month * 12', 'no such overload: double * int'],
    ['awardable + 1.0', 'no such overload: bool + double'],
    ['price.month >', 'Unexpected token: EOF'],
    [Array.from({ length: 300 }, () => '1.0').join(' + '), 'Exceeded maxAstNodes (200)'],
    ['('.repeat(40) + 'cores' + ')'.repeat(40), 'Exceeded maxDepth (16)'],
    [Array.from({ length: 9 }, () => "zones.all(a, a == 'x' && a != 'y' && a != 'z')").join(' && '), 'may take'],
  ] as const) {
    it(`refuse ${source.length > 60 ? `${source.slice(0, 57)}…` : source}`, () => {
      const result = compileExpression(source, typeOf);
      expect(result.ok ? 'compiled' : result.detail).to.contain(detail);
    });
  }

  it('never throw and never run away, whatever is written', () => {
    const token = fc.constantFrom(
      ...['cores', 'price.month', 'region', 'zones', '.all(x, ', ')', '(', '+', '&&', '||', '!', '==', '<', '1.0', '2'],
      ...["'a'", '[', ']', '{', '}', '?', ':', '.', ',', 'x', 'has(', 'size(', 'in', '-', 'null', '.map(y, '],
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 25 }), fc.string({ maxLength: 5 }), (tokens, dirt) => {
        const result = compileExpression(`${tokens.join(' ')}${dirt}`, typeOf);
        if (!result.ok) {
          expect(result.detail).to.be.a('string');
          return;
        }
        const value = result.expression.run(result.expression.names.map(() => undefined));
        expect(['undefined', 'boolean', 'number']).to.include(typeof value);
      }),
      { numRuns: 1000 },
    );
  });
});
