import { expect } from 'chai';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { categoryFaults } from '../../src/occi/registry-check.ts';
import { projectRoot } from '../../src/shared/paths.ts';
import { isTerminal, movesFrom, targetOf } from '../../src/shared/state-machine.ts';
import { agreementActions } from '../../src/sla/model.ts';
import { placed } from '../../src/sla/agreement-document.ts';
import { agreementStates } from '../../src/sla/agreement-states.ts';
import type { AgreementState } from '../../src/sla/states.ts';
import { readAgreementTemplates } from '../../src/sla/template-files.ts';
import { LINKED, templateMixins } from '../../src/sla/templates.ts';
import type { EntityRecord } from '../../src/occi/entity.ts';

const shipped = join(projectRoot, 'vendors/catalog/sla-templates');

describe('the states of a plain agreement (GFD.228, section 3.1)', () => {
  const { states, moves, terminal } = agreementStates;

  it('are the five of the standard, begun as pending and ended in two', () => {
    expect(states).to.have.members(['pending', 'accepted', 'rejected', 'suspended', 'terminated']);
    expect(movesFrom(agreementStates, null).map(({ to }) => to)).to.deep.equal(['pending']);
    expect(terminal).to.have.members(['rejected', 'terminated']);
    for (const state of terminal) expect(movesFrom(agreementStates, state)).to.deep.equal([]);
  });

  it('know every action of the standard, and no way past acceptance', () => {
    for (const { term } of agreementActions)
      expect(
        moves.some(({ on }) => on === term),
        term,
      ).to.equal(true);
    expect(moves.filter(({ from, to }) => from === 'pending' && to !== 'accepted' && to !== 'rejected')).to.deep.equal(
      [],
    );
    const own = moves.filter(({ on, by }) => on === 'accept' && by.includes('customer'));
    expect(own, 'it is the provider who accepts').to.deep.equal([]);
  });

  it('end, whatever happens, only where nothing follows', () => {
    const triggers = fc.array(fc.constantFrom(...moves.map(({ on }) => on)), { maxLength: 30 });
    fc.assert(
      fc.property(triggers, (run) => {
        let state: AgreementState = 'pending';
        let agreed = false;
        for (const on of run) {
          const next: AgreementState | undefined = targetOf(agreementStates, state, on);
          if (next === undefined) continue;
          expect(isTerminal(agreementStates, state)).to.equal(false);
          if (next === 'suspended' || next === 'terminated') expect(agreed).to.equal(true);
          if (next === 'accepted') agreed = true;
          state = next;
        }
      }),
    );
  });
});

describe('agreement templates', () => {
  it('are made of every shipped service level, sound as categories, with all four attributes of a term', async () => {
    const templates = await readAgreementTemplates(shipped);
    expect(templates.length).to.be.at.least(11);
    expect(new Set(templates.map(({ term }) => term)).size).to.equal(templates.length);
    const mixins = templateMixins(templates);
    for (const mixin of mixins) {
      expect(categoryFaults(mixin)).to.deep.equal([]);
      expect(mixin.term, 'older clients read no dots and no capitals').to.match(/^[a-z][a-z0-9_-]*$/);
      expect(mixin.title).not.to.match(/[,;"\\]/);
    }
    const aws = mixins.find(({ term }) => term === 'aws-ec2-instance-2022-05-25');
    expect(Object.keys(aws?.attributes ?? {})).to.have.members(
      ['type', 'state', 'desc', 'remedy'].map((name) => `availability.term.${name}`),
    );
    expect(aws?.attributes['availability.term.state']?.default).to.equal('undefined');
    const region = mixins.find(({ term }) => term === 'aws-ec2-region-2022-05-25');
    expect(region?.attributes, 'nothing is due, so nothing is said').not.to.have.property('availability.term.remedy');
  });

  it('name the file that is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-templates-'));
    try {
      await writeFile(
        join(folder, 'bad@1.json'),
        JSON.stringify({ name: 'bad', version: '1', provider: 'X', level: {} }),
      );
      const error = await readAgreementTemplates(folder).then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      expect(error?.message).to.include('bad@1.json').and.to.include('indicator');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the places of what is linked', () => {
  const record = (id: string): EntityRecord => ({ id, kind: 'k', internal: {} }) as unknown as EntityRecord;

  it('stay as long as it is linked, and are given once only', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(ids, { maxLength: 8 }), (turns) => {
        let now = placed([], []);
        const given = new Map<number, string>();
        for (const linked of turns) {
          const next = placed(linked.map(record), now);
          expect(next.map(({ resource }) => resource)).to.have.members(linked);
          for (const { for: id, index, resource } of next) {
            expect(id).to.equal(LINKED);
            const before = now.find((each) => each.resource === resource);
            if (before !== undefined) expect(index).to.equal(before.index);
            given.set(index, resource);
          }
          expect(new Set(next.map(({ index }) => index)).size).to.equal(next.length);
          now = next;
        }
      }),
    );
  });
});
