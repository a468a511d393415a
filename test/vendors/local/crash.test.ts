import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOurs } from '../../../vendors/local/proc.ts';

const OWNER = fileURLToPath(new URL('./owner.js', import.meta.url));

/** Runs the owner; with `killAfter` it is killed that many milliseconds after it began. */
async function runOwner(folder: string, what: string, killAfter?: number): Promise<string> {
  const child = spawn(process.execPath, [OWNER, folder, what], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  let armed = false;
  child.stdout.on('data', (data: Buffer) => {
    said += data.toString();
    if (killAfter === undefined || armed || !said.includes('begin')) return;
    armed = true;
    setTimeout(() => child.kill('SIGKILL'), killAfter);
  });
  await new Promise((resolve) => child.once('close', resolve));
  return said;
}

describe('the local vendor under kill -9', function () {
  this.timeout(60_000);
  let folder: string;
  let home: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-crash-'));
    home = join(folder, 'local');
  });

  afterEach(async () => {
    for (const { pid } of findOurs(home)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('never starts a second process for one key, whenever the service dies', async () => {
    for (const moment of [0, 5, 15, 40, 90]) await runOwner(folder, 'provision', moment);
    expect(await runOwner(folder, 'provision')).to.contain('end active');
    expect(findOurs(home).map(({ key }) => key)).to.deep.equal(['provision']);
    // And once more over what is complete: still the same one.
    const [before] = findOurs(home);
    await runOwner(folder, 'provision');
    expect(findOurs(home)).to.deep.equal([before]);
  });

  it('leaves nothing when what was interrupted is undone', async () => {
    for (const moment of [3, 20, 60]) {
      await runOwner(folder, 'provision', moment);
      expect(await runOwner(folder, 'deprovision')).to.contain('end gone');
      expect(findOurs(home)).to.deep.equal([]);
      expect(await readdir(join(home, 'instances')).catch(() => [])).to.deep.equal([]);
      await rm(join(folder, 'values.json'), { force: true });
    }
  });
});
