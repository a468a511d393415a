import { expect } from 'chai';
import fc from 'fast-check';
import type { Mixin } from '../../src/occi/category.ts';
import type { EntityDocument } from '../../src/occi/entity.ts';
import type { OcciOutcome, OcciRequest, View } from '../../src/occi/request.ts';
import { ParleyError } from '../../src/shared/errors.ts';
import { typeId, type TypeId } from '../../src/shared/ids.ts';
import { LOUD, RATED, RIBBON, STARRED, TAG, world, type World } from './world.ts';

/** What the world should be, in the simplest words: entities by path, and the mixins that clients have made. */
interface Thing {
  readonly kind: 'task' | 'ribbon' | 'notice';
  readonly title: string | undefined;
  readonly mixins: ReadonlySet<TypeId>;
  readonly ends?: readonly [source: string, target: string];
}

interface Model {
  readonly things: Map<string, Thing>;
  readonly made: Set<TypeId>;
}

type Op =
  | {
      readonly do: 'create';
      readonly kind: 'task' | 'notice';
      readonly title: string;
      readonly mixins: number[];
      readonly links: number[];
    }
  | { readonly do: 'link'; readonly from: number; readonly to: number; readonly bad: boolean }
  | { readonly do: 'move'; readonly which: number; readonly to: number }
  | { readonly do: 'put'; readonly which: number; readonly title: string; readonly mixins: number[] }
  | { readonly do: 'post'; readonly which: number; readonly title: string; readonly mixins: number[] }
  | { readonly do: 'delete'; readonly which: number }
  | {
      readonly do: 'members';
      readonly op: 'associate' | 'disassociate' | 'replaceMembers';
      readonly mixin: number;
      readonly which: number[];
    }
  | { readonly do: 'define' | 'undefine'; readonly mixin: number }
  | { readonly do: 'deleteAll'; readonly at: '/task/' | '/ribbon/' | '/notice/' | '/tag/' };

const MINE = ['blue', 'green'].map((term) => typeId(`http://my.org/tags#${term}`));
const MIXINS = [TAG, RATED, LOUD, STARRED, ...MINE];
const LOCATIONS = new Map<TypeId, string>([
  [TAG, '/tag/'],
  [RATED, '/rated/'],
  [LOUD, '/loud/'],
  [STARRED, '/starred/'],
  ...MINE.map((type): [TypeId, string] => [type, `/my/${type.slice(type.indexOf('#') + 1)}/`]),
]);
const FOR_TASKS: ReadonlySet<TypeId> = new Set([LOUD, STARRED]);

const mixinOf = (index: number): TypeId => MIXINS[index % MIXINS.length] ?? TAG;
const userMixin = (type: TypeId): Mixin => ({
  class: 'mixin',
  scheme: 'http://my.org/tags#',
  term: type.slice(type.indexOf('#') + 1),
  title: '',
  location: LOCATIONS.get(type) ?? '',
  attributes: {},
  actions: [],
  depends: [],
  applies: [],
});

const index = fc.nat({ max: 30 });
const mixins = fc.array(fc.nat({ max: 5 }), { maxLength: 2 });
const title = fc.constantFrom('a', 'b');
const operation: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    do: fc.constant('create'),
    kind: fc.constantFrom('task', 'notice'),
    title,
    mixins,
    links: fc.array(index, { maxLength: 2 }),
  }),
  fc.record({ do: fc.constant('link'), from: index, to: index, bad: fc.boolean() }),
  fc.record({ do: fc.constant('move'), which: index, to: index }),
  fc.record({ do: fc.constantFrom('put', 'post'), which: index, title, mixins }),
  fc.record({ do: fc.constant('delete'), which: index }),
  fc.record({
    do: fc.constant('members'),
    op: fc.constantFrom('associate', 'disassociate', 'replaceMembers'),
    mixin: fc.nat({ max: 5 }),
    which: fc.array(index, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ do: fc.constantFrom('define', 'undefine'), mixin: fc.nat({ max: 1 }) }),
  fc.record({ do: fc.constant('deleteAll'), at: fc.constantFrom('/task/', '/ribbon/', '/notice/', '/tag/') }),
);

const known = (model: Model, type: TypeId): boolean => !MINE.includes(type) || model.made.has(type);
const fits = (kind: Thing['kind'], type: TypeId): boolean => kind === 'task' || !FOR_TASKS.has(type);
const allowed = (model: Model, kind: Thing['kind'], types: readonly TypeId[]): boolean =>
  types.every((type) => known(model, type) && fits(kind, type));
const pick = (model: Model, which: number, kinds: readonly Thing['kind'][]): string | undefined => {
  const all = [...model.things].filter(([, thing]) => kinds.includes(thing.kind)).map(([path]) => path);
  return all[which % Math.max(1, all.length)];
};

/** A mixin that wants a value is given it. */
const attributesFor = (kind: Thing['kind'], types: readonly TypeId[]): EntityDocument['attributes'] => ({
  ...(kind === 'task' ? { 'task.name': 'n' } : {}),
  ...(types.includes(STARRED) ? { 'starred.stars': 1 } : {}),
});

/** Asks; undefined where it was refused for what was sent, which must be what the model expects. */
async function tried(w: World, request: OcciRequest, expected: boolean): Promise<OcciOutcome | undefined> {
  try {
    const outcome = await w.ask(request);
    expect(expected, `was let pass: ${JSON.stringify(request)}`).to.equal(true);
    return outcome;
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    expect(expected, `${error.message} ${JSON.stringify(error.problems)}: ${JSON.stringify(request)}`).to.equal(false);
    expect(error.status).to.be.within(400, 422);
    return undefined;
  }
}

function viewsIn(outcome: OcciOutcome | undefined): readonly View[] {
  if (outcome?.type === 'created') return outcome.views;
  return [];
}

async function step(w: World, model: Model, op: Op): Promise<void> {
  const { things, made } = model;
  switch (op.do) {
    case 'create': {
      const types = op.mixins.map(mixinOf);
      const targets = op.links.map((to) => pick(model, to, ['task', 'notice', 'ribbon']) ?? 'urn:isbn:1');
      const links = targets.map((location) => ({ kind: RIBBON, mixins: [], attributes: {}, target: { location } }));
      const kind = typeId(`http://example.org/test#${op.kind}`);
      const document = { kind, title: op.title, mixins: types, attributes: attributesFor(op.kind, types), links };
      const request: OcciRequest = { op: 'create', path: '/', documents: [document] };
      const [view] = viewsIn(await tried(w, request, allowed(model, op.kind, types)));
      if (view === undefined) return;
      things.set(view.path, { kind: op.kind, title: op.title, mixins: new Set(types) });
      view.links.forEach((link, at) =>
        things.set(link.path, {
          kind: 'ribbon',
          title: undefined,
          mixins: new Set(),
          ends: [view.path, targets[at] ?? ''],
        }),
      );
      return;
    }
    case 'link': {
      const from = pick(model, op.from, ['task', 'notice']);
      const to = pick(model, op.to, ['task', 'notice', 'ribbon']);
      if (from === undefined || to === undefined) return;
      const document = {
        kind: RIBBON,
        mixins: [],
        attributes: {},
        source: { location: from },
        target: { location: to },
      };
      const bad = { ...document, target: { location: '/task/018f4c1e-7b1a-7000-8000-000000000009' } };
      const documents = op.bad ? [document, bad] : [document];
      const [view] = viewsIn(await tried(w, { op: 'create', path: '/ribbon/', documents }, !op.bad));
      if (view !== undefined)
        things.set(view.path, { kind: 'ribbon', title: undefined, mixins: new Set(), ends: [from, to] });
      return;
    }
    case 'move': {
      const path = pick(model, op.which, ['ribbon']);
      const to = pick(model, op.to, ['task', 'notice', 'ribbon']);
      const thing = things.get(path ?? '');
      if (path === undefined || to === undefined || thing?.ends === undefined) return;
      const source = things.get(to)?.kind !== 'ribbon';
      const end = source ? { source: { location: to } } : { target: { location: to } };
      await tried(w, { op: 'patch', path, document: { mixins: [], attributes: {}, ...end } }, true);
      things.set(path, { ...thing, ends: source ? [to, thing.ends[1]] : [thing.ends[0], to] });
      return;
    }
    case 'put':
    case 'post': {
      const path = pick(model, op.which, ['task', 'notice', 'ribbon']);
      const thing = things.get(path ?? '');
      if (path === undefined || thing === undefined) return;
      const types = op.mixins.map(mixinOf);
      const attributes = attributesFor(thing.kind, types);
      const document = { title: op.title, mixins: types, attributes };
      const request: OcciRequest = { op: op.do === 'put' ? 'replace' : 'patch', path, document };
      if ((await tried(w, request, allowed(model, thing.kind, types))) === undefined) return;
      const stay = op.do === 'put' ? [] : thing.mixins;
      things.set(path, { ...thing, title: op.title, mixins: new Set([...stay, ...types]) });
      return;
    }
    case 'delete': {
      const path = pick(model, op.which, ['task', 'notice', 'ribbon']);
      if (path === undefined) return;
      await tried(w, { op: 'delete', path }, true);
      gone(model, path);
      await tried(w, { op: 'read', path }, false);
      return;
    }
    case 'members':
      await members(w, model, op);
      return;
    case 'define': {
      const type = MINE[op.mixin] ?? TAG;
      await tried(w, { op: 'addMixins', mixins: [userMixin(type)] }, !made.has(type));
      made.add(type);
      return;
    }
    case 'undefine': {
      const type = MINE[op.mixin] ?? TAG;
      if ((await tried(w, { op: 'removeMixins', mixins: [type] }, made.has(type))) === undefined) return;
      made.delete(type);
      for (const [path, thing] of things) things.set(path, { ...thing, mixins: without(thing.mixins, type) });
      return;
    }
    case 'deleteAll': {
      const shared = op.at === '/notice/';
      await tried(w, { op: 'deleteAll', path: op.at, query: {} }, !shared);
      if (shared) return;
      for (const [path, thing] of things) {
        if (op.at === '/tag/') things.set(path, { ...thing, mixins: without(thing.mixins, TAG) });
        else if (path.startsWith(op.at)) gone(model, path);
      }
    }
  }
}

async function members(w: World, model: Model, op: Extract<Op, { do: 'members' }>): Promise<void> {
  const { things } = model;
  const type = mixinOf(op.mixin);
  const paths = [...new Set(op.which.flatMap((which) => pick(model, which, ['task', 'notice', 'ribbon']) ?? []))];
  if (paths.length === 0) return;
  const request: OcciRequest = { op: op.op, path: LOCATIONS.get(type) ?? '', members: paths };
  const named = paths.map((path) => things.get(path)).filter((thing) => thing !== undefined);
  const adds = op.op !== 'disassociate';
  // The stars cannot be given here, so only those that have them already may be named.
  const can = named.every((thing) => thing.mixins.has(type) || (fits(thing.kind, type) && type !== STARRED));
  if ((await tried(w, request, known(model, type) && (!adds || can))) === undefined) return;
  for (const [path, thing] of things) {
    const stays = op.op === 'replaceMembers' ? paths.includes(path) : thing.mixins.has(type);
    const has = paths.includes(path) ? adds : stays;
    things.set(path, { ...thing, mixins: has ? new Set([...thing.mixins, type]) : without(thing.mixins, type) });
  }
}

function without(types: ReadonlySet<TypeId>, type: TypeId): ReadonlySet<TypeId> {
  return new Set([...types].filter((each) => each !== type));
}

/** With its links, at either end; links of links go too, though only one step. */
function gone(model: Model, path: string): void {
  const link = model.things.get(path)?.kind === 'ribbon';
  model.things.delete(path);
  if (link) return;
  for (const [other, { ends }] of model.things) if (ends?.includes(path) === true) model.things.delete(other);
}

function snapshot(model: Model): string {
  return JSON.stringify([...model.things].map(([path, thing]) => [path, { ...thing, mixins: [...thing.mixins] }]));
}

/** Everything that can be read agrees with the model. */
async function compare(w: World, model: Model): Promise<void> {
  const outcome = await w.ask({ op: 'list', path: '/', query: {} });
  const views = outcome.type === 'collection' ? outcome.views : [];
  const seen = new Map(views.map((view) => [view.path, view]));
  expect([...seen.keys()].sort()).to.deep.equal([...model.things.keys()].sort());
  for (const [path, thing] of model.things) {
    const view = seen.get(path);
    if (view === undefined) throw new Error(`${path} is missing`);
    expect([...view.record.mixins].sort(), path).to.deep.equal([...thing.mixins].sort());
    expect(view.record.title, path).to.equal(thing.title);
    const out = [...model.things].filter(([, { ends }]) => ends?.[0] === path).map(([link]) => link);
    expect(view.links.map((link) => link.path).sort(), path).to.deep.equal(thing.kind === 'ribbon' ? [] : out.sort());
    if (thing.ends !== undefined)
      expect([view.record.source?.location, view.record.target?.location]).to.deep.equal(thing.ends);
    expect('starred.stars' in view.record.attributes, path).to.equal(thing.mixins.has(STARRED));
    expect('rated.by' in view.record.attributes, path).to.equal(thing.mixins.has(RATED) || thing.mixins.has(STARRED));
  }
  for (const [type, path] of LOCATIONS) {
    if (!known(model, type)) continue;
    const list = await w.ask({ op: 'list', path, query: { shallow: true } });
    const carriers = [...model.things].filter(([, thing]) => thing.mixins.has(type)).map(([each]) => each);
    expect(list.type === 'collection' && list.views.map((view) => view.path).sort()).to.deep.equal(carriers.sort());
  }
  const found = await w.ask({ op: 'discover', filter: MINE });
  expect(found.type === 'categories' && found.mixins.length).to.equal(model.made.size);
}

describe('engine: any sequence of operations', () => {
  it('leaves what a simple model says: ids, titles, mixins, links, attributes', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
        const w = world();
        const model: Model = { things: new Map(), made: new Set() };
        for (const op of operations) {
          const before = snapshot(model);
          const writes = w.store.writes;
          await step(w, model, op);
          // What was refused, and what changes nothing, writes nothing.
          if (w.store.writes > writes && op.do !== 'put' && op.do !== 'post' && op.do !== 'move')
            expect(snapshot(model), JSON.stringify(op)).to.not.equal(before);
        }
        await compare(w, model);
      }),
      { numRuns: 150 },
    );
  });
});
