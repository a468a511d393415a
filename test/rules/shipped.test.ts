import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createRuleBook } from '../../src/rules/book.ts';
import { runRuleTests } from '../../src/rules/test-file.ts';
import type { Json } from '../../src/shared/json.ts';
import { projectRoot } from '../../src/shared/paths.ts';

const folder = join(projectRoot, 'rules');

describe('shipped rules', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.json'));

  it('have a test file beside each', () => {
    const documents = readdirSync(folder).filter(
      (name) => name.endsWith('.json') && !name.endsWith('.test.json') && name !== 'attributes.json',
    );
    expect(documents.map((name) => name.replace('.json', '.test.json'))).to.have.members(files);
    expect(files).to.include.members(['balanced.test.json', 'cheapest.test.json']);
  });

  for (const name of ['rules.v1.json', 'rules-test.v1.json']) {
    it(`follow a schema that is one: ${name}`, () => {
      const schema = JSON.parse(readFileSync(join(folder, 'schema', name), 'utf8')) as object;
      const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, discriminator: true });
      expect(ajv.validateSchema(schema)).to.equal(true);
    });
  }

  for (const name of files) {
    it(`do what ${name} says`, async () => {
      const book = await createRuleBook({ folder });
      const results = await runRuleTests(book, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Json, {
        folder,
      });
      expect(results.filter(({ failures }) => failures.length > 0)).to.deep.equal([]);
      expect(results.length).to.be.greaterThan(2);
    });
  }
});

describe('rule test files', () => {
  it('tell what came otherwise', async () => {
    const book = await createRuleBook({ folder });
    const file = {
      rules: 'cheapest@1',
      cases: [
        {
          name: 'wrong on purpose',
          candidates: { a: { 'price.month': 2 }, b: { 'price.month': 1 } },
          expect: { order: ['a', 'b'], scores: { a: 2 }, eliminated: { a: ['x'] }, decidedBy: { z: 'score' } },
        },
        { name: 'no problem', candidates: { a: {} }, expect: { problems: ['contradictory'] } },
      ],
    };
    const [first, second] = await runRuleTests(book, file, { folder });
    expect(first?.failures).to.have.length(4);
    expect(first?.failures[0]).to.equal('order: expected ["a","b"], came ["b","a"]');
    expect(second?.failures).to.deep.equal(['problems: expected ["contradictory"], came []']);
  });

  it('are refused with every problem when they are none', async () => {
    const book = await createRuleBook({ folder });
    const file = { rules: 'cheapest@1', cases: [{ name: 1, candidates: {}, expect: {}, more: true }] };
    let problems: readonly { path: string }[] = [];
    try {
      await runRuleTests(book, file, { folder });
    } catch (error) {
      problems = (error as { problems: readonly { path: string }[] }).problems;
    }
    expect(problems.map(({ path }) => path)).to.have.members([
      '/cases/0/name',
      '/cases/0/candidates',
      '/cases/0/expect',
      '/cases/0/more',
    ]);
  });
});
