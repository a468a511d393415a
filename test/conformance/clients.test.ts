import { expect } from 'chai';
import { conformance } from './support/suite.ts';
import { exchange, type Answer } from './support/wire.ts';

conformance('what independent clients make of discovery', ({ service }) => {
  const discovery = (accept: string): Promise<Answer> =>
    exchange(service().url, 'GET', '/-/', {
      headers: { Accept: accept, Authorization: `Bearer ${service().operator}` },
    });
  const categories = async (): Promise<readonly string[]> => (await discovery('text/plain')).body.trimEnd().split('\n');

  it('pitfall 10: no title holds what splits categories, so any client can split the header', async () => {
    const lines = await categories();
    const titles = lines.map((line) => /; title="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? '');
    expect(titles.filter((title) => /[,;"\\]/.test(title))).to.deep.equal([]);
    const header = (await discovery('text/occi')).all('Category');
    expect(
      header
        .join(', ')
        .split(', ')
        .map((item) => `Category: ${item}`),
    ).to.deep.equal(lines);
  });

  it('pitfalls 1 and 4: every category but agreement fits the strict grammar of 1.1, in its order', async () => {
    const name = '[a-z][a-z0-9_-]*';
    const uri = '[a-z]+:[^\\s"]+';
    const attribute = `${name}(?:\\.${name})*(?:\\{(?:immutable|required)(?: required)?\\})?`;
    const strict = new RegExp(
      `^Category: ${name}; scheme="${uri}#"; class="(?:kind|mixin|action)"(?:; title="[^"\\\\]*")?(?:; rel="${uri}")?` +
        `(?:; location="/[^"]*/")?(?:; attributes="${attribute}(?: ${attribute})*")?(?:; actions="${uri}(?: ${uri})*")?$`,
    );
    const lines = await categories();
    const others = lines.filter((line) => !strict.test(line)).map((line) => line.slice(0, 25));
    expect(others).to.deep.equal(['Category: agreement; sche']);
  });
});
