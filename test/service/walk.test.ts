import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client, type CloudEvent, type Refused } from '../../src/cli/client.ts';
import { demoCall } from '../../src/cli/demo/call.ts';
import { startService, type RunningService } from '../../src/cli/demo/service.ts';
import { attribute, attributeText, attributesOf, objects, pathFor, textOf, texts } from '../../src/cli/entity.ts';
import { verifyReport } from '../../src/compliance/offline.ts';
import type { Json, JsonObject } from '../../src/shared/json.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';

const TOKEN = 'walk-token-walk-token-walk-token-walk';
const AWARD = 'http://schemas.parley.org/occi/broker/cfp/action#award';
const START = 'http://schemas.ogf.org/occi/infrastructure/compute/action#start';
const TERMINATE = 'http://schemas.ogf.org/occi/sla#terminate';

/** The demo's call, with a budget that suits the test's price. */
function call(): JsonObject {
  const demo = demoCall(Date.now());
  const budget = { amount: '90000.00', currency: 'EUR', per: 'month' };
  return { ...demo, attributes: { ...attributesOf(demo), 'org.parley.cfp.budget': budget } };
}

/** One call for proposals from POST to its report, over real HTTP, with the shipped vendors and real processes. */
describe('the life of one call for proposals', function () {
  this.timeout(120_000);
  let folder: string;
  let service: RunningService;
  let client: Client;
  let cfp: JsonObject;
  let cfpPath: string;
  let sla: string;
  let servers: { path: string; url: string }[];
  const events: CloudEvent[] = [];
  const watching = new AbortController();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-walk-'));
    // Dear enough that a missed window of seconds is worth some cents.
    const local = { id: 'local', plugin: 'local', config: { price: { core: '30.00', memory: '0', storage: '0.05' } } };
    const clouds = ['azure', 'aws', 'gcp'].map((id) => ({ id, plugin: 'catalog', config: { preset: id } }));
    await writeFile(join(folder, 'parley.json'), JSON.stringify({ vendors: [local, ...clouds] }));
    service = await startService({
      PARLEY_CONFIG: join(folder, 'parley.json'),
      PARLEY_DATA: join(folder, 'data'),
      PARLEY_PORT: '0',
      PARLEY_LOG: 'info',
      PARLEY_BOOTSTRAP_TOKEN: TOKEN,
    });
    const operator = createClient({ url: service.url, token: TOKEN });
    const token = await operator.post('/token/', {
      kind: 'http://schemas.parley.org/occi/auth#token',
      attributes: { 'org.parley.token.role': 'customer', 'org.parley.token.tenant': 'acme' },
    });
    client = createClient({ url: service.url, token: attributeText(token, 'org.parley.token.secret') });
    void (async () => {
      for await (const event of client.events(undefined, watching.signal)) events.push(event);
    })();
  });

  after(async () => {
    watching.abort();
    await service.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  /** The first event that is wanted, also if it came already. */
  async function seen(wanted: (event: CloudEvent) => boolean): Promise<CloudEvent> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = events.find(wanted);
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`did not come; there were ${events.map((each) => each.type).join()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('shows the vendors that are connected', async () => {
    const vendors = objects((await client.get('/vendor/'))['resources']);
    expect(vendors.map((each) => attributeText(each, 'org.parley.vendor.id'))).to.have.members([
      'local',
      'azure',
      'aws',
      'gcp',
    ]);
    for (const vendor of vendors)
      expect(attributeText(vendor, 'org.parley.vendor.state'), textOf(vendor['title'])).to.equal('connected');
  });

  it('takes the call, asks every vendor and ranks what they propose', async () => {
    const answer = await client.request('POST', '/cfp/', {
      body: call(),
      headers: { Prefer: 'wait=30', 'Idempotency-Key': '"walk"' },
    });
    expect(answer.status).to.equal(201);
    expect(answer.headers.get('preference-applied')).to.equal('wait=30');
    cfp = answer.body as JsonObject;
    cfpPath = pathFor('cfp', textOf(cfp['id']));
    expect(answer.headers.get('location')).to.equal(service.url + cfpPath);
    expect(attributeText(cfp, 'org.parley.cfp.state')).to.equal('ranked');
    const answers = objects(attribute(cfp, 'org.parley.cfp.answers'));
    expect(answers.map((each) => each['outcome'])).to.deep.equal(['proposed', 'proposed', 'proposed', 'proposed']);
  });

  it('gives the first answer again for the same Idempotency-Key', async () => {
    const body = { ...call(), title: 'another body' };
    const status = await client.request('POST', '/cfp/', { body, headers: { 'Idempotency-Key': '"walk"' } }).then(
      (answer) => answer.status,
      (error: unknown) => (error as Refused).status,
    );
    expect(status, 'another body under a used key').to.equal(422);
    expect(objects((await client.get('/cfp/'))['resources'])).to.have.length(1);
  });

  it('explains each rank so that it adds up', async () => {
    const ranking = texts(attribute(cfp, 'org.parley.cfp.ranking'));
    expect(ranking).to.have.length.greaterThan(3);
    let last = Infinity;
    for (const [index, id] of ranking.entries()) {
      const proposal = await client.get(pathFor('proposal', id));
      expect(attribute(proposal, 'org.parley.proposal.rank')).to.equal(index + 1);
      const score = attribute(proposal, 'org.parley.proposal.score') as number;
      const explanation = attribute(proposal, 'org.parley.proposal.explanation') as JsonObject;
      const points = objects(explanation['contributions']).map((each) => each['points'] as number);
      expect(points.reduce((sum, each) => sum + each, 0)).to.be.closeTo(score, 1e-9);
      expect(score).to.be.at.most(last + 0.005);
      last = score;
    }
  });

  it('refuses to award what nobody can buy from us', async () => {
    const list = objects((await client.get('/proposal/'))['resources']);
    const advisory = list.find((each) => attribute(each, 'org.parley.proposal.awardable') === false);
    const refused = await client
      .act(cfpPath, AWARD, { proposals: [textOf(advisory?.['id'])] })
      .then(() => undefined)
      .catch((error: unknown) => error as Refused);
    expect(refused?.status).to.equal(409);
  });

  it('provisions the award for real and checks it against the quote', async () => {
    const list = objects((await client.get('/proposal/'))['resources']);
    const best = list.find((each) => attribute(each, 'org.parley.proposal.awardable') === true);
    const answer = await client.act(cfpPath, AWARD, { proposals: [textOf(best?.['id'])] });
    sla = pathFor('sla', textOf(objects(answer['resources'])[0]?.['id']));
    await seen((event) => event.type === 'org.parley.sla.active' && event.subject === sla);
    await seen((event) => event.type === 'org.parley.cfp.awarded' && event.subject === cfpPath);
    const agreement = await client.get(sla);
    expect(attributeText(agreement, 'occi.agreement.state')).to.equal('accepted');
    const document = attribute(agreement, 'org.parley.sla.document') as JsonObject;
    expect(document['sha256']).to.match(/^[0-9a-f]{64}$/);
    const targets = objects(agreement['links']).map((link) => textOf((link['target'] as JsonObject)['location']));
    expect(targets.filter((each) => each.includes('/storage/'))).to.have.length(2);
    servers = [];
    for (const target of targets.filter((each) => each.includes('/compute/'))) {
      const path = pathFor('compute', target);
      const compute = await client.get(path);
      expect(attributeText(compute, 'occi.compute.state')).to.equal('active');
      servers.push({ path, url: attributeText(compute, 'org.parley.endpoint.url') });
    }
    expect(servers).to.have.length(2);
    for (const { url } of servers) expect((await fetch(url)).status).to.equal(200);
    expect((await secondAward()).status).to.equal(409);
  });

  async function secondAward(): Promise<Refused> {
    const [first] = texts(attribute(cfp, 'org.parley.cfp.ranking'));
    return client.act(cfpPath, AWARD, { proposals: [first ?? ''] }).then(
      () => {
        throw new Error('was awarded twice');
      },
      (error: unknown) => error as Refused,
    );
  }

  it('tells nothing of it to another tenant', async () => {
    const operator = createClient({ url: service.url, token: TOKEN });
    const token = await operator.post('/token/', {
      kind: 'http://schemas.parley.org/occi/auth#token',
      attributes: { 'org.parley.token.role': 'customer', 'org.parley.token.tenant': 'other' },
    });
    const other = createClient({ url: service.url, token: attributeText(token, 'org.parley.token.secret') });
    for (const path of [cfpPath, sla, servers[0]?.path ?? '']) {
      const status = await other.get(path).then(
        () => 200,
        (error: unknown) => (error as Refused).status,
      );
      expect(status, path).to.equal(404);
    }
    expect(objects((await other.get('/sla/'))['resources'])).to.deep.equal([]);
  });

  it('opens an incident when a process is killed, and resolves it when it is back', async () => {
    // In the first seconds of a window, so that the break lies in one window only.
    const left = 20_000 - (Date.now() % 20_000);
    if (left < 14_000) await new Promise((resolve) => setTimeout(resolve, left + 500));
    const [victim] = servers;
    const { pid } = (await (await fetch(victim?.url ?? '')).json()) as { pid: number };
    process.kill(pid, 'SIGKILL');
    const incident = await violation('incident');
    await seen((event) => event.type === 'org.parley.violation.open' && event.subject === incident);
    await seen((event) => event.type === 'org.parley.sla.degraded' && event.subject === sla);
    const breach = await violation('breach');
    await client.act(victim?.path ?? '', START);
    expect((await fetch(victim?.url ?? '')).status).to.equal(200);
    await seen((event) => event.type === 'org.parley.violation.resolved' && event.subject === incident);
    // Response times are at the mercy of the machine that runs this; reachability is not.
    const found = (await violations()).filter((each) => attributeText(each, 'org.parley.violation.level') === 'up');
    expect(found.map((each) => pathFor('violation', textOf(each['id'])))).to.have.members([incident, breach]);
    expect(found.map((each) => attributeText(each, 'org.parley.violation.index'))).to.deep.equal(['web/0', 'web/0']);
  });

  async function violations(): Promise<JsonObject[]> {
    return objects((await client.get('/violation/'))['resources']);
  }

  /** Path of the violation of level `up`, once it is there. */
  async function violation(type: string): Promise<string> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const found = (await violations()).find(
        (each) =>
          attributeText(each, 'org.parley.violation.type') === type &&
          attributeText(each, 'org.parley.violation.level') === 'up',
      );
      if (found !== undefined) return pathFor('violation', textOf(found['id']));
      if (Date.now() > deadline) throw new Error(`no ${type} of level up`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it('reports it so that it can be computed again from the exported samples', async () => {
    const path = pathFor('report', attributeText(await client.get(sla), 'org.parley.sla.report'));
    const subject = await violation('breach');
    await seen((event) => event.type === 'org.parley.violation.resolved' && event.subject === subject);

    const report = (await client.request('GET', path, { accept: 'application/json' })).body as JsonObject;
    const up = objects(report['levels']).find((each) => each['level'] === 'up');
    const missed = objects(up?.['windows']).filter((each) => each['state'] === 'violated');
    expect(missed.map((each) => each['index'])).to.deep.equal(['web/0']);
    const [credit] = objects((await client.get('/credit/'))['resources']);
    // At most 20 s at 30 EUR an hour (the window may have begun before the agreement), and the first tier.
    const due = missed[0]?.['credit'] as JsonObject;
    expect(Number(due['base'])).to.be.within(0.06, 30 / 180 + 1e-8);
    expect(Number(due['amount'])).to.be.closeTo(Number(due['base']) * 0.1, 0.005);
    expect(attributeText(credit as JsonObject, 'org.parley.credit.amount')).to.equal(due['amount']);
    expect(objects(up?.['incidents']).filter((each) => each['index'] === 'web/0')).to.have.length(1);

    const html = await client.request('GET', path, { accept: 'text/html' });
    expect(html.headers.get('content-type')).to.contain('text/html');
    expect(html.text).to.contain('<svg').and.to.contain('web/0');
    const csv = await client.request('GET', path, { accept: 'text/csv' });
    expect(csv.text.trim().split('\n').length).to.be.greaterThan(4);

    const samples = await exported();
    const verdict = verifyReport(JSON.stringify(report), samples);
    expect(verdict.differences).to.deep.equal([]);
    expect(verdict.checked).to.be.greaterThan(10);
  });

  /** What the collectors archived, as one file. */
  async function exported(): Promise<string> {
    const lines: string[] = [];
    let header = '';
    for (const collector of objects((await client.get('/collector/'))['links'] ?? (await collectors()))) {
      const path = pathFor('collector', textOf(collector['id']));
      const [head = '', ...rest] = (await client.request('GET', path, { accept: 'text/csv' })).text.trim().split('\n');
      header = head.trim();
      lines.push(...rest);
    }
    return [header, ...lines].join('\n') + '\n';
  }
  async function collectors(): Promise<Json> {
    return (await client.get('/collector/'))['resources'] ?? [];
  }

  it('shows the report as a page that a browser renders without asking anybody else', async function () {
    if (!hasBrowser) {
      console.warn(
        '      NO BROWSER: /usr/bin/chromium is missing (apt-get install chromium), the page was not looked at',
      );
      this.skip();
    }
    const path = pathFor('report', attributeText(await client.get(sla), 'org.parley.sla.report'));
    const { text } = await client.request('GET', path, { accept: 'text/html' });
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.setContent(text);
      expect(await page.title()).to.contain('Compliance report');
      expect(await page.locator('html').getAttribute('lang')).to.equal('en');
      expect(await page.locator('figure svg').first().getAttribute('aria-label')).to.match(/net\.reachable/);
      const drawn = await page.evaluate("document.querySelector('figure svg').getBoundingClientRect().width");
      expect(drawn).to.be.greaterThan(100);
      expect(await page.locator('.is-violated').count()).to.be.greaterThan(0);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow, 'the page is wider than the window').to.equal(0);
      expect(asked.filter((url) => !url.startsWith('data:') && url !== 'about:blank')).to.deep.equal([]);
    } finally {
      await browser.close();
    }
  });

  it('ends the agreement and leaves no process behind', async () => {
    await client.act(sla, TERMINATE);
    await seen((event) => event.type === 'org.parley.sla.cancelled' && event.subject === sla);
    for (const { url } of servers) {
      const answered = await fetch(url).then(
        () => true,
        () => false,
      );
      expect(answered, url).to.equal(false);
    }
    expect(attributesOf(await client.get(sla))['occi.agreement.state']).to.equal('terminated');
  });
});
