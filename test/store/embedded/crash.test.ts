import { expect } from 'chai';
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts';
import { FAMILIES, TENANT, type Said } from './child.ts';
import { startChild } from './child-process.ts';
import { newFolder, openStore, removeFolder } from './folder.ts';

/** After how many acknowledgements the writing process is killed, one life after another on one folder. */
const LIVES = [1, 40, 300, 900, 2000];

describe('embedded: crash', function () {
  this.timeout(60_000);
  let folder: string;

  before(async () => {
    folder = await newFolder();
  });
  after(() => removeFolder(folder));

  const all: Said[] = [];
  for (const count of LIVES) {
    it(`keeps everything acknowledged and nothing by halves, killed after ${count} acknowledgements`, async () => {
      const child = startChild('write', folder);
      const lines: string[] = [];
      while (lines.length < count) lines.push((await child.line()) ?? expect.fail('the child has ended by itself'));
      lines.push(...(await child.kill()));
      all.push(...lines.map((line) => JSON.parse(line) as Said));

      const store = await openStore(folder);
      try {
        await expectKept(store, all);
        await expectWhole(store, all);
      } finally {
        await store.close();
      }
    });
  }
});

async function expectKept(store: EmbeddedStore, said: readonly Said[]): Promise<void> {
  const revs = new Map<string, number>();
  const values = new Map<string, string>();
  for (const each of said) {
    switch (each.what) {
      case 'family':
        expect(await store.entities.count({ parent: each.parent })).to.equal(each.members);
        break;
      case 'update':
        revs.set(each.id, each.rev);
        break;
      case 'samples':
        for (const series of each.series) {
          const block = await store.samples.read(series, each.from, each.from + 1000);
          expect(block.times).to.have.lengthOf(each.count);
        }
        break;
      case 'value':
        values.set(each.key, each.value);
        break;
    }
  }
  for (const each of said) {
    if (each.what !== 'update') continue;
    expect((await store.entities.get(each.id))?.rev).to.be.at.least(revs.get(each.id) ?? 0);
  }
  for (const [key, value] of values) {
    expect(Number(await store.values.get('crash', key))).to.be.at.least(Number(value));
  }
}

/** What was not acknowledged is there whole or not at all. */
async function expectWhole(store: EmbeddedStore, said: readonly Said[]): Promise<void> {
  const children = new Map<string, number>();
  let created = 0;
  let after: string | undefined;
  do {
    const query = { tenant: TENANT, limit: 500 };
    const page = await store.entities.list(after === undefined ? query : { ...query, after });
    for (const { parent, summary } of page.items) {
      if (parent === undefined) continue;
      expect(summary).to.have.lengthOf(2000);
      children.set(parent, (children.get(parent) ?? 0) + 1);
      created++;
    }
    after = page.next;
  } while (after !== undefined);
  expect(FAMILIES).to.include.members([...new Set(children.values())]);

  const events = await store.entities.events({ tenant: TENANT, after: 0, limit: 1_000_000 });
  expect(events).to.have.lengthOf(created);
  events.forEach((event, index) => {
    if (event.sequence !== index + 1) expect.fail(`event ${event.sequence} stands at ${index + 1}`);
  });

  const batches = new Map(
    said.flatMap((each) => (each.what === 'samples' ? [[each.series.join(), each.series] as const] : [])),
  );
  for (const series of batches.values()) {
    const blocks = await Promise.all(series.map((id) => store.samples.read(id, 0, 1e15)));
    expect(new Set(blocks.map(({ times }) => times.length)).size, 'a batch in one series only').to.equal(1);
    for (const { times, values } of blocks) {
      expect(times.length % 300, 'a batch of samples by halves').to.equal(0);
      times.forEach((at, index) => {
        if (values[index] !== at % 11) expect.fail(`the sample at ${at} is ${values[index] ?? 'missing'}`);
      });
    }
  }
}
