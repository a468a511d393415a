import { expect } from 'chai';
import fc from 'fast-check';
import { cfpStates, invitationStates, proposalStates } from '../../src/broker/states.ts';
import { creditStates, exclusionStates, reportStates, violationStates } from '../../src/compliance/states.ts';
import { computeStates, networkStates, storageStates } from '../../src/infrastructure/states.ts';
import type { Role } from '../../src/occi/caller.ts';
import { typeOf, type Action, type Kind } from '../../src/occi/category.ts';
import { RESOURCE } from '../../src/occi/core.ts';
import { writeOrRetry } from '../../src/occi/concurrency.ts';
import type { Behaviour, Extension } from '../../src/occi/extension.ts';
import { agreementStates } from '../../src/sla/agreement-states.ts';
import { slaStates } from '../../src/sla/states.ts';
import { isTerminal, movesFrom, type Actor, type StateTable } from '../../src/shared/state-machine.ts';
import { caller, entityOf, refusal, world } from './world.ts';

type Table = StateTable<string, string>;

const tables: readonly Table[] = [
  computeStates,
  networkStates,
  storageStates,
  agreementStates,
  slaStates,
  cfpStates,
  invitationStates,
  proposalStates,
  violationStates,
  creditStates,
  exclusionStates,
  reportStates,
];

const STATE = 'machine.state';
const SCHEME = 'http://example.org/machine#';

/** A kind whose instances go by the table, and do nothing else. */
function machine(table: Table, initial: string): Extension {
  const terms = [...new Set(table.moves.map((move) => move.on))];
  const actions = terms.map((term): Action => ({
    class: 'action',
    scheme: `${SCHEME.slice(0, -1)}/action#`,
    term,
    title: term,
    attributes: {},
  }));
  const kind: Kind = {
    class: 'kind',
    scheme: SCHEME,
    term: 'machine',
    title: 'Machine',
    parent: RESOURCE,
    location: '/machine/',
    actions: actions.map(typeOf),
    attributes: {
      [STATE]: { type: 'string', mutable: false, required: false, default: initial, description: 'state' },
    },
  };
  const go =
    (term: string): NonNullable<Behaviour['actions']>[string] =>
    async (record, _attributes, ctx) => {
      const to = movesFrom(table, record.state ?? null).find((move) => move.on === term)?.to ?? 'nowhere';
      const next = { ...record, rev: record.rev + 1, state: to, attributes: { [STATE]: to } };
      await writeOrRetry(ctx.store, [{ op: 'update', record: next, expect: { rev: record.rev } }]);
      return { type: 'entity', record: next };
    };
  return {
    name: 'machine',
    kinds: [kind],
    mixins: [],
    actions,
    behaviours: [
      {
        kind: typeOf(kind),
        states: table,
        stateAttribute: STATE,
        actions: Object.fromEntries(terms.map((term) => [term, go(term)])),
      },
    ],
  };
}

const ACTORS: Readonly<Record<Role, readonly Actor[]>> = {
  customer: ['customer'],
  vendor: ['vendor'],
  operator: ['customer', 'vendor', 'operator'],
  auditor: [],
};

const legal = (table: Table, state: string, role: Role): readonly string[] => {
  const moves = movesFrom(table, state).filter((move) => move.by.some((by) => ACTORS[role].includes(by)));
  return [...new Set(moves.map((move) => move.on))].sort();
};

/** Walks through a table by the actions that `picks` choose, legal or not, and compares with the table itself. */
async function walk(table: Table, picks: readonly number[], role: 'customer' | 'operator'): Promise<void> {
  const initial = table.moves.find((move) => move.from === null)?.to ?? table.states[0] ?? '';
  const { ask } = world({ extensions: [machine(table, initial)] });
  const who = { caller: caller(role) };
  const terms = [...new Set(table.moves.map((move) => move.on))];
  const document = { mixins: [], attributes: {} };
  let view = entityOf(await ask({ op: 'create', path: '/machine/', documents: [document] }, who));
  for (const pick of picks) {
    const state = String(view.record.state);
    const possible = legal(table, state, role);
    const shown = view.actions.map((type) => type.slice(type.indexOf('#') + 1)).sort();
    expect(shown, `${table.name} in ${state}`).to.deep.equal(possible);
    const term = terms[pick % terms.length] ?? '';
    const act = ask({ op: 'act', path: view.path, invocation: { term, attributes: {} } }, who);
    if (possible.includes(term)) {
      view = entityOf(await act);
      const targets = movesFrom(table, state).filter((move) => move.on === term);
      expect(targets.map((move) => move.to)).to.include(view.record.state);
    } else {
      const error = await refusal(act);
      expect([error.status, error.extra['state']]).to.deep.equal([409, state]);
      expect([...(error.extra['moves'] as string[])].sort()).to.deep.equal(possible);
      expect(entityOf(await ask({ op: 'read', path: view.path }, who)).record.rev).to.equal(view.record.rev);
    }
  }
}

const picks = fc.array(fc.nat(), { maxLength: 12 });
const role = fc.constantFrom('customer', 'operator');

describe('state tables', () => {
  for (const table of tables)
    it(`${table.name}: shows and does what the table says, and nothing else`, async () => {
      await fc.assert(
        fc.asyncProperty(picks, role, (those, who) => walk(table, those, who)),
        { numRuns: 25 },
      );
    });

  it('of any shape decide what is shown and done', async () => {
    const states = ['a', 'b', 'c', 'd'];
    const move = fc.record({
      row: fc.constant('R'),
      from: fc.constantFrom(...states),
      to: fc.constantFrom(...states),
      on: fc.constantFrom('x', 'y', 'z'),
      by: fc.subarray<Actor>(['customer', 'vendor', 'operator', 'timer'], { minLength: 1 }),
    });
    // One row for each state and trigger: two would let the actor decide where it leads.
    const moves = fc.uniqueArray(move, { selector: ({ from, on }) => `${from} ${on}`, minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(moves, picks, role, (rows, those, who) =>
        walk({ name: 'any', states, terminal: [], moves: rows }, those, who),
      ),
      { numRuns: 60 },
    );
  });

  for (const table of tables)
    it(`${table.name}: is of one piece`, () => {
      const starts = new Set(table.moves.filter((move) => move.from === null).map((move) => move.to));
      const reached = new Set(starts.size === 0 ? table.states.slice(0, 1) : starts);
      for (const state of reached) for (const move of movesFrom(table, state)) reached.add(move.to);
      for (const { from, to, by } of table.moves) {
        expect(table.states).to.include(to);
        if (from !== null) expect(table.states).to.include(from);
        if (from !== null) expect(isTerminal(table, from), `${from} is final and goes on`).to.equal(false);
        expect(by).to.not.have.length(0);
      }
      expect(table.states).to.include.members([...table.terminal]);
      // What the vendor's side brings about is told by it, not by a row: an instance in error, for example.
      const missing = table.states.filter((state) => !reached.has(state) && state !== 'error');
      expect(missing).to.deep.equal([]);
    });
});
