import { writeSync } from 'node:fs';
import { creation, newId, record } from '../../contract/store/records.ts';
import { tenantId, type EntityId } from '../../../src/shared/ids.ts';
import type { SeriesId } from '../../../src/archive/store.ts';
import { openStore } from './folder.ts';

/** A line of the writing child: one thing that the store has acknowledged. */
export type Said =
  | { readonly what: 'family'; readonly parent: EntityId; readonly members: number }
  | { readonly what: 'update'; readonly id: EntityId; readonly rev: number }
  | { readonly what: 'samples'; readonly series: readonly SeriesId[]; readonly from: number; readonly count: number }
  | { readonly what: 'value'; readonly key: string; readonly value: string };

export const TENANT = tenantId('crash');
/** Small families are written one by one, large ones by way of the log. */
export const FAMILIES: readonly number[] = [3, 40];

const [, , what, folder = ''] = process.argv;
if (what === 'hold') {
  await openStore(folder);
  say('held');
} else if (what === 'write') await writeUntilKilled();

function say(line: string): void {
  // Written at once: what was acknowledged must not be lost with the process.
  writeSync(1, `${line}\n`);
}

async function writeUntilKilled(): Promise<void> {
  const store = await openStore(folder);
  const acknowledge = (said: Said): void => {
    say(JSON.stringify(said));
  };

  async function families(): Promise<never> {
    for (let turn = 0; ; turn++) {
      const parent = newId();
      const members = Array.from({ length: FAMILIES[turn % FAMILIES.length] ?? 0 }, () =>
        record({ tenant: TENANT, parent, summary: 'x'.repeat(2000) }),
      );
      await store.entities.write(members.map((each) => creation(each, { event: 'org.parley.cfp.draft' })));
      acknowledge({ what: 'family', parent, members: members.length });
    }
  }

  async function updates(): Promise<never> {
    let current = record({ tenant: TENANT });
    await store.entities.write([creation(current)]);
    for (;;) {
      const next = { ...current, rev: current.rev + 1 };
      await store.entities.write([{ op: 'update', record: next, expect: { rev: current.rev } }]);
      current = next;
      acknowledge({ what: 'update', id: current.id, rev: current.rev });
    }
  }

  async function samples(): Promise<never> {
    const collector = newId();
    const series = await Promise.all(
      ['a', 'b'].map((channel) => store.samples.series({ tenant: TENANT, collector, channel, vantage: 'here' })),
    );
    for (let from = 0; ; from += 1000) {
      const count = 300;
      const batch = series.map((id) => ({
        series: id,
        samples: Array.from({ length: count }, (_, index) => ({ at: from + index, value: (from + index) % 11 })),
      }));
      await store.samples.append(batch);
      acknowledge({ what: 'samples', series, from, count });
      if (from % 7000 === 0) await store.samples.read(series[0] as SeriesId, 0, from);
    }
  }

  async function values(): Promise<never> {
    const key = newId();
    for (let count = 1; ; count++) {
      await store.values.set('crash', key, String(count));
      acknowledge({ what: 'value', key, value: String(count) });
    }
  }

  await Promise.all([families(), families(), families(), updates(), updates(), samples(), samples(), values()]);
}
