import { expect } from 'chai';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { projectRoot } from '../../../src/shared/paths.ts';
import { HEADER, parsePrice } from '../../../vendors/catalog/list-format.ts';
import { ListError, makeList } from '../../../vendors/catalog/make-list.ts';
import { priceText, readPriceList } from '../../../vendors/catalog/price-list.ts';

const shipped = (name: string) => readPriceList(readFileSync(join(projectRoot, 'vendors/catalog/lists', name)));
const list = (...rows: string[]) => readPriceList(Buffer.from([HEADER, ...rows].join('\n')));

describe('the shipped price lists', () => {
  it('hold 57,391 offers, six of them without a price', () => {
    const lists = ['azure-2026-06-18', 'aws-2026-07-20', 'gcp-2026'].map((name) => shipped(`${name}.csv.gz`));
    expect(lists.map(({ rows }) => rows)).to.deep.equal([54_853, 2_391, 147]);
    expect(lists.map(({ unpriced }) => unpriced.length)).to.deep.equal([6, 0, 0]);
    expect(lists.map(({ offers }) => offers)).to.deep.equal([54_847, 2_391, 147]);
    expect(lists.map(({ regions }) => regions.length)).to.deep.equal([57, 3, 1]);
  });

  it('name a country for every region', () => {
    for (const preset of ['azure', 'aws', 'gcp']) {
      const text = readFileSync(join(projectRoot, 'vendors/catalog/presets', `${preset}.json`), 'utf8');
      const { list: file, countries } = JSON.parse(text) as { list: string; countries: Record<string, string> };
      const { regions } = readPriceList(readFileSync(join(projectRoot, 'vendors/catalog', file)));
      expect(Object.keys(countries).sort()).to.deep.equal(regions.map(({ region }) => region).sort());
    }
  });
});

describe('reading a price list', () => {
  it('sorts each region by price, exactly', () => {
    const { regions, types } = list('b,2,4,0,x64,here,EUR,0.000000002', 'a,1,2,0,arm64,here,EUR,0.000000001');
    const here = regions[0]!;
    expect([...here.types].map((at) => types[at]?.name)).to.deep.equal(['a', 'b']);
    expect([...here.prices].map(priceText)).to.deep.equal(['0.000000001', '0.000000002']);
  });

  it('reads compressed and plain files alike, with comments', () => {
    const text = `# made by hand\n${HEADER}\na,1,2,0,x64,here,EUR,1\r\n\n`;
    expect(readPriceList(gzipSync(text))).to.deep.equal(readPriceList(Buffer.from(text)));
    expect(readPriceList(Buffer.from(text)).offers).to.equal(1);
  });

  it('drops and names rows without a price', () => {
    const read = list(
      'a,1,2,0,x64,here,EUR,',
      'b,1,2,0,x64,here,EUR,0',
      'c,1,2,0,x64,here,EUR,0.00',
      'd,1,2,0,x64,here,EUR,1',
    );
    expect(read).to.deep.include({ rows: 4, offers: 1, unpriced: ['a in here', 'b in here', 'c in here'] });
  });

  it('guesses nothing: each wrong row is named with its line', () => {
    for (const [row, what] of [
      ['a,1,2,0,x64,here,EUR', 'eight fields'],
      ['a,none,2,0,x64,here,EUR,1', 'no usable size'],
      ['a,0,2,0,x64,here,EUR,1', 'no usable size'],
      ['a,1,2,0,sparc,here,EUR,1', 'sparc'],
    ] as const)
      expect(() => list('ok,1,2,0,x64,here,EUR,1', row), row).to.throw(new RegExp(`line 3.*${what}`));
    expect(() => list('a,1,2,0,x64,here,EUR,1', 'b,1,2,0,x64,here,USD,1')).to.throw(/currency USD, not EUR/);
    expect(() => readPriceList(Buffer.from('type,price\na,1\n'))).to.throw(/header/);
    expect(() => readPriceList(Buffer.from(''))).to.throw(/header/);
  });

  it('keeps every price to the last billionth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 15 - 1 }), (billionths) => {
        expect(parsePrice(priceText(billionths))).to.equal(billionths);
      }),
    );
  });
});

describe('making a price list', () => {
  const provider = 'InstanceType,vCPUs,MemoryGiB,AcceleratorCount,Architecture,Region,Price\n';

  it('turns a provider’s CSV into ours', () => {
    const made = makeList(`${provider}"m,1",1,2,,amd64,"eu",0.1\n`.replace('"m,1"', 'm1'), { currency: 'USD' });
    expect(made.csv).to.equal(`${HEADER}\nm1,1,2,0,x64,eu,USD,0.1\n`);
    expect(readPriceList(Buffer.from(made.csv)).offers).to.equal(1);
  });

  it('counts rows without a price, and leaves them out unless told otherwise', () => {
    const text = `${provider}a,1,2,,arm64,eu,\nb,1,2,,arm64,eu,0\nc,1,2,1,arm64,eu,2\n`;
    expect(makeList(text, { currency: 'USD' })).to.deep.include({ rows: 3, unpriced: ['a in eu', 'b in eu'] });
    expect(makeList(text, { currency: 'USD' }).csv.split('\n')).to.have.length(3);
    expect(makeList(text, { currency: 'USD', keepUnpriced: true }).csv.split('\n')).to.have.length(5);
  });

  it('takes other names of columns, and one region for all', () => {
    const made = makeList('name,cpu,ram,isa,usd\nx,2,8,aarch64,0.5\n', {
      currency: 'USD',
      region: 'r1',
      columns: { type: 'name', cores: 'cpu', memory: 'ram', architecture: 'isa', price: 'usd' },
    });
    expect(made.csv).to.contain('x,2,8,0,arm64,r1,USD,0.5');
  });

  it('tells every line that cannot be read, and makes nothing', () => {
    const text = `${provider}a,1,2,,mips,eu,1\nb,x,2,,amd64,eu,1\nc,1,2,,amd64,,1\nd,1,2,,amd64,eu,1\nd,1,2,,amd64,eu,2\ne,1,2,,amd64,eu,cheap\n`;
    try {
      makeList(text, { currency: 'USD' });
      expect.fail('it was made');
    } catch (error) {
      expect(error).to.be.instanceOf(ListError);
      expect((error as ListError).lines.map((line) => line.split(':')[0])).to.deep.equal(
        [2, 3, 4, 6, 7].map((line) => `line ${line}`),
      );
    }
    expect(() => makeList('a,b\n1,2\n', { currency: 'USD' })).to.throw(/no column InstanceType/);
  });
});
