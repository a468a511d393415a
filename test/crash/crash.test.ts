import { expect } from 'chai';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '../../src/cli/client.ts';
import { startService, type RunningService } from '../../src/cli/demo/service.ts';
import { attributeText, objects, pathFor, textOf } from '../../src/cli/entity.ts';
import type { JsonObject } from '../../src/shared/json.ts';
import { Load } from './load.ts';

const MOMENTS = Number(process.env['PARLEY_CRASH_MOMENTS'] ?? '10');
const TOKEN = 'crash-token-crash-token-crash-token-1';
/** From the first moment on, from shortly after the start to deep in the work. */
const LONGEST_LIFE = 1500;

describe(`kill -9 at ${MOMENTS} random moments under load`, function () {
  this.timeout(60_000 + MOMENTS * 12_000);
  let folder: string;
  let env: Record<string, string>;
  let service: RunningService | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-crash-'));
    const config = join(folder, 'parley.json');
    await writeFile(
      config,
      JSON.stringify({
        vendors: [{ id: 'local', plugin: 'local', config: { overcommit: 64, reserve: { memory: 0.1, disk: 0.1 } } }],
        limits: { requestsPerSecond: 1e6, burst: 1_000_000 },
      }),
    );
    env = {
      PARLEY_DATA: join(folder, 'data'),
      PARLEY_CONFIG: config,
      PARLEY_PORT: '0',
      PARLEY_LOG: 'info',
      PARLEY_BOOTSTRAP_TOKEN: TOKEN,
    };
  });

  after(async () => {
    await service?.kill();
    for (const { pid } of await processesOf(folder)) process.kill(pid, 'SIGKILL');
    if (process.env['PARLEY_CRASH_KEEP'] === undefined)
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    else console.log(`      kept: ${folder}`);
  });

  it('loses nothing that was acknowledged, ends what was begun, provisions nothing twice', async () => {
    const load = new Load();
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      service = await startService(env);
      const work = load.run(service.url, TOKEN, 6, moment < 40);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_LIFE));
      await service.kill();
      await work;
    }

    service = await startService(env);
    const client = createClient({ url: service.url, token: TOKEN });
    await load.again(client);
    expect(load.surprises, 'answers that no crash excuses').to.deep.equal([]);
    expect(load.acknowledged.calls.size).to.be.greaterThan(MOMENTS);

    const calls = await settled(client, '/cfp/', 'org.parley.cfp.state', ['open', 'evaluating', 'awarding']);
    const agreements = await settled(client, '/sla/', 'org.parley.sla.phase', [
      'offered',
      'confirming',
      'reconciling',
      'provisioning',
      'compensating',
      'terminating',
    ]);

    const paths = new Set(calls.map((cfp) => pathFor('cfp', textOf(cfp['id']))));
    const lost = [...load.acknowledged.calls].filter(([, path]) => !paths.has(path));
    expect(lost, 'calls that were acknowledged and are gone').to.deep.equal([]);
    const titles = calls.map((cfp) => textOf(cfp['title']));
    expect(
      titles.filter((title, index) => titles.indexOf(title) !== index),
      'calls made twice',
    ).to.deep.equal([]);

    const byPath = new Map(agreements.map((sla) => [pathFor('sla', textOf(sla['id'])), sla]));
    expect(
      [...load.acknowledged.agreements].filter((path) => !byPath.has(path)),
      'agreements lost',
    ).to.deep.equal([]);
    for (const path of load.acknowledged.terminated)
      expect(attributeText(byPath.get(path) as JsonObject, 'occi.agreement.state'), path).to.equal('terminated');

    const active = agreements.filter((sla) => attributeText(sla, 'org.parley.sla.phase') === 'active');
    const running = await processesOf(folder);
    const keys = running.map(({ key }) => key);
    expect(
      keys.filter((key, index) => keys.indexOf(key) !== index),
      'provisioned twice',
    ).to.deep.equal([]);
    expect(running.length, 'one process for each agreement in force, and no other').to.equal(active.length);
    console.log(
      `      ${calls.length} calls, ${agreements.length} agreements (${active.length} in force, ` +
        `${load.acknowledged.terminated.size} terminations acknowledged), ${running.length} processes`,
    );
  });
});

/** Everything of a collection, once nothing of it is in one of the passing states. */
async function settled(
  client: Client,
  location: string,
  attribute: string,
  passing: readonly string[],
): Promise<JsonObject[]> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const all = await everything(client, location);
    const busy = all.filter((each) => passing.includes(attributeText(each, attribute)));
    if (busy.length === 0) return all;
    if (Date.now() > deadline)
      throw new Error(
        `still under way a minute after the last start: ${busy
          .slice(0, 5)
          .map((each) => `${textOf(each['id'])} ${attributeText(each, attribute)}`)
          .join(', ')} and ${busy.length} in all`,
      );
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function everything(client: Client, location: string): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  let after: string | null = '';
  while (after !== null) {
    const answer = await client.request('GET', `${location}?after=${encodeURIComponent(after)}`);
    all.push(...objects((answer.body as JsonObject)['resources']));
    after = answer.headers.get('parley-next-cursor');
  }
  return all;
}

/** Living children of the local vendor whose home is under the folder, by their keys. */
async function processesOf(folder: string): Promise<{ pid: number; key: string }[]> {
  const found: { pid: number; key: string }[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = await readFile(`/proc/${name}/stat`, 'latin1');
      if (/\) [ZX] /.test(stat)) continue;
      const variables = (await readFile(`/proc/${name}/environ`, 'utf8')).split('\0');
      if (!variables.some((each) => each.startsWith(`PARLEY_HOME=${folder}`))) continue;
      const key = variables.find((each) => each.startsWith('PARLEY_KEY='));
      if (key !== undefined) found.push({ pid: Number(name), key: key.slice('PARLEY_KEY='.length) });
    } catch {
      // It ended while it was looked at.
    }
  }
  return found;
}
