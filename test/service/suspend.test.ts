import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '../../src/cli/client.ts';
import { startService, type RunningService } from '../../src/cli/demo/service.ts';
import { attribute, attributeText, objects, pathFor, textOf, texts } from '../../src/cli/entity.ts';
import type { JsonObject } from '../../src/shared/json.ts';

const TOKEN = 'suspend-token-suspend-token-suspend-token';
const AWARD = 'http://schemas.parley.org/occi/broker/cfp/action#award';
const SLA = 'http://schemas.ogf.org/occi/sla#';

/** One server that has to answer every second; windows short enough to be looked at often. */
const CALL: JsonObject = {
  kind: 'http://schemas.parley.org/occi/broker#cfp',
  attributes: {
    'org.parley.cfp.resources': [{ id: 'web', kind: 'http://schemas.ogf.org/occi/infrastructure#compute' }],
    'org.parley.cfp.levels': [
      {
        id: 'up',
        of: ['web'],
        scope: 'each',
        need: 'must',
        indicator: { metric: 'http.up', op: '=', value: 1, period: 'PT0.5S', probe: { timeout: 'PT0.4S' } },
        slice: 'PT1S',
        target: 0.9,
        count: 'inforce',
        window: { anchor: '2026-01-01T00:00:00Z', every: 'PT20S' },
        settle: 'PT2S',
      },
    ],
    'org.parley.cfp.rules': { ref: 'cheapest@1' },
    'org.parley.cfp.replyby': 'PT5S',
  },
};

/** Suspended by the customer, over real HTTP, at the local vendor with a real process. */
describe('a suspension of the customer', function () {
  this.timeout(60_000);
  let folder: string;
  let service: RunningService;
  let client: Client;
  let pid: number | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-suspend-'));
    await writeFile(
      join(folder, 'parley.json'),
      JSON.stringify({ vendors: [{ id: 'local', plugin: 'local', config: {} }] }),
    );
    service = await startService({
      PARLEY_CONFIG: join(folder, 'parley.json'),
      PARLEY_DATA: join(folder, 'data'),
      PARLEY_PORT: '0',
      PARLEY_LOG: 'info',
      PARLEY_BOOTSTRAP_TOKEN: TOKEN,
    });
    client = createClient({ url: service.url, token: TOKEN });
  });

  after(async () => {
    await service.stop();
    // Where the test failed half-way: instances outlive the service.
    if (pid !== undefined && existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`${what} did not come`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('freezes the process, takes the time out of what is counted, and is no incident', async () => {
    const posted = await client.request('POST', '/cfp/', { body: CALL, headers: { Prefer: 'wait=30' } });
    const cfp = posted.body as JsonObject;
    const [best] = texts(attribute(cfp, 'org.parley.cfp.ranking'));
    const awarded = await client.act(pathFor('cfp', textOf(cfp['id'])), AWARD, { proposals: [best ?? ''] });
    const sla = pathFor('sla', textOf(objects(awarded['resources'])[0]?.['id']));
    const phase = async (wanted: string): Promise<JsonObject> =>
      until(wanted, async () => {
        const found = await client.get(sla);
        return attributeText(found, 'org.parley.sla.phase') === wanted ? found : undefined;
      });
    const active = await phase('active');
    const target = objects(active['links'])[0]?.['target'] as JsonObject;
    const compute = pathFor('compute', textOf(target['location']));
    const url = attributeText(await client.get(compute), 'org.parley.endpoint.url');
    ({ pid } = (await (await fetch(url)).json()) as { pid: number });

    const report = pathFor('report', attributeText(active, 'org.parley.sla.report'));
    /** Good and bad slices of all windows so far. */
    const slices = async (): Promise<{ readonly good: number; readonly bad: number; readonly unmeasured: number }> => {
      const { body } = await client.request('GET', report, { accept: 'application/json' });
      const windows = objects(objects((body as JsonObject)['levels'])[0]?.['windows']);
      const sum = (name: string): number => windows.reduce((all, one) => all + Number(one[name]), 0);
      return { good: sum('good'), bad: sum('bad'), unmeasured: sum('unmeasured') };
    };
    const counted = async (least: number): ReturnType<typeof slices> =>
      until(`${least} slices`, async () => {
        const found = await slices();
        return found.good + found.bad >= least ? found : undefined;
      });
    await counted(2);

    const answer = await client.request('POST', `${sla}?action=suspend`, {
      body: { action: `${SLA}suspend` },
      headers: { Prefer: 'wait=10' },
    });
    expect(attributeText(answer.body as JsonObject, 'occi.agreement.state')).to.equal('suspended');
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).to.match(/^\d+ \(.*\) T /);
    expect(attributeText(await client.get(compute), 'occi.compute.state')).to.equal('suspended');
    const frozen = Date.now();
    // As long as an answer that never comes would need to become an incident, and then some.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await client.request('POST', `${sla}?action=resume`, {
      body: { action: `${SLA}resume` },
      headers: { Prefer: 'wait=10' },
    });
    const seconds = Math.floor((Date.now() - frozen) / 1000);
    expect(attributeText(await client.get(sla), 'occi.agreement.state')).to.equal('accepted');
    expect((await fetch(url)).status).to.equal(200);
    expect(attributeText(await client.get(compute), 'occi.compute.state')).to.equal('active');

    const before = await slices();
    const after = await counted(before.good + before.bad + 3);
    expect(after.bad).to.equal(0);
    // Every slice since the agreement came into force is good, or out.
    const inForce = Date.parse(attributeText(active, 'occi.agreement.effectiveFrom'));
    const elapsed = Math.floor((Date.now() - inForce) / 1000);
    expect(after.good).to.be.within(5, elapsed - seconds);
    expect(objects((await client.get('/violation/'))['resources'])).to.deep.equal([]);
    await client.act(sla, `${SLA}terminate`);
    await phase('cancelled');
  });
});
