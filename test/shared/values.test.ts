import { expect } from 'chai';
import fc from 'fast-check';
import { isoInstant, systemClock } from '../../src/shared/clock.ts';
import { decimal, decimalText, minorUnit, parseMoney, rounded, sum } from '../../src/shared/decimal.ts';
import {
  addDuration,
  fixedMilliseconds,
  isIsoDuration,
  nominalMonths,
  parseInstant,
} from '../../src/shared/duration.ts';
import { idSource, parseEntityId, urn } from '../../src/shared/ids.ts';
import { canonicalJson, hashOf, pointer } from '../../src/shared/json.ts';
import { systemRandom } from '../../src/shared/random.ts';

describe('shared values', () => {
  describe('money', () => {
    it('takes decimal strings of at most nine decimals and nothing else', () => {
      for (const good of ['0', '90.00', '-3.5', '0.000000001']) expect(parseMoney(good), good).to.not.equal(undefined);
      for (const bad of ['', '1e3', '.5', '1.', '0.0000000001', ' 1', '1,5', 'NaN', 12, null])
        expect(parseMoney(bad), String(bad)).to.equal(undefined);
    });

    it('adds exactly where doubles would not', () => {
      expect(decimalText(sum(['0.1', '0.2', '0.3'].map(decimal)))).to.equal('0.6');
    });

    it('rounds half-even', () => {
      expect(decimalText(rounded(decimal('0.125'), 2))).to.equal('0.12');
      expect(decimalText(rounded(decimal('0.135'), 2))).to.equal('0.14');
    });

    it('never writes an exponent', () => {
      expect(decimalText(decimal('0.000000001'))).to.equal('0.000000001');
      expect(decimalText(decimal('123456789012345678901234567890'))).to.equal('123456789012345678901234567890');
    });

    it('knows currencies without cents', () => {
      expect([minorUnit('EUR'), minorUnit('JPY'), minorUnit('KWD')]).to.deep.equal([2, 0, 3]);
    });
  });

  describe('durations and instants', () => {
    it('tells ISO 8601 durations from other text', () => {
      for (const good of ['PT30S', 'P1M', 'P1Y2M10DT2H30M', 'P2W', 'PT0.5S'])
        expect(isIsoDuration(good)).to.equal(true);
      for (const bad of ['P', 'PT', 'P1', '30s', '-PT1S', 'PT1H1', 'P1DT', 5])
        expect(isIsoDuration(bad)).to.equal(false);
    });

    it('clamps months to their end, each computed from the anchor', () => {
      const anchor = Date.parse('2027-01-31T00:00:00Z');
      const at = (times: number): string => isoInstant(addDuration(anchor, 'P1M', times));
      expect([at(1), at(2), at(3)]).to.deep.equal([
        '2027-02-28T00:00:00Z',
        '2027-03-31T00:00:00Z',
        '2027-04-30T00:00:00Z',
      ]);
    });

    it('keeps the local hour across a clock change', () => {
      const before = Date.parse('2026-10-24T10:00:00Z');
      expect(isoInstant(addDuration(before, 'P1D', 1, 'Europe/Berlin'))).to.equal('2026-10-25T11:00:00Z');
    });

    it('knows no fixed length of a month, and nominal months of everything', () => {
      expect(fixedMilliseconds('P1M')).to.equal(undefined);
      expect(fixedMilliseconds('P1DT1S')).to.equal(86_401_000);
      const months = (text: string): number => {
        const [numerator, denominator] = nominalMonths(text);
        return numerator / denominator;
      };
      expect([months('P1Y'), months('P3M'), months('P365D')]).to.deep.equal([12, 3, 12]);
    });

    it('are of a length that a calendar can bear', () => {
      for (const text of ['P9999999999Y', 'P1000Y', 'P9999999D', 'PT99999999999S', `PT${'9'.repeat(30)}M`])
        expect(isIsoDuration(text), text).to.equal(false);
      const longest = 'P999Y9999M99999W999999DT9999999H';
      expect(isIsoDuration(longest)).to.equal(true);
      expect(addDuration(Date.UTC(2026, 0), longest)).to.be.within(Date.UTC(7000, 0), 8.64e15);
    });

    it('reads instants with offset only', () => {
      expect(parseInstant('2026-11-20T10:00:00+01:00')).to.equal(Date.parse('2026-11-20T09:00:00Z'));
      expect(parseInstant('2026-11-20T10:00:00')).to.equal(undefined);
      expect(parseInstant('2026-13-20T10:00:00Z')).to.equal(undefined);
      expect(parseInstant('2027-02-29T10:00:00Z')).to.equal(undefined);
      expect(parseInstant('2028-02-29T10:00:00Z')).to.equal(Date.UTC(2028, 1, 29, 10));
      expect(parseInstant('2026-11-31T10:00:00Z')).to.equal(undefined);
    });
  });

  describe('ids', () => {
    it('are version 7, distinct, and rise', () => {
      const next = idSource({ ...systemClock, now: () => 1_700_000_000_000 }, systemRandom);
      const made = Array.from({ length: 10_000 }, next);
      expect(made[0]).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(new Set(made).size).to.equal(made.length);
      expect(made.toSorted()).to.deep.equal(made);
    });

    it('are read bare and as urn, in any case', () => {
      const id = idSource(systemClock, systemRandom)();
      expect(parseEntityId(urn(id).toUpperCase())).to.equal(id);
      expect(parseEntityId(`${id}0`)).to.equal(undefined);
    });
  });

  describe('JSON', () => {
    it('hashes equal values equally, whatever the order of members', () => {
      expect(hashOf({ b: [1, 2], a: 'ä' })).to.equal(hashOf({ a: 'ä', b: [1, 2] }));
      expect(canonicalJson({ b: 1, a: [true, null] })).to.equal('{"a":[true,null],"b":1}');
    });

    it('survives canonical form (property)', () => {
      fc.assert(
        fc.property(fc.jsonValue(), (value) => {
          const again = JSON.parse(canonicalJson(value as never)) as never;
          expect(canonicalJson(again)).to.equal(canonicalJson(value as never));
        }),
      );
    });

    it('escapes pointer tokens', () => {
      expect(pointer('/a', 'b/c~d', 0)).to.equal('/a/b~1c~0d/0');
    });
  });
});
