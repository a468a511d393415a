import { expect } from 'chai';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/shared/paths.ts';
import { startWhole, type Service } from '../conformance/support/service.ts';

const DOCUMENTED = 'http://127.0.0.1:8080';
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

interface Step {
  readonly commands: string;
  /** What the README says that it prints; undefined where it shows nothing. */
  readonly printed: string | undefined;
}

/** The commands of the section, with what stands below each. */
function steps(): readonly Step[] {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  const section = /^### With curl$([\s\S]*?)^### /m.exec(readme)?.[1] ?? '';
  return [...section.matchAll(/^```sh\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```)?/gm)].map(
    ([, commands = '', printed]) => ({ commands, printed }),
  );
}

/** One shell for all, since later commands use what earlier ones made; what each printed, in turn. */
function run(service: Service, all: readonly Step[]): Promise<readonly string[]> {
  const script = all
    .map(({ commands }, at) => `echo "@@${at}"\n${commands.replaceAll(DOCUMENTED, service.url)}`)
    .join('\n');
  const env = { ...process.env, PARLEY_TOKEN: service.operator };
  return new Promise((resolve, reject) => {
    execFile('bash', ['--noprofile', '--norc', '-c', script], { env, timeout: 50_000 }, (error, out, complaints) => {
      if (error !== null || complaints !== '') reject(new Error(`${complaints}\n${out}`, { cause: error }));
      else
        resolve(
          out
            .replaceAll(service.url, DOCUMENTED)
            .split(/^@@\d+\n/m)
            .slice(1),
        );
    });
  });
}

describe("the README's section on OCCI", function () {
  this.timeout(60_000);
  let service: Service;

  before(async function () {
    if (spawnSync('curl', ['--version']).error !== undefined || spawnSync('bash', ['--version']).error !== undefined) {
      this.skip();
      return;
    }
    service = await startWhole();
  });
  after(() => (service as Service | undefined)?.stop());

  it('shows commands that print what it says', async () => {
    const all = steps();
    expect(all.length).to.be.greaterThan(10);
    const printed = await run(service, all);
    for (const [at, step] of all.entries())
      expect(plain(printed[at] ?? ''), step.commands).to.equal(plain(step.printed ?? ''));
  });
});

/** Ids are other ones each time, and a list of URIs has line ends of its own. */
function plain(text: string): string {
  return text.replaceAll('\r', '').replace(UUID, 'UUID').trimEnd();
}
