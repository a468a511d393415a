import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/shared/json.ts';
import { deliver, firstOffer, undo } from '../../../src/vendor-kit/contract/subject.ts';
import type { Delivery, Subject } from '../../../src/vendor-kit/contract/subject.ts';
import { actions, endpoint, kinds, typeId } from '../../../src/vendor-kit/index.ts';
import type { CfpView, Vendor } from '../../../src/vendor-kit/index.ts';
import type { VendorHost } from '../../../src/vendor-host/host.ts';
import { findOurs, processState } from '../../../vendors/local/proc.ts';
import { memoryValues } from '../../support/memory-values.ts';
import { testCfp, testCtx, testHost, testLevel } from '../../support/vendor-world.ts';

describe('the local vendor', () => {
  let folder: string;
  let home: string;
  let values: ReturnType<typeof memoryValues>;
  let host: VendorHost;

  const open = async (config: JsonObject = {}): Promise<Vendor> => {
    host = await testHost([{ id: 'local', plugin: 'local', config }], { folder, values });
    expect(host.failed).to.deep.equal([]);
    return host.vendors.list()[0]!.calls;
  };
  const subjectOf = (vendor: Vendor, cfp: CfpView = testCfp()): Subject =>
    ({ vendor, ctx: testCtx, cfp: () => cfp }) as unknown as Subject;
  const pidOf = (key: string): number => findOurs(home).find((one) => one.key === key)!.pid;
  const gone = async (pid: number): Promise<void> => {
    while (processState(pid) !== undefined) await new Promise((resolve) => setImmediate(resolve));
  };
  const part = (delivery: Delivery, name: string) => delivery.parts.find(({ key }) => key.endsWith(name))!;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-local-'));
    home = join(folder, 'local');
    values = memoryValues();
  });

  afterEach(async () => {
    for (const { pid } of findOurs(home)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('serves HTTP from each instance, with its volume', async () => {
    const delivery = await deliver(subjectOf(await open()), 'x');
    const url = part(delivery, 'web/1').view.attributes[endpoint.url] as string;
    const response = await fetch(url);
    expect(response.status).to.equal(200);
    expect(await response.json()).to.deep.include({ name: 'web/1', mounts: ['volume-1.mount.1'] });
  });

  it('notices the death of a process, and starts it again at the same endpoint', async () => {
    const vendor = await open();
    const delivery = await deliver(subjectOf(vendor), 'x');
    const { ref, view } = part(delivery, 'web/0');
    const pid = pidOf('x/web/0');
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    const seen = await vendor.getInfo(ref, testCtx());
    expect(seen.state).to.equal('error');
    expect(seen.message).to.be.a('string');
    expect(await vendor.measure?.(ref, ['cpu.used'], testCtx())).to.have.nested.property('[0].value', null);
    const started = await vendor.perform(ref, { action: actions.start, attributes: {} }, testCtx());
    expect(started.state).to.equal('active');
    expect(started.message).to.equal(undefined);
    expect(started.attributes[endpoint.url]).to.equal(view.attributes[endpoint.url]);
    expect(pidOf('x/web/0')).to.not.equal(pid);
  });

  it('reports as lost what died while the service was away, and does not start it again by itself', async () => {
    const delivery = await deliver(subjectOf(await open()), 'x');
    const pid = pidOf('x/web/0');
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    const vendor = await open();
    const { ref, step, key } = part(delivery, 'web/0');
    expect(await vendor.getInfo(ref, testCtx())).to.deep.include({
      state: 'error',
      message: 'its process was lost while the service was away',
    });
    expect((await vendor.provision(step, testCtx({ key }))).state).to.equal('error');
    expect(findOurs(home).map((one) => one.key)).to.deep.equal(['x/web/1']);
  });

  it('kills at its start what was undone and is still there', async () => {
    const delivery = await deliver(subjectOf(await open()), 'x');
    const { key } = part(delivery, 'web/0');
    const text = (await values.get('vendor:local', `r:${key}`))!;
    await values.set('vendor:local', `r:${key}`, JSON.stringify({ ...(JSON.parse(text) as object), state: 'undoing' }));
    await open();
    expect(findOurs(home).map((one) => one.key)).to.deep.equal(['x/web/1']);
  });

  it('holds its children to their size, and says so', async function () {
    const vendor = await open();
    const delivery = await deliver(subjectOf(vendor), 'x');
    const enforced = part(delivery, 'web/0').view.attributes['org.parley.enforced'];
    if (!Array.isArray(enforced) || enforced.length === 0) return this.skip();
    const pid = pidOf('x/web/0');
    if (enforced.includes('occi.compute.memory'))
      expect(await readFile(`/proc/${pid}/limits`, 'utf8')).to.match(
        new RegExp(`Max data size\\s+${0.5 * 1024 ** 3} `),
      );
    if (enforced.includes('occi.compute.cores'))
      expect(await readFile(`/proc/${pid}/status`, 'utf8')).to.match(/Cpus_allowed_list:\s+\d+\n/);
  });

  it("gives a child nothing of the service's own environment", async () => {
    process.env['PARLEY_TEST_SECRET'] = 'not for children';
    try {
      await deliver(subjectOf(await open()), 'x');
      const environment = await readFile(`/proc/${pidOf('x/web/0')}/environ`, 'utf8');
      expect(environment).to.not.contain('not for children');
      expect(environment).to.contain('PARLEY_KEY=x/web/0\0');
    } finally {
      delete process.env['PARLEY_TEST_SECRET'];
    }
  });

  it('sells no core twice, and has it back afterwards', async () => {
    const vendor = await open({ overcommit: 4 });
    const cores = (await vendor.describe()).facts['cores'] as number;
    const all = (count: number): CfpView =>
      testCfp({
        wanted: [
          {
            type: 'resource',
            id: 'web',
            kind: kinds.compute,
            count: 1,
            mixins: [],
            attributes: { 'occi.compute.cores': { equal: count }, 'occi.compute.memory': { equal: 0.25 } },
          },
        ],
      });
    const most = subjectOf(vendor, all(cores));
    const [one, two] = [await firstOffer(most), await firstOffer(most)];
    const accept = async (offer: typeof one, key: string) =>
      vendor.acceptOffer(
        { ...offer, proposal: testCfp().id, sla: testCfp().id, wanted: [], committed: [] },
        testCtx({ key }),
      );
    const answers = await Promise.all([accept(one, 'first'), accept(two, 'second')]);
    expect(answers.map(({ type }) => type)).to.deep.equal(['confirm', 'reject']);
    expect(answers[1]).to.have.nested.property('reason.code', 'capacity_exhausted');
    expect((await vendor.getOffer(all(1), testCtx())).type).to.equal('refuse');
    await vendor.cancel('first', testCtx());
    expect((await vendor.getOffer(all(cores), testCtx())).type).to.equal('propose');
  });

  it('lets go of what it sold when the last resource is gone', async () => {
    const vendor = await open();
    const subject = subjectOf(vendor);
    const before = (await vendor.describe()).facts['coresLeft'] as number;
    const delivery = await deliver(subject, 'x');
    expect((await vendor.describe()).facts['coresLeft']).to.equal(before - 2);
    await undo(subject, delivery);
    expect((await vendor.describe()).facts['coresLeft']).to.equal(before);
  });

  it('runs what the operator configured, chosen by its mixin, and nothing a customer sends', async () => {
    const file = join(folder, 'other.mjs');
    await writeFile(
      file,
      `import { createServer } from 'node:http'; import { writeFileSync } from 'node:fs';
       const server = createServer((_, response) => response.end('other'));
       server.listen(0, '127.0.0.1', () => writeFileSync(process.env.PARLEY_READY, JSON.stringify(server.address())));`,
    );
    const vendor = await open({ templates: { 'http-server': { file: 'templates/http-server.mjs' }, other: { file } } });
    const wanted = testCfp()
      .wanted.slice(0, 1)
      .map((one) => ({
        ...one,
        mixins: [{ anyOf: [typeId('http://schemas.parley.org/occi/local/template#other')] }],
        attributes: { 'occi.compute.hostname': { equal: '$(touch /tmp/parley-was-here); `id`' } },
      }));
    const delivery = await deliver(subjectOf(vendor, testCfp({ wanted })), 'x');
    const { view } = part(delivery, 'web/0');
    expect(await (await fetch(view.attributes[endpoint.url] as string)).text()).to.equal('other');
    expect(view.attributes['occi.compute.hostname']).to.equal('$(touch /tmp/parley-was-here); `id`');
  });

  it('says why a template did not come up, and undoes it without a trace', async () => {
    const file = join(folder, 'broken.mjs');
    await writeFile(file, `throw new Error('no such luck');`);
    const vendor = await open({ templates: { broken: { file } } });
    const subject = subjectOf(vendor);
    const problem: unknown = await deliver(subject, 'x').catch((error: unknown) => error);
    expect(problem).to.have.property('code', 'start_failed');
    expect((problem as Error).message).to.contain('no such luck');
    await vendor.cancel('x/accept', testCtx());
    expect(findOurs(home)).to.deep.equal([]);
  });

  it('commits to what it can keep, and to no more', async () => {
    const vendor = await open();
    const response = { ...testLevel().indicator, metric: 'http.response.time', statistic: 'p95', op: '<=' } as const;
    const levels = [
      testLevel({ id: 'fine' }),
      testLevel({ id: 'toohigh', target: 0.999 }),
      testLevel({ id: 'volumes', of: ['data'] }),
      testLevel({ id: 'quick', indicator: { ...response, value: 0.3 } }),
      testLevel({ id: 'tooquick', indicator: { ...response, value: 0.001 } }),
      testLevel({ id: 'other', indicator: { ...testLevel().indicator, metric: 'cpu.used' } }),
    ];
    const offer = await firstOffer(subjectOf(vendor, testCfp({ levels })));
    expect(Object.fromEntries(offer.levels.map((one) => [one.for, one.commit]))).to.deep.equal({
      fine: 'asked',
      toohigh: 'none',
      volumes: 'none',
      quick: 'asked',
      tooquick: 'none',
      other: 'none',
    });
  });

  it('tells all that is wrong with its configuration', async () => {
    host = await testHost(
      [{ id: 'local', plugin: 'local', config: { country: 'Germany', overcommit: 0, colour: 1 } }],
      {
        folder,
      },
    );
    expect(host.failed[0]?.why).to.match(/country.*overcommit.*colour|colour.*country.*overcommit/s);
  });
});
