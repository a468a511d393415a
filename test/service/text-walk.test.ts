import { expect } from 'chai';
import { liveService, until, type LiveService } from '../support/live-service.ts';
import type { OcciClient, Rendering, Seen } from '../support/occi-clients.ts';

const BROKER = 'http://schemas.parley.org/occi/broker';
const SLA = 'http://schemas.ogf.org/occi/sla#';
const MONITORING = 'http://schemas.ogf.org/occi/monitoring#';

/** What `org.parley.cfp.resources` and `.levels` say: lists, which text carries as JSON in a quoted string. */
const RESOURCES = [
  {
    id: 'web',
    kind: 'http://schemas.ogf.org/occi/infrastructure#compute',
    attributes: { 'occi.compute.cores': { min: 1 } },
  },
];
const LEVELS = [
  {
    id: 'up',
    of: ['web'],
    need: 'must',
    indicator: { metric: 'net.reachable', op: '=', value: 1, period: 'PT0.5S', probe: { timeout: 'PT0.4S' } },
    slice: 'PT1S',
    target: 0.9,
    count: 'inforce',
    window: { anchor: '2026-01-01T00:00:00Z', every: 'PT1H' },
    settle: 'PT2S',
  },
];

/** From the call to the report with nothing but one text rendering. */
for (const rendering of ['text/plain', 'text/occi'] as const satisfies readonly Rendering[])
  describe(`the life of one call for proposals in ${rendering} only`, function () {
    this.timeout(90_000);
    let service: LiveService;
    let client: OcciClient;
    let customer: string;
    let cfp: string;
    let proposal: string;
    let sla: string;

    before(async () => {
      service = await liveService();
      customer = await service.token('customer');
      client = service.client(rendering, customer);
    });
    after(() => service.stop());

    const list = (seen: Seen, name: string): unknown => JSON.parse(String(seen.attributes[name]));

    it('finds every type of ours in discovery, with its location', async () => {
      const { text } = await service.client('text/plain').get('/-/');
      for (const path of [
        'cfp',
        'proposal',
        'ruleset',
        'sla',
        'agreement',
        'agreement_link',
        'violation',
        'credit',
        'exclusion',
        'report',
        'sensor',
        'collector',
        'agent',
        'vendor',
        'broker',
        'meter',
        'archiver',
        'token',
        'webhook',
      ])
        // prettier-ignore
        expect(text, path).to.match(new RegExp(`^Category: [a-z_]+; scheme="[^"]+"; class="(kind|mixin)".* location="/${path}/"`, 'm'));
    });

    it('posts a call, with its lists as JSON in quoted strings', async () => {
      cfp = await client.create(
        '/cfp/',
        {
          kind: `${BROKER}#cfp`,
          attributes: {
            'occi.core.title': 'One server, "small"',
            'org.parley.cfp.resources': RESOURCES,
            'org.parley.cfp.levels': LEVELS,
            'org.parley.cfp.rules': { ref: 'cheapest@1' },
            'org.parley.cfp.budget': { amount: '90000.00', currency: 'EUR', per: 'month' },
            'org.parley.cfp.replyby': 'PT5S',
          },
        },
        { Prefer: 'wait=20' },
      );
      const seen = await client.get(cfp);
      expect(seen.attributes).to.include({
        'org.parley.cfp.state': 'ranked',
        'occi.core.title': 'One server, "small"',
      });
      expect(list(seen, 'org.parley.cfp.resources')).to.have.nested.property('[0].id', 'web');
      expect(seen.actions).to.include.members(['award', 'cancel', 'revise']);
      const ranking = list(seen, 'org.parley.cfp.ranking') as string[];
      expect(ranking).to.have.length(1);
      proposal = ranking[0]!;
    });

    it('refuses what is no JSON, and says where', async () => {
      const bad = await client.send('POST', '/cfp/', {
        kind: `${BROKER}#cfp`,
        attributes: { 'org.parley.cfp.resources': '[{"id": "web"' },
      });
      expect(bad.status).to.equal(400);
      expect(bad.text + JSON.stringify(bad.headers)).to.include('org.parley.cfp.resources');
    });

    it('lists the proposals and reads the best', async () => {
      const { locations } = await client.get('/proposal/');
      const path = `/proposal/${proposal.slice(proposal.lastIndexOf(':') + 1)}`;
      expect(locations).to.deep.equal([path]);
      const seen = await client.get(path);
      expect(seen.attributes).to.include({
        'org.parley.proposal.vendor': 'local',
        'org.parley.proposal.rank': 1,
        'org.parley.proposal.awardable': true,
      });
      expect(list(seen, 'org.parley.proposal.price')).to.have.property('currency', 'EUR');
    });

    it('awards it, and follows the SLA until it is in force', async () => {
      const award = await client.act(cfp, `${BROKER}/cfp/action#award`, { proposals: [proposal] });
      expect(award.status).to.equal(200);
      const slas = (await client.get('/sla/')).locations;
      expect(slas).to.have.length(1);
      sla = slas[0]!;
      const seen = await until('the SLA in force', async () => {
        const now = await client.get(sla);
        return now.attributes['org.parley.sla.phase'] === 'active' ? now : undefined;
      });
      expect(seen.attributes['occi.agreement.state']).to.equal('accepted');
      expect(seen.attributes['up.term.type']).to.equal('SLO-TERM');
      expect(seen.actions).to.include.members(['suspend', 'terminate']);
      const compute = seen.links.find(({ target }) => target.startsWith('/compute/'));
      expect(compute?.category).to.equal(`${SLA}agreement_link`);
      const machine = await client.get(compute!.target);
      expect(machine.attributes['occi.compute.state']).to.equal('active');
      expect(machine.attributes['org.parley.endpoint.url']).to.match(/^http:\/\//);
    });

    it('sees its term fulfilled, reads the report, and what its collector measured last', async () => {
      const seen = await until('a judgement', async () => {
        const now = await client.get(sla);
        return now.attributes['up.term.state'] === 'fulfilled' ? now : undefined;
      });
      const report = String(seen.attributes['org.parley.sla.report']);
      const found = await client.get(`/report/${report.slice(report.lastIndexOf(':') + 1)}`);
      expect(found.attributes['org.parley.report.status']).to.equal('open');
      expect(found.attributes['org.parley.report.sla']).to.equal(seen.attributes['occi.core.id']);
      const discovered = await service.client('text/plain', customer).get('/-/');
      expect(discovered.text, 'the term of the level').to.include(
        `Category: up; scheme="http://schemas.parley.org/occi/sla/term/`,
      );
      const { locations } = await client.get('/collector/');
      expect(locations).to.have.length(1);
      const collector = await client.get(locations[0]!);
      expect(collector.attributes).to.include({
        'org.parley.collector.metric': 'net.reachable',
        'org.parley.collector.last.value': 1,
      });
      expect(Date.parse(String(collector.attributes['org.parley.collector.last.at']))).to.be.closeTo(
        Date.now(),
        30_000,
      );
      const sensor = await client.get(String(collector.attributes['occi.core.source']));
      expect(sensor.attributes['org.parley.archiver.last.value']).to.equal(1);
    });

    it('measures with a sensor and a meter of its own', async () => {
      const machine = (await client.get('/compute/')).locations[0]!;
      const sensor = await client.create('/sensor/', {
        kind: `${MONITORING}sensor`,
        attributes: { 'occi.sensor.period': 0.2 },
      });
      const path = await client.create('/collector/', {
        kind: `${MONITORING}collector`,
        mixins: ['http://schemas.parley.org/occi/monitoring#http'],
        source: sensor,
        target: machine,
      });
      const seen = await until('a value', async () => {
        const now = await client.get(path);
        return now.attributes['org.parley.collector.last.value'] === undefined ? undefined : now;
      });
      expect(seen.attributes['org.parley.collector.last.value']).to.equal(1);
      const latest = list(seen, 'org.parley.collector.latest') as Record<string, { value: number }>;
      expect(latest['http.response.time']?.value).to.be.greaterThan(0);
      expect((await client.send('DELETE', sensor)).status).to.equal(200);
      expect((await client.get(path)).status).to.equal(404);
    });

    it('asks for an exclusion, and has it decided by the operator', async () => {
      const at = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
      const path = await client.create('/exclusion/', {
        kind: 'http://schemas.parley.org/occi/compliance#exclusion',
        attributes: {
          'org.parley.exclusion.sla': sla,
          'org.parley.exclusion.levels': ['up'],
          'org.parley.exclusion.from': at(60),
          'org.parley.exclusion.until': at(90),
          'org.parley.exclusion.reason': 'force-majeure',
        },
      });
      expect((await client.get(path)).attributes['org.parley.exclusion.state']).to.equal('proposed');
      const operator = service.client(rendering);
      const approved = await operator.act(path, 'http://schemas.parley.org/occi/compliance/exclusion/action#approve');
      expect(approved.status, approved.text).to.equal(200);
      expect((await client.get(path)).attributes['org.parley.exclusion.state']).to.equal('approved');
    });

    it("keeps to what was agreed: the links of an SLA are not the customer's", async () => {
      const link = (await client.get(sla)).links[0]!.self;
      expect((await client.send('DELETE', link)).status).to.equal(409);
      const more = await client.send('POST', '/agreement_link/', {
        kind: `${SLA}agreement_link`,
        source: sla,
        target: (await client.get('/compute/')).locations[0]!,
      });
      expect(more.status).to.equal(403);
    });

    it('makes a token, whose secret is shown once', async () => {
      const operator = service.client(rendering);
      const made = await operator.send('POST', '/token/', {
        kind: 'http://schemas.parley.org/occi/auth#token',
        attributes: { 'org.parley.token.role': 'auditor', 'org.parley.token.tenant': 'default' },
      });
      expect(made.status).to.equal(201);
      const path = made.headers.location!.slice(service.url.length);
      const secret = made.attributes['org.parley.token.secret'] as string;
      const answer = await fetch(service.url + path, { headers: { Authorization: `Bearer ${secret}` } });
      expect(answer.status, 'who may not look at tokens is known all the same').to.be.oneOf([403, 404]);
      const again = await operator.get(path);
      expect(again.attributes['org.parley.token.role']).to.equal('auditor');
      expect(again.attributes).not.to.have.any.keys('org.parley.token.secret');
    });

    it('lists every collection that discovery names, and reads every member', async () => {
      const operator = service.client(rendering);
      const { text } = await service.client('text/plain').get('/-/');
      const places = [...text.matchAll(/ location="([^"]+)"/g)].map((found) => found[1]!);
      expect(places.length).to.be.greaterThan(60);
      const members = new Set<string>();
      for (const place of places) {
        const seen = await operator.get(place);
        expect(seen.status, place).to.equal(200);
        for (const path of seen.locations) members.add(path);
      }
      for (const kind of [
        'cfp',
        'proposal',
        'sla',
        'report',
        'sensor',
        'collector',
        'compute',
        'agent',
        'exclusion',
        'token',
      ])
        expect(
          [...members].some((path) => path.startsWith(`/${kind}/`)),
          kind,
        ).to.equal(true);
      for (const path of members) {
        const seen = await operator.get(path);
        expect(seen.status, path).to.equal(200);
        expect(seen.categories, path).not.to.be.empty;
        expect(seen.attributes, path).to.have.property('occi.core.id');
      }
    });

    it('terminates it, and its server is gone', async () => {
      expect((await client.act(sla, `${SLA}terminate`)).status).to.equal(200);
      await until('the end', async () => {
        const now = await client.get(sla);
        return now.attributes['occi.agreement.state'] === 'terminated' ? now : undefined;
      });
      expect((await client.get('/compute/')).locations).to.deep.equal([]);
    });
  });
