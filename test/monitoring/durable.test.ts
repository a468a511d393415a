import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { types } from '../../src/monitoring/names.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { openEmbeddedStore, type EmbeddedStore } from '../../src/store/embedded/index.ts';
import { HandClock } from '../support/hand-clock.ts';
import { levelOf, MonitoringWorld } from '../support/monitoring-world.ts';

describe('monitoring over the embedded store', () => {
  let folder: string;
  let store: EmbeddedStore | undefined;
  const clock = new HandClock();
  const open = async (): Promise<MonitoringWorld> => {
    store = await openEmbeddedStore({
      folder,
      log: silentLogger,
      clock,
      onFailure: (why) => {
        throw why;
      },
    });
    return new MonitoringWorld({ store: store.entities, samples: store.samples }, clock);
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-monitoring-'));
  });
  after(async () => {
    await store?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps instruments, measurements and pushed samples over a restart', async () => {
    const level = levelOf('cpu', { metric: 'cpu.used', from: ['broker', 'eu-1'] });
    const first = await open();
    await first.monitoring.start();
    const { sla } = await first.sla([level], {}, 2);
    await first.monitoring.instruments.install(sla);
    const fed = (await first.all(types.collector)).find(
      ({ mixins, attributes }) =>
        mixins.includes(types.push) && attributes['org.parley.collector.instance'] === 'web/0',
    );
    if (fed === undefined) throw new Error('nothing to feed');
    const answer = await first.push(fed, { vantage: 'eu-1', samples: [['2026-11-20T09:59:00Z', 0.5]] });
    expect(answer).to.include({ stored: 1 });
    while (!(await first.monitoring.instruments.delivering(sla)).ready) await clock.advance(10_000);
    await first.monitoring.stop();
    await store?.close();

    const second = await open();
    expect((await second.monitoring.instruments.delivering(sla)).ready).to.equal(true);
    await second.monitoring.instruments.install(sla);
    expect(await second.all(types.collector)).to.have.length(4);
    expect(await second.csv(fed)).to.equal(
      'time,instance,metric,vantage,value\n2026-11-20T09:59:00Z,web/0,cpu.used,eu-1,0.5\n',
    );
    const found = await second.monitoring.index.seriesFor(sla, level);
    expect(found.map(({ instance, vantage }) => `${instance} ${vantage}`)).to.have.members([
      'web/0 broker',
      'web/1 broker',
      'web/0 eu-1',
    ]);
    await second.monitoring.start();
    expect(second.monitoring.figures().collectors).to.equal(2);
    await second.monitoring.instruments.remove(sla);
    expect(second.monitoring.figures().collectors).to.equal(0);
    await second.monitoring.stop();
  });
});
