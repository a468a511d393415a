import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../src/shared/logger.ts';
import { Limits, heapOf } from '../../../vendors/local/limits.ts';
import { allowedProcessors } from '../../../vendors/local/proc.ts';

const size = { cores: 2, memory: 0.5 };

describe('limits of local instances', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-cgroup-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('use a group of their own where a folder with the controllers is delegated', () => {
    writeFileSync(join(folder, 'cgroup.controllers'), 'cpuset cpu io memory pids\n');
    const { command, enforced } = new Limits(folder, silentLogger).apply('web-0', size, ['/bin/echo', 'a b', '$HOME']);
    expect(enforced).to.deep.equal(['occi.compute.cores', 'occi.compute.memory']);
    expect(readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8')).to.equal('+cpu +memory');
    expect(readFileSync(join(folder, 'web-0', 'cpu.max'), 'utf8')).to.equal('200000 100000');
    expect(readFileSync(join(folder, 'web-0', 'memory.max'), 'utf8')).to.equal(String(512 * 1024 * 1024));
    // The child enters the group before it becomes the template, whose words pass through untouched.
    const [program = '', ...args] = command;
    expect(execFileSync(program, args).toString()).to.equal('a b $HOME\n');
    expect(readFileSync(join(folder, 'web-0', 'cgroup.procs'), 'utf8')).to.match(/^\d+\n$/);
  });

  it('do without where the folder lacks a controller, and say what is left', () => {
    writeFileSync(join(folder, 'cgroup.controllers'), 'cpuset io\n');
    const { command, enforced } = new Limits(folder, silentLogger).apply('web-0', size, ['/bin/true']);
    expect(command.at(-1)).to.equal('/bin/true');
    expect(existsSync(join(folder, 'web-0'))).to.equal(false);
    expect(enforced.includes('occi.compute.memory')).to.equal(command.some((word) => word.startsWith('--data=')));
    expect(enforced.includes('occi.compute.cores')).to.equal(command.includes('-c'));
  });

  it('promise nothing where the system has no means', () => {
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    try {
      const { command, enforced } = new Limits(join(folder, 'none'), silentLogger).apply('web-0', size, ['/bin/true']);
      expect(command).to.deep.equal(['/bin/true']);
      expect(enforced).to.deep.equal([]);
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('pin an instance to the same processors again', function () {
    const limits = new Limits(join(folder, 'none'), silentLogger);
    const pinOf = (ref: string): string => {
      const { command } = limits.apply(ref, { cores: 1, memory: 1 }, ['x']);
      return command.includes('-c') ? (command[command.indexOf('-c') + 1] ?? '') : '';
    };
    const first = pinOf('a');
    if (first === '') return this.skip();
    const second = pinOf('b');
    expect(pinOf('a')).to.equal(first);
    if (allowedProcessors().length > 1) expect(second).to.not.equal(first);
  });

  it('leave the heap room under the limit', () => {
    expect(heapOf({ cores: 1, memory: 1 })).to.be.within(256, 1023);
    expect(heapOf({ cores: 1, memory: 0.125 })).to.be.below(128);
  });
});
