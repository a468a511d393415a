import { expect } from 'chai';
import type { View } from '../../src/occi/request.ts';
import type { Json } from '../../src/shared/json.ts';
import { brokerWorld, exampleCfp, type BrokerWorld } from '../support/broker-world.ts';
import { settle } from '../support/hand-clock.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { mortal } from '../support/mortal-store.ts';
import { testHost } from '../support/vendor-world.ts';

const CFP = 'org.parley.cfp.';
const INVITATION = 'http://schemas.parley.org/occi/broker#invitation' as never;

const ranking = (cfp: View): string[] => cfp.projection.attributes[`${CFP}ranking`] as unknown as string[];
const vendorsOf = (proposals: readonly View[], ids: readonly string[]): (string | undefined)[] =>
  ids.map((id) => proposals.find(({ record }) => id.endsWith(record.id))?.record.vendor);
const statesOf = (proposals: readonly View[]): string[] =>
  proposals.map(({ record }) => `${record.vendor ?? ''} ${record.state ?? ''}`).sort();
const budget = (amount: string): Json => ({ amount, currency: 'EUR', per: 'month' });
const VENDORS = [
  { id: 'dear', plugin: 'instant', config: { price: '20.00' } },
  { id: 'cheap', plugin: 'instant', config: { price: '10.00' } },
  { id: 'market', plugin: 'instant', config: { price: '12.00', awardable: false } },
];

describe('a service that is killed while a call is revised', () => {
  for (const keepvalid of [false, true])
    it(`ends in the same state, whichever write was the last (keepvalid ${keepvalid})`, async () => {
      const document = exampleCfp({ [`${CFP}keepvalid`]: keepvalid });
      const summary = async (world: BrokerWorld, cfp: View): Promise<unknown> => {
        const proposals = await world.proposals(cfp);
        const rows = await world.store.list({ kinds: [INVITATION], parent: cfp.record.id, limit: 50 });
        return {
          ranking: vendorsOf(proposals, ranking(cfp)).sort(),
          proposals: statesOf(proposals),
          answers: (cfp.projection.attributes[`${CFP}answers`] as unknown as { vendor: string }[])
            .map(({ vendor }) => vendor)
            .sort(),
          open: rows.items.filter(({ state }) => state === 'sent' || state === 'sending').length,
          budget: cfp.projection.attributes[`${CFP}budget`],
        };
      };
      const go = async (death?: { at: number; moment: 'before' | 'after' }): Promise<[unknown, number]> => {
        const store = new MemoryStore();
        const host = await testHost(VENDORS);
        const first = await brokerWorld({ store, sharedHost: host });
        const cfp = await first.until((await first.post(document)).path, 'ranked');
        await settle(20);
        await first.stop();
        const dying = mortal(store, death);
        const second = await brokerWorld({ store: dying.store, sharedHost: host });
        const revising = second.act(cfp.path, 'revise', { changes: { [`${CFP}budget`]: budget('50.00') } });
        if (death === undefined) {
          await revising;
          const done = await second.until(cfp.path, 'ranked');
          await settle(50);
          const result = await summary(second, done);
          await second.stop();
          await host.close();
          return [result, dying.writes()];
        }
        revising.catch(() => undefined);
        await dying.dead;
        second.broker.stop().catch(() => undefined);
        second.sla.stop().catch(() => undefined);
        await second.sweeper.stop(0);
        const third = await brokerWorld({ store, sharedHost: host, start: true });
        if (death.at === 1 && death.moment === 'before') {
          // Nothing was acknowledged and nothing was stored: it is asked for again.
          expect((await third.get(cfp.path)).record).to.deep.equal(cfp.record);
          await third.act(cfp.path, 'revise', { changes: { [`${CFP}budget`]: budget('50.00') } });
        }
        const done = await third.until(cfp.path, 'ranked');
        const result = await summary(third, done);
        await third.stop();
        await host.close();
        return [result, dying.writes()];
      };
      const [wanted, writes] = await go();
      expect(writes).to.be.greaterThan(2);
      for (let at = 1; at <= writes; at += 1)
        for (const moment of ['before', 'after'] as const)
          expect((await go({ at, moment }))[0], `write ${at} ${moment}`).to.deep.equal(wanted);
    }).timeout(60_000);
});
