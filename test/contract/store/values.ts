import { expect } from 'chai';
import type { KeyValueStore } from '../../../src/occi/store.ts';
import { newId, type StoreUnderTest } from './records.ts';

/** Every promise of the key-value port, for any implementation. `open` gives a new, empty store. */
export function describeKeyValueStore(name: string, open: () => Promise<StoreUnderTest<KeyValueStore>>): void {
  describe(`${name}: key-value store`, () => {
    let store: KeyValueStore;
    let close: () => Promise<void>;

    before(async () => {
      const opened = await open();
      store = opened.port;
      close = () => opened.close();
    });
    after(() => close());

    it('keeps a text under space and key', async () => {
      const [space, other] = [newId(), newId()];
      expect(await store.get(space, 'a')).to.equal(undefined);
      expect(await store.set(space, 'a', 'one')).to.equal(true);
      expect(await store.set(space, 'a', 'two')).to.equal(true);
      expect(await store.get(space, 'a')).to.equal('two');
      expect(await store.get(other, 'a')).to.equal(undefined);
    });

    it('keeps any text', async () => {
      const space = newId();
      for (const text of [
        '',
        ' ',
        'nul \u0000 within',
        '"quoted" \\ and\nlines',
        'ÅÄÖ 🖥',
        '%_*',
        'x'.repeat(100_000),
      ]) {
        expect(await store.set(space, `key ${text.slice(0, 50)}`, text)).to.equal(true);
        expect(await store.get(space, `key ${text.slice(0, 50)}`)).to.equal(text);
      }
    });

    it('sets only over what was expected', async () => {
      const space = newId();
      expect(await store.set(space, 'a', 'one', 'none')).to.equal(false);
      expect(await store.get(space, 'a')).to.equal(undefined);
      expect(await store.set(space, 'a', 'one', null)).to.equal(true);
      expect(await store.set(space, 'a', 'two', null)).to.equal(false);
      expect(await store.set(space, 'a', 'two', 'one')).to.equal(true);
      expect(await store.set(space, 'a', 'three', 'one')).to.equal(false);
      expect(await store.get(space, 'a')).to.equal('two');
    });

    it('lets one of many win', async () => {
      const space = newId();
      const won = await Promise.all(Array.from({ length: 20 }, (_, index) => store.set(space, 'a', `${index}`, null)));
      expect(won.filter(Boolean)).to.have.lengthOf(1);
      expect(await store.get(space, 'a')).to.equal(String(won.indexOf(true)));
    });

    it('deletes, and only what was expected', async () => {
      const space = newId();
      expect(await store.delete(space, 'a')).to.equal(false);
      await store.set(space, 'a', 'one');
      expect(await store.delete(space, 'a', 'two')).to.equal(false);
      expect(await store.delete(space, 'a', 'one')).to.equal(true);
      expect(await store.get(space, 'a')).to.equal(undefined);
      await store.set(space, 'a', 'one');
      expect(await store.delete(space, 'a')).to.equal(true);
    });

    it('lists a space by key, all of it or what begins alike', async () => {
      const space = newId();
      for (const key of ['b/2', 'a', 'b/1', 'b', 'c%', 'b_1']) await store.set(space, key, key.toUpperCase());
      await store.set(newId(), 'b/3', 'other space');
      expect((await store.entries(space)).map(([key]) => key)).to.deep.equal(['a', 'b', 'b/1', 'b/2', 'b_1', 'c%']);
      expect(await store.entries(space, 'b/')).to.deep.equal([
        ['b/1', 'B/1'],
        ['b/2', 'B/2'],
      ]);
      expect(await store.entries(space, 'b_')).to.deep.equal([['b_1', 'B_1']]);
      expect(await store.entries(space, 'd')).to.deep.equal([]);
    });
  });
}
