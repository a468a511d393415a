import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/shared/paths.ts';
import { isObject, type JsonObject } from '../../src/shared/json.ts';
import { isAtLeastAsGood } from '../../src/terms/level-compare.ts';
import { parseLevel } from '../../src/terms/level-parse.ts';
import type { Level } from '../../src/terms/level.ts';

const folder = join(projectRoot, 'vendors/catalog/sla-templates');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

function read(file: string): JsonObject {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as JsonObject;
}

function levelOf(file: string): Level {
  const { level } = read(file);
  const parsed = parseLevel({ ...(isObject(level) ? level : {}), id: 'up', of: ['web'] }, { path: '' });
  expect(parsed.problems, file).to.deep.equal([]);
  return parsed.level!;
}

describe("the shipped templates of real providers' service levels", () => {
  it('are there for the three clouds', () => {
    expect(files).to.include.members([
      'aws-ec2-instance@2022-05-25.json',
      'azure-vm-premium@2026-09.json',
      'gcp-instance@2023-08-29.json',
    ]);
  });

  for (const file of files)
    it(`${file} says where it comes from and can be read`, () => {
      const template = read(file);
      expect(`${template['name'] as string}@${template['version'] as string}.json`).to.equal(file);
      for (const member of ['source', 'seen', 'provider', 'certainty'])
        expect(template[member], member).to.be.a('string').and.not.equal('');
      expect(template['notes']).to.be.an('array').that.is.not.empty;
      levelOf(file);
    });

  it('pay by tiers that fall, the first at the target', () => {
    for (const file of files) {
      const { remedy, target } = levelOf(file);
      if (remedy !== null) expect(remedy.tiers[0]?.below, file).to.equal(target);
    }
  });

  it('of one instance of EC2 satisfies a call for 99 % and not one for 99.9 %', () => {
    const own = levelOf('aws-ec2-instance@2022-05-25.json');
    const asked = parseLevel(
      { id: 'up', of: ['web'], indicator: { metric: 'net.reachable' }, target: 0.99, window: { calendar: 'month' } },
      { path: '' },
    ).level!;
    expect(isAtLeastAsGood(own, asked)).to.deep.equal({ ok: true });
    expect(isAtLeastAsGood(own, { ...asked, target: 0.999 })).to.have.property('ok', false);
  });
});
