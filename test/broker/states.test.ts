import { expect } from 'chai';
import { cfpStates, invitationStates, proposalStates } from '../../src/broker/states.ts';
import type { StateTable } from '../../src/shared/state-machine.ts';
import { slaStates } from '../../src/sla/states.ts';
import { brokerWorld, exampleCfp } from '../support/broker-world.ts';
import { cfpActions, proposalActions } from '../../src/broker/model.ts';
import { agreementActions, slaActions } from '../../src/sla/model.ts';

const tables: readonly StateTable<string, string>[] = [cfpStates, invitationStates, proposalStates, slaStates];

/** The rows of the published tables; every one of them is in the code, and no other. */
const rows: Readonly<Record<string, readonly string[]>> = {
  cfp: ['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8', 'C9', 'C10', 'C11', 'C12', 'C13', 'C14'],
  proposal: ['P1', 'P2', 'P2b', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10', 'P11', 'P12'],
  sla: Array.from({ length: 19 }, (_, at) => `S${at + 1}`),
  invitation: Array.from({ length: 10 }, (_, at) => `I${at + 1}`),
};

describe('the state tables', () => {
  for (const table of tables) {
    describe(table.name, () => {
      it('has every row of the documentation, and no other', () => {
        expect([...new Set(table.moves.map(({ row }) => row))]).to.have.members([...(rows[table.name] ?? [])]);
      });

      it('reaches every state from nothing', () => {
        const reached = new Set<string | null>([null]);
        for (let before = 0; before < reached.size;) {
          before = reached.size;
          for (const { from, to } of table.moves) if (reached.has(from)) reached.add(to);
        }
        expect(table.states.filter((state) => !reached.has(state))).to.deep.equal([]);
      });

      it('leaves no terminal state, and can leave every other', () => {
        for (const state of table.states) {
          const out = table.moves.filter(({ from }) => from === state);
          if (table.terminal.includes(state)) expect(out, state).to.deep.equal([]);
          else expect(out, state).to.not.be.empty;
        }
      });

      it('names no state that it does not have, and no move twice', () => {
        const seen = new Set<string>();
        for (const { from, to, on, by } of table.moves) {
          if (from !== null) expect(table.states).to.include(from);
          expect(table.states).to.include(to);
          expect(by).to.not.be.empty;
          const key = `${String(from)} ${on} ${to}`;
          expect(seen.has(key), key).to.equal(false);
          seen.add(key);
        }
      });
    });
  }

  it('know every action, so that none is shown where it cannot be', () => {
    const triggers = (table: StateTable<string, string>): string[] => table.moves.map(({ on }) => on);
    expect(triggers(cfpStates)).to.include.members(cfpActions.map(({ term }) => term));
    expect(triggers(proposalStates)).to.include.members(proposalActions.map(({ term }) => term));
    expect(triggers(slaStates)).to.include.members([...agreementActions, ...slaActions].map(({ term }) => term));
  });

  it('hold for everything that really happens', async () => {
    const world = await brokerWorld({
      vendors: [
        { id: 'first', plugin: 'instant', config: { price: '5.00', rejectAccept: 'sold_out' } },
        { id: 'second', plugin: 'instant', config: { price: '6.00', failProvision: -1 } },
        { id: 'third', plugin: 'instant', config: { price: '7.00' } },
        { id: 'bad', plugin: 'garbage' },
        { id: 'market', plugin: 'instant', config: { awardable: false } },
      ],
    });
    const rules = { ref: 'balanced@1', override: { award: { mode: 'auto', failover: 3 } } };
    const cfp = await world.until((await world.post(exampleCfp({ 'org.parley.cfp.rules': rules }))).path, 'awarded');
    await world.until(cfp.path, 'awarded');
    const all = await world.store.list({ limit: 500, hidden: 'with' });
    let checked = 0;
    for (const record of all.items) {
      const table = tables.find(({ name }) => record.kind.endsWith(`#${name}`));
      if (table === undefined) continue;
      for (const { from, to } of await world.store.history(record.id)) {
        if (from === to && from !== null) continue;
        checked += 1;
        expect(
          table.moves.some((move) => move.from === from && move.to === to),
          `${table.name} ${String(from)} to ${String(to)}`,
        ).to.equal(true);
      }
    }
    expect(checked).to.be.greaterThan(20);
    await world.stop();
  });
});
