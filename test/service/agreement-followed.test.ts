import { expect } from 'chai';
import { typeId, vendorId } from '../../src/shared/ids.ts';
import { LINKED, type AgreementTemplate } from '../../src/sla/templates.ts';
import { parseLevel } from '../../src/terms/level-parse.ts';
import { liveService, until, type LiveService } from '../support/live-service.ts';
import type { OcciClient, Seen } from '../support/occi-clients.ts';

const SLA = 'http://schemas.ogf.org/occi/sla#';
const COMPUTE = 'http://schemas.ogf.org/occi/infrastructure#compute';
const TEMPLATE = 'http://schemas.parley.org/occi/sla/template#';
const STATE = 'occi.agreement.state';
const TERM = 'availability.term.state';

/** Slices of a second, so that a test sees terms kept and broken. */
function quick(term: string, vendor?: string): AgreementTemplate {
  const { level } = parseLevel(
    {
      id: 'availability',
      of: [LINKED],
      indicator: { metric: 'net.reachable', period: 'PT0.5S', probe: { timeout: 'PT0.4S' } },
      slice: 'PT1S',
      target: 0.99,
      count: 'inforce',
      window: { anchor: '2026-01-01T00:00:00Z', every: 'PT1M' },
      settle: 'PT1S',
    },
    { path: '' },
  );
  return {
    term,
    title: 'For tests',
    name: `${term}@1`,
    kinds: [typeId(COMPUTE)],
    levels: [level!],
    ...(vendor === undefined ? {} : { vendor: vendorId(vendor) }),
  };
}

/** A plain agreement is followed like an SLA: what it is linked to is measured, and its terms tell. */
describe('an agreement of GFD.228 that is followed', function () {
  this.timeout(90_000);
  let service: LiveService;
  let client: OcciClient;
  let provider: OcciClient;
  let machine: string;
  let path: string;

  before(async () => {
    service = await liveService({ templates: [quick('by-hand'), quick('bound', 'local')] });
    client = service.client('text/plain', await service.token('customer'));
    provider = service.client('text/plain', await service.token('vendor', { vendor: 'local' }));
    machine = await client.create('/compute/', { kind: COMPUTE });
    await seen(machine, (now) => now.attributes['occi.compute.state'] === 'active');
  });
  after(() => service.stop());

  const seen = (at: string, wanted: (now: Seen) => boolean): Promise<Seen> =>
    until(at, async () => {
      const now = await client.get(at);
      return wanted(now) ? now : undefined;
    });

  it('is accepted by itself where the vendor is bound by the template and runs what is linked', async () => {
    path = await client.create('/agreement/', { kind: `${SLA}agreement`, mixins: [`${TEMPLATE}bound`] });
    const alone = await client.get(path);
    expect(alone.attributes[STATE], 'nothing is linked yet').to.equal('pending');
    await client.create('/agreement_link/', { kind: `${SLA}agreement_link`, source: path, target: machine });
    await seen(path, (now) => now.attributes[STATE] === 'accepted');
  });

  it('waits for the vendor of what is linked where the template binds nobody', async () => {
    const other = await client.create('/agreement/', {
      kind: `${SLA}agreement`,
      mixins: [`${TEMPLATE}by-hand`],
      links: [{ kind: `${SLA}agreement_link`, target: machine }],
    });
    await until('the vendor to see it', async () => ((await provider.get(other)).status === 200 ? true : undefined));
    expect((await provider.get('/agreement/')).locations).to.include(other);
    expect((await client.get(other)).attributes[STATE]).to.equal('pending');
    expect((await provider.act(other, `${SLA}reject`)).attributes[STATE]).to.equal('rejected');
  });

  it('measures what is linked, and its term becomes fulfilled', async () => {
    await seen(path, (now) => now.attributes[TERM] === 'fulfilled');
    const collectors = (await client.get('/collector/')).locations;
    expect(collectors).to.have.length(1);
    const collector = await client.get(collectors[0]!);
    expect(collector.attributes).to.include({
      'occi.core.target': machine,
      'org.parley.collector.instance': `${LINKED}/0`,
      'org.parley.collector.last.value': 1,
    });
  });

  it('is violated when the machine is not reached, with a violation and a report to read', async () => {
    const stopped = await client.act(machine, 'http://schemas.ogf.org/occi/infrastructure/compute/action#stop', {
      method: 'poweroff',
    });
    expect(stopped.status, stopped.text).to.equal(200);
    // What the customer stops is out of what is judged: a machine that fails by itself is not.
    await client.act(machine, 'http://schemas.ogf.org/occi/infrastructure/compute/action#start');
    const up = await seen(machine, (now) => now.attributes['occi.compute.state'] === 'active');
    const pid = await pidOf(String(up.attributes['org.parley.endpoint.url']));
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    await seen(path, (now) => now.attributes[TERM] === 'violated');
    const violations = await Promise.all((await client.get('/violation/')).locations.map((at) => client.get(at)));
    expect(violations.map((each) => each.attributes['org.parley.violation.type'])).to.include.members([
      'incident',
      'breach',
    ]);
    const id = (await client.get(path)).attributes['occi.core.id'];
    for (const each of violations) expect(each.attributes['org.parley.violation.sla']).to.equal(id);
    const reports = await Promise.all((await client.get('/report/')).locations.map((at) => client.get(at)));
    expect(reports.map((each) => each.attributes['org.parley.report.sla'])).to.deep.equal([id]);
    const report = (await client.get('/report/')).locations[0]!;
    for (const type of ['text/csv', 'text/html', 'application/json']) {
      const answer = await client.send('GET', report, undefined, { Accept: type });
      expect(answer.status, type).to.equal(200);
      expect(answer.text, type).to.include('availability');
    }
  });

  it('is about what is linked: what comes later is measured, what is taken off no longer', async () => {
    const second = await client.create('/compute/', { kind: COMPUTE });
    const link = await client.create('/agreement_link/', {
      kind: `${SLA}agreement_link`,
      source: path,
      target: second,
    });
    const collector = await until('its collector', async () => {
      const all = await Promise.all((await client.get('/collector/')).locations.map((at) => client.get(at)));
      return all.find((each) => each.attributes['occi.core.target'] === second);
    });
    expect(collector.attributes['org.parley.collector.instance']).to.equal(`${LINKED}/1`);
    const held = await client.send('DELETE', second);
    expect(held.status, 'a resource under a live agreement').to.equal(409);
    expect((await client.send('DELETE', link)).status).to.equal(200);
    await until('the machine to be free', async () =>
      (await client.send('DELETE', second)).status === 200 ? true : undefined,
    );
  });

  it('goes on after a restart', async () => {
    const token = await service.token('customer');
    await service.restart();
    client = service.client('text/plain', token);
    expect((await client.get(path)).attributes).to.include({ [STATE]: 'accepted' });
    const collector = (await client.get('/collector/')).locations[0]!;
    expect((await client.get(collector)).attributes).to.have.property('org.parley.collector.last.at');
  });

  it('frees its machine when it is terminated, and is judged once more', async () => {
    expect((await client.act(path, `${SLA}terminate`)).attributes[STATE]).to.equal('terminated');
    expect((await client.send('DELETE', machine)).status, 'free at once').to.equal(200);
    expect((await client.get('/collector/')).locations, 'what measured it goes with its target').to.deep.equal([]);
    const report = (await client.get('/report/')).locations[0]!;
    const judged = await client.send('GET', report, undefined, { Accept: 'application/json' });
    expect(JSON.parse(judged.text)).to.have.nested.property('levels[0].windows');
    expect((await client.send('DELETE', path)).status).to.equal(200);
    const links = await Promise.all((await client.get('/agreement_link/')).locations.map((at) => client.get(at)));
    expect(links.map((each) => each.attributes['occi.core.source'])).not.to.include(path);
  });
});

/** The shipped server tells its process. */
async function pidOf(url: string): Promise<number | undefined> {
  const answer = await fetch(url).catch(() => undefined);
  if (answer === undefined) return undefined;
  return ((await answer.json()) as { pid?: number }).pid;
}
