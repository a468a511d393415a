import { expect } from 'chai';
import fc from 'fast-check';
import { createModels } from '../../src/occi/schema/model.ts';
import { entitySchema } from '../../src/occi/schema/entity-schema.ts';
import { createRegistry } from '../../src/occi/registry.ts';
import { createInfrastructure } from '../../src/infrastructure/index.ts';
import { Problems } from '../../src/shared/errors.ts';
import { tenantId } from '../../src/shared/ids.ts';
import type { Json } from '../../src/shared/json.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { typeOf } from '../../src/occi/category.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { RATED, refusal, STARRED, TAG, TASK, testExtension, world } from './world.ts';

const tenant = tenantId('default');
const registry = createRegistry([testExtension()], { baseUrl: 'http://x' });

function problemsOf(attributes: unknown, mixins = [] as (typeof RATED)[]): readonly string[] {
  const problems = new Problems();
  createModels(registry).of(TASK, mixins, tenant).check(attributes, '/attributes', problems);
  return problems.list.map(({ path, code }) => `${path} ${code}`);
}

describe('schema of a kind and its mixins', () => {
  it('accepts what fits', () => {
    expect(problemsOf({ 'task.name': 'x', 'task.count': 2, 'task.data': { any: ['thing'] } })).to.deep.equal([]);
  });

  it('tells every problem with its path', () => {
    expect(problemsOf({ 'task.name': 7, 'task.count': 1.5, 'task.nothing': 1, 'a/b~c': 1 })).to.have.members([
      '/attributes/task.nothing attribute_unknown',
      '/attributes/a~1b~0c attribute_unknown',
      '/attributes/task.name attribute_type',
      '/attributes/task.count attribute_pattern',
    ]);
  });

  it('adds the attributes of mixins and of what they depend on', () => {
    expect(problemsOf({ 'starred.stars': 1, 'rated.by': 'x' })).to.have.length(2);
    expect(problemsOf({ 'starred.stars': 1, 'rated.by': 'x' }, [STARRED])).to.deep.equal([]);
  });

  it('lets a mixin default stand over that of the kind', () => {
    const models = createModels(registry);
    expect(models.of(TASK, [], tenant).defaults['task.size']).to.equal('small');
    expect(models.of(TASK, [RATED], tenant).defaults['task.size']).to.equal('big');
  });

  it('is made once for a kind and the mixins that add something', () => {
    const models = createModels(registry);
    expect(models.of(TASK, [RATED], tenant)).to.equal(models.of(TASK, [RATED, TAG], tenant));
    expect(models.of(TASK, [], tenant)).to.equal(models.of(TASK, [TAG], tenant));
    expect(models.of(TASK, [STARRED], tenant)).not.to.equal(models.of(TASK, [RATED], tenant));
  });

  it('is made anew when a mixin comes back changed', () => {
    const own = createRegistry([testExtension()], { baseUrl: 'http://x' });
    const models = createModels(own);
    const rated = own.mixin(RATED);
    if (rated === undefined) throw new Error('no mixin');
    const mine = { ...rated, scheme: 'http://mine#', location: '/mine/', tenant: 'default' };
    own.addMixin(mine);
    expect(models.of(TASK, [typeOf(mine)], tenant).attributes.has('mine.new')).to.equal(false);
    const definition = { type: 'string', mutable: true, required: false, description: '' } as const;
    own.addMixin({ ...mine, attributes: { 'mine.new': definition } });
    expect(models.of(TASK, [typeOf(mine)], tenant).attributes.has('mine.new')).to.equal(true);
  });

  it('never throws and never lets an unknown name pass, whatever is sent', () => {
    const known = ['task.name', 'task.count', 'task.size', 'task.birth', 'task.state', 'task.data'];
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (attributes) => {
        const told = problemsOf(attributes);
        for (const name of Object.keys(attributes))
          if (!known.includes(name)) expect(told.some((line) => line.endsWith('attribute_unknown'))).to.equal(true);
      }),
    );
  });

  it('compiles for every kind and mixin of the infrastructure', () => {
    const backend = { perform: () => Promise.reject(new Error()), inspect: () => Promise.resolve(undefined) };
    const full = createRegistry([createInfrastructure({ backend, clock: systemClock })], { baseUrl: 'http://x' });
    const models = createModels(full);
    for (const kind of full.kinds()) {
      const mixins = full.mixins().filter((each) => each.applies.includes(typeOf(kind)));
      const problems = new Problems();
      models.of(typeOf(kind), mixins.map(typeOf), tenant).check({}, '', problems);
      expect(problems.list).to.deep.equal([]);
      new Ajv2020({ strict: false }).compile(entitySchema(full, typeOf(kind)));
    }
  });
});

describe('documents', () => {
  const create = (attributes: Record<string, Json>, more = {}): Promise<unknown> =>
    world().ask({ op: 'create', path: '/task/', documents: [{ mixins: [], attributes, ...more }] });

  it('report what is missing, wrong, unknown and immutable together', async () => {
    const error = await refusal(
      create({ 'task.count': 'x', 'task.state': 'done', other: 1 }, { mixins: ['http://no#no'] }),
    );
    expect(error.status).to.equal(400);
    expect(error.problems.map(({ path, code }) => `${path} ${code}`)).to.have.members([
      '/attributes/task.count attribute_type',
      '/attributes/other attribute_unknown',
      '/attributes/task.name attribute_required',
      '/attributes/task.state attribute_immutable',
      '/mixins/0 mixin_unknown',
    ]);
  });

  it('that set what only the service sets are forbidden, all of it listed', async () => {
    const error = await refusal(create({ 'task.name': 'a', 'task.state': 'done' }));
    expect([error.status, error.problems[0]?.path]).to.deep.equal([403, '/attributes/task.state']);
  });

  it('may repeat what it will be anyway, and hint at core attributes', async () => {
    await create({ 'task.name': 'a', 'task.state': 'open', 'occi.core.id': 'vm-7', 'occi.core.title': 'A task' });
  });

  it('cannot reach for the prototype, at any depth', async () => {
    for (const text of [
      '{"task.name":"a","__proto__":{"x":1}}',
      '{"task.name":"a","task.data":{"__proto__":{"x":1}}}',
      '{"task.name":"a","task.data":{"y":[{"constructor":1}]}}',
    ]) {
      const error = await refusal(create(JSON.parse(text) as Record<string, Json>));
      expect(error.status, text).to.equal(400);
    }
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined);
  });

  it('cannot be nested without end', async () => {
    let value: Json = 1;
    for (let depth = 0; depth < 5000; depth++) value = [value];
    const error = await refusal(create({ 'task.name': 'a', 'task.data': { value } }));
    expect(error.problems[0]?.code).to.equal('too_deep');
  });
});
