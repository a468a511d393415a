import { expect } from 'chai';
import type { EntityRecord } from '../../../src/occi/entity.ts';
import type { Write } from '../../../src/occi/store.ts';
import { principalId, tenantId, typeId, type EntityId } from '../../../src/shared/ids.ts';
import { Recent } from '../../../src/store/embedded/recent.ts';

const id = (number: number): EntityId => `01a1ff3c-7fcd-7178-a82e-${String(number).padStart(12, '0')}` as EntityId;

const record = (number: number, more: Partial<EntityRecord> = {}): EntityRecord => ({
  id: id(number),
  kind: typeId('http://example.org/occi/test#machine'),
  mixins: [],
  tenant: tenantId('acme'),
  owner: principalId('somebody'),
  rev: 1,
  attributes: {},
  internal: {},
  hidden: false,
  created: 0,
  updated: 0,
  ...more,
});

const parse = (json: string): EntityRecord => JSON.parse(json) as EntityRecord;
const create = (made: EntityRecord): Write => ({ op: 'create', record: made });
const update = (made: EntityRecord): Write => ({ op: 'update', record: made, expect: { rev: made.rev - 1 } });

describe('embedded store: what was read of late', () => {
  const read = (recent: Recent, made: EntityRecord | null): Promise<EntityRecord | undefined> =>
    recent.read(id(1), () => Promise.resolve(made === null ? null : JSON.stringify(made)), parse);

  it('is given again until it is written or removed', async () => {
    const recent = new Recent();
    expect(await read(recent, record(1))).to.deep.equal(record(1));
    expect(recent.record(id(1))).to.deep.equal(record(1));
    recent.forget([update(record(1, { rev: 2 }))]);
    expect(recent.record(id(1))).to.equal(undefined);
    await read(recent, record(1, { rev: 2 }));
    expect(recent.record(id(1))?.rev).to.equal(2);
    recent.forget([{ op: 'remove', id: id(1) }]);
    expect(recent.record(id(1))).to.equal(undefined);
    expect(await read(recent, null)).to.equal(undefined);
    expect(recent.record(id(1))).to.equal(undefined);
  });

  it('is not what was found out before it was created', async () => {
    const recent = new Recent();
    let answer: (json: string | null) => void = () => undefined;
    const early = recent.read(id(1), () => new Promise((resolve) => (answer = resolve)), parse);
    recent.forget([create(record(1))]);
    const later = read(recent, record(1));
    answer(null);
    expect(await early).to.equal(undefined);
    expect(await later).to.deep.equal(record(1));
  });

  it('is not kept if it was written while it was read, and those who ask later read anew', async () => {
    const recent = new Recent();
    let answer: (json: string) => void = () => undefined;
    let reads = 0;
    const slowly = (): Promise<EntityRecord | undefined> =>
      recent.read(
        id(1),
        () => {
          reads += 1;
          return new Promise((resolve) => (answer = resolve));
        },
        parse,
      );
    const first = slowly();
    const together = slowly();
    expect(reads).to.equal(1);
    const early = answer;
    recent.forget([update(record(1, { rev: 2 }))]);
    const later = slowly();
    expect(reads).to.equal(2);
    answer(JSON.stringify(record(1, { rev: 2 })));
    expect((await later)?.rev).to.equal(2);
    early(JSON.stringify(record(1)));
    expect([(await first)?.rev, (await together)?.rev]).to.deep.equal([1, 1]);
    expect(recent.record(id(1))?.rev).to.equal(2);
  });

  it('a read that failed is not remembered', async () => {
    const recent = new Recent();
    const failed = await recent.read(id(1), () => Promise.reject(new Error('disk')), parse).catch(() => 'failed');
    expect(failed).to.equal('failed');
    expect(await read(recent, record(1))).to.deep.equal(record(1));
  });

  it('stays within its bounds', async () => {
    const recent = new Recent();
    for (let at = 0; at < 20_000; at += 1)
      await recent.read(id(at), () => Promise.resolve(JSON.stringify(record(at))), parse);
    const kept = Array.from({ length: 20_000 }, (_, at) => recent.record(id(at))).filter((one) => one !== undefined);
    expect(kept.length).to.be.within(1000, 8192);
    const huge = record(1, { attributes: { text: 'x'.repeat(1_000_000) } });
    recent.forget([update(record(1))]);
    await read(recent, huge);
    expect(recent.record(id(1))).to.equal(undefined);
  });

  describe('links of a resource', () => {
    const link = (number: number, from: string, rev = 1): EntityRecord =>
      record(number, { rev, source: { location: from }, target: { location: '/machine/9' } });
    const readLinks = async (recent: Recent, path: string, items: readonly EntityRecord[]): Promise<void> => {
      await recent.readLinks(path, () => Promise.resolve({ items }));
    };

    it('are kept, and forgotten when one comes, changes, moves or goes', async () => {
      const recent = new Recent();
      const kept = (): boolean[] => ['/a', '/b'].map((path) => recent.linksFrom(path) !== undefined);
      const fill = async (): Promise<void> => {
        await readLinks(recent, '/a', [link(1, '/a')]);
        await readLinks(recent, '/b', []);
      };
      await fill();
      expect(recent.linksFrom('/a')?.items).to.deep.equal([link(1, '/a')]);
      recent.forget([update(record(7, { rev: 2 }))]);
      expect(kept()).to.deep.equal([true, true]);
      for (const [write, left] of [
        [create(link(2, '/b')), [true, false]],
        [update(link(1, '/a', 2)), [false, true]],
        [update(link(1, '/b', 2)), [false, false]],
        [update({ ...link(1, '/c', 2), hidden: true }), [false, true]],
        [{ op: 'remove', id: id(1) }, [false, true]],
      ] as const) {
        await fill();
        recent.forget([write]);
        expect(kept(), JSON.stringify(write)).to.deep.equal(left);
      }
    });

    it('are not kept where any link was written meanwhile, nor a first page of more', async () => {
      for (const write of [create(link(2, '/x')), { op: 'remove', id: id(3) }] as const) {
        const recent = new Recent();
        let answer: (page: { items: EntityRecord[] }) => void = () => undefined;
        const reading = recent.readLinks('/a', () => new Promise((resolve) => (answer = resolve)));
        recent.forget([write]);
        answer({ items: [link(1, '/a')] });
        expect((await reading).items).to.have.length(1);
        expect(recent.linksFrom('/a')).to.equal(undefined);
      }
      const recent = new Recent();
      await recent.readLinks('/a', () => Promise.resolve({ items: [link(1, '/a')], next: 'more' }));
      expect(recent.linksFrom('/a')).to.equal(undefined);
    });
  });
});
