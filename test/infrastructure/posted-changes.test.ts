import { expect } from 'chai';
import { OS_TPL } from '../../src/infrastructure/names.ts';
import { typeId } from '../../src/shared/ids.ts';
import { caller, entityOf, refusal } from '../occi/world.ts';
import { act, BIG, LINUX, patch, post, posted, put, read, running, settle, tag } from './posted-world.ts';

describe('infrastructure: changing, saving and deleting what was posted', () => {
  describe('an update', () => {
    it('names and tags what runs, and a full one leaves it what it is', async () => {
      const w = await posted();
      const path = await running(w);
      expect(
        entityOf(await patch(w, path, { attributes: { 'occi.compute.hostname': 'a.example' } })).record.state,
      ).to.equal('active');
      const { record } = entityOf(await put(w, path, { title: 'T' }));
      expect([record.title, record.attributes['occi.compute.cores'], record.mixins.includes(LINUX)]).to.deep.equal([
        'T',
        1,
        true,
      ]);
      expect(record.attributes).not.to.have.property('occi.compute.hostname');
    });

    it('changes sizes of what is stopped; of what runs it is a 409 that names the way', async () => {
      const w = await posted();
      const path = await running(w);
      const more = { attributes: { 'occi.compute.cores': 4 } };
      const error = await refusal(patch(w, path, more));
      expect([error.status, error.problems[0]?.path, error.extra['moves']]).to.deep.equal([
        409,
        '/attributes/occi.compute.cores',
        ['stop'],
      ]);
      await act(w, path, 'stop');
      expect(entityOf(await patch(w, path, more)).record.attributes['occi.compute.cores']).to.equal(4);
      const { record } = entityOf(await patch(w, path, { mixins: [BIG] }));
      expect(record.attributes).to.include({ 'occi.compute.cores': 8, 'occi.compute.memory': 32 });
      expect(w.vendors.asked.slice(-2)).to.deep.equal([
        'change {"occi.compute.cores":4}',
        'change {"occi.compute.cores":8,"occi.compute.memory":32}',
      ]);
    });

    it('moves nothing to another vendor or template', async () => {
      const w = await posted();
      const path = await running(w);
      expect((await refusal(patch(w, path, { mixins: [tag('other')] }))).code).to.equal('vendor_fixed');
      const bsd = typeId('http://example.org/other/template#bsd');
      expect((await refusal(patch(w, path, { mixins: [bsd] }))).code).to.equal('vendor_fixed');
    });
  });

  it('saves an instance as a template of its tenant, which is there after a restart', async () => {
    const w = await posted();
    const path = await running(w);
    const answer = await act(w, path, 'save', { name: 'Mine' });
    const mixin = answer.type === 'categories' ? answer.mixins[0] : undefined;
    expect(mixin).to.deep.include({ term: 'mine-1', title: 'Mine', depends: [OS_TPL], tenant: 'default' });
    const mine = typeId('http://example.org/acme/template#mine-1');
    for (const each of [w, await w.again()]) {
      const found = await each.ask({ op: 'discover' });
      expect(found.type === 'categories' && found.mixins.some(({ term }) => term === 'mine-1')).to.equal(true);
      const copy = await post(each, '/compute/', { mixins: [mine] });
      await settle(w);
      expect((await read(each, copy)).state).to.equal('active');
      const theirs = { caller: caller('customer', 'elsewhere') };
      const documents = [{ mixins: [mine], attributes: {} }];
      expect((await refusal(each.ask({ op: 'create', path: '/compute/', documents }, theirs))).status).to.equal(404);
    }
    const plain = await post(w, '/compute/');
    expect((await refusal(act(w, plain, 'save'))).code).to.equal('not_provisioned');
    w.vendors.next.set('save', [{ type: 'refused', code: 'unsupported', detail: 'no', passing: false }]);
    expect(await refusal(act(w, path, 'save'))).to.include({ status: 409, code: 'not_supported' });
  });

  describe('DELETE', () => {
    it('asks the vendor for nothing that it was never asked to make', async () => {
      const w = await posted();
      const path = await post(w, '/compute/');
      await w.ask({ op: 'delete', path });
      await w.clock.advance(5000);
      await w.sweep();
      expect([w.vendors.asked, await w.stored(path)]).to.deep.equal([[], undefined]);
    });

    it('waits for what is being made, and takes it back', async () => {
      const w = await posted();
      let go = (): void => undefined;
      w.vendors.hold = new Promise((resolve) => (go = resolve));
      const posting = post(w, '/compute/', { mixins: [LINUX] });
      go();
      const path = await posting;
      w.vendors.hold = new Promise((resolve) => (go = resolve));
      const gone = w.ask({ op: 'delete', path });
      await settle(w);
      go();
      await gone;
      await settle(w);
      expect([w.vendors.made.size, await w.stored(path)]).to.deep.equal([0, undefined]);
    });

    it('takes links with it, and frees the id for a PUT', async () => {
      const w = await posted();
      const compute = await running(w);
      const storage = await post(w, '/storage/', { attributes: { 'occi.storage.size': 1 } });
      const link = await post(w, '/storagelink/', { source: { location: compute }, target: { location: storage } });
      await w.clock.advance(1000);
      await settle(w);
      await w.ask({ op: 'delete', path: compute });
      expect([...w.vendors.made.values()].map(({ order }) => order.kind)).to.have.length(1);
      expect((await refusal(w.ask({ op: 'read', path: link }))).status).to.equal(404);
      await put(w, compute, { mixins: [LINUX] });
      await settle(w);
      expect((await read(w, compute)).state).to.equal('active');
    });
  });
});
