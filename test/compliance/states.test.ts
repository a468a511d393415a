import { expect } from 'chai';
import type { StateTable } from '../../src/shared/state-machine.ts';
import { creditStates, exclusionStates, reportStates, violationStates } from '../../src/compliance/states.ts';
import { creditActions, exclusionActions, violationActions } from '../../src/compliance/model.ts';

const tables: readonly StateTable<string, string>[] = [violationStates, creditStates, exclusionStates, reportStates];

describe('state tables of compliance', () => {
  for (const table of tables) {
    it(`${table.name}: every state is known, reached, and left unless it is terminal`, () => {
      for (const move of table.moves) {
        expect(table.states).to.include(move.to);
        if (move.from !== null) expect(table.states).to.include(move.from);
        expect(move.by).to.not.be.empty;
      }
      const reached = new Set<string | null>([null]);
      for (let before = 0; before < reached.size;) {
        before = reached.size;
        for (const move of table.moves) if (reached.has(move.from)) reached.add(move.to);
      }
      expect([...table.states].filter((state) => !reached.has(state))).to.deep.equal([]);
      for (const state of table.terminal) expect(table.moves.filter((move) => move.from === state)).to.deep.equal([]);
    });

    it(`${table.name}: whoever asks for the same thing in the same state gets one answer`, () => {
      const seen = new Map<string, string>();
      for (const { from, on, to } of table.moves) {
        const key = `${String(from)} ${on}`;
        // A decision names its outcome, and so does a settlement.
        if (on !== 'decide' && on !== 'settle') expect(seen.get(key) ?? to, key).to.equal(to);
        seen.set(key, to);
      }
    });
  }

  it('know the actions that clients have', () => {
    const triggers = (table: StateTable<string, string>) => table.moves.map((move) => move.on);
    expect(triggers(violationStates)).to.include.members(violationActions.map((each) => each.term));
    expect(triggers(creditStates)).to.include.members(creditActions.map((each) => each.term));
    expect(triggers(exclusionStates)).to.include.members(exclusionActions.map((each) => each.term));
  });
});
