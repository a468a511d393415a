import { expect } from 'chai';
import type { Json, JsonObject } from '../../src/shared/json.ts';
import { CFP, REPORT, SLA, cfp, event, proposal, proposalId, ranking, reportDocument, sla } from './entities.ts';
import { exampleCall, exampleShortForm } from './example-call.ts';
import { StubService, parley, sendEvents, sendJson } from './stub-service.ts';

const files = { 'call.yaml': exampleShortForm };

describe('the command line', () => {
  let stub: StubService;
  beforeEach(async () => {
    stub = await StubService.start();
    stub.on(`GET /proposal/${proposalId(1)}`, proposal(1, 'aws', false));
    stub.on(`GET /proposal/${proposalId(2)}`, proposal(2, 'local', true));
  });
  afterEach(() => stub.stop());

  describe('cfp submit', () => {
    it('shows with --dry-run what would be sent, and asks nobody', async () => {
      const { code, out } = await parley(['cfp', 'submit', 'call.yaml', '--dry-run'], { files });
      expect(code).to.equal(0);
      expect(JSON.parse(out)).to.deep.equal(exampleCall);
    });

    it('posts, waits with the event stream, resumes it, and shows the proposals', async () => {
      stub.on('POST /cfp/', cfp('open'), 201);
      stub.on(`GET /cfp/${CFP}`, cfp('open'));
      stub.on('GET /events', ({ headers }, response) => {
        if (headers['last-event-id'] === undefined) {
          sendEvents(response, [event(7, 'open')]);
          setTimeout(() => response.destroy(), 20);
          return;
        }
        stub.on(`GET /cfp/${CFP}`, cfp('ranked', ranking));
        sendEvents(response, [event(7, 'open'), event(8, 'ranked')]);
      });
      const { code, out, err } = await parley(['cfp', 'submit', 'call.yaml'], { files, stub });
      expect(code).to.equal(0);
      const [posted] = stub.seen;
      expect(posted?.body).to.deep.equal(exampleCall);
      expect(posted?.headers['authorization']).to.equal('Bearer secret-of-the-test');
      expect(posted?.headers['idempotency-key']).to.match(/^"[0-9a-f]{32}"$/);
      const streams = stub.seen.filter(({ url }) => url.startsWith('/events'));
      expect(decodeURIComponent(streams[0]?.url ?? '')).to.equal(`/events?of=/cfp/${CFP}`);
      expect(streams[1]?.headers['last-event-id']).to.equal('7');
      expect(err.match(/cfp +open/g)).to.have.length(1);
      expect(err).to.match(/cfp +ranked/);
      expect(out).to.contain('aws');
      expect(out).to.contain('54.99');
    });

    it('ends at once with --no-wait, and with a draft', async () => {
      stub.on('POST /cfp/', cfp('open'), 201);
      const stored = await parley(['cfp', 'submit', 'call.yaml', '--no-wait'], { files, stub });
      expect(stored).to.deep.include({ code: 0, out: `/cfp/${CFP}  open\n` });
      stub.on('POST /cfp/', cfp('draft'), 201);
      const draft = await parley(['cfp', 'submit', 'call.yaml', '--json'], { files, stub });
      expect(draft.code).to.equal(0);
      expect(JSON.parse(draft.out)).to.have.nested.property('id', `urn:uuid:${CFP}`);
      expect(stub.seen).to.have.length(2);
    });

    it('tells a script that nothing fulfils the call', async () => {
      stub.on('POST /cfp/', cfp('open'), 201);
      stub.on('GET /events', (_seen, response) => {
        sendEvents(response, []);
      });
      const reason = {
        code: 'nothing_feasible',
        detail: 'No proposal meets the call',
        relaxations: [{ rule: 'cfp.budget', text: 'price.month <= 95 EUR would admit 1', admits: 1 }],
      };
      stub.on(`GET /cfp/${CFP}`, cfp('unfulfilled', { 'org.parley.cfp.ranking': [], 'org.parley.cfp.reason': reason }));
      const { code, out } = await parley(['cfp', 'submit', 'call.yaml'], { files, stub });
      expect(code).to.equal(4);
      expect(out).to.contain('No proposal meets the call');
      expect(out).to.contain('cfp.budget: price.month <= 95 EUR would admit 1');
    });

    it('names place, path and hint of everything the service refuses', async () => {
      stub.on(
        'POST /cfp/',
        {
          title: 'The call for proposals makes no sense as written',
          status: 422,
          code: 'invalid_cfp',
          request: '01J',
          problems: [
            {
              path: '/attributes/org.parley.cfp.resources/0/attributes/occi.compute.memory',
              code: 'range_empty',
              detail: 'min 16 is over max 4',
              hint: 'swap them',
            },
            { path: '/attributes/org.parley.cfp.rules', code: 'contradictory', detail: 'that cannot be' },
          ],
        },
        422,
      );
      const { code, err, out } = await parley(['cfp', 'submit', 'call.yaml'], { files, stub });
      expect(code).to.equal(1);
      expect(out).to.equal('');
      expect(err).to.equal(
        'The call for proposals makes no sense as written (422 invalid_cfp)\n' +
          '  call.yaml:3:59 /attributes/org.parley.cfp.resources/0/attributes/occi.compute.memory: min 16 is over max 4 (swap them)\n' +
          '  call.yaml:10:1 /attributes/org.parley.cfp.rules: that cannot be\n' +
          '  request 01J\n',
      );
    });

    it('names line and column of a mistake in the file', async () => {
      const { code, err } = await parley(['cfp', 'submit', 'bad.yaml'], {
        files: { 'bad.yaml': 'budget: 90\n' },
        stub,
      });
      expect(code).to.equal(2);
      expect(err.split('\n')).to.include(
        'bad.yaml:1:9: budget: 90 is not understood; right would be: 90 EUR/month (also /hour, /once, /term for the whole period)',
      );
      expect(stub.seen).to.have.length(0);
    });

    it('ends with 130 when it is interrupted', async () => {
      stub.on('POST /cfp/', cfp('open'), 201);
      stub.on('GET /events', (_seen, response) => {
        sendEvents(response, [event(1, 'open')]);
      });
      const stopper = new AbortController();
      let asked = 0;
      stub.on(`GET /cfp/${CFP}`, (_seen, response) => {
        if (++asked === 2) stopper.abort();
        sendJson(response, 200, cfp('open'));
      });
      const { code } = await parley(['cfp', 'submit', 'call.yaml'], { files, stub, io: { signal: stopper.signal } });
      expect(code).to.equal(130);
    });
  });

  describe('proposals and cfp show', () => {
    const full = cfp('ranked', {
      ...ranking,
      'org.parley.cfp.answers': [
        { vendor: 'aws', outcome: 'proposed', proposals: 1, seconds: 0.012 },
        { vendor: 'slow', outcome: 'timed_out', seconds: 30, code: 'deadline', detail: 'no answer\u001b[31m in time' },
      ],
      'org.parley.cfp.eliminated': [
        {
          rule: 'cfp.budget',
          count: 12,
          nearest: [{ proposal: `urn:uuid:${proposalId(3)}`, miss: 0.06, needs: 'price.month <= 90 EUR (is 95.20)' }],
        },
      ],
    });

    it('show the market as a table, the reasons, and the eliminated', async () => {
      stub.on(`GET /cfp/${CFP}`, full);
      const { code, out } = await parley(['proposals', CFP], { stub });
      expect(code).to.equal(0);
      const lines = out.split('\n');
      expect(
        lines.every((line) => line.length <= 100),
        out,
      ).to.equal(true);
      expect(out).to.not.contain('\u001b');
      const table = lines.filter((line) => line.includes(proposalId(2)));
      expect(table[0]?.trim().split(/\s{2,}/)).to.deep.equal([
        '2',
        'local',
        'eu-west-1',
        '54.99',
        '0.800',
        'yes',
        proposalId(2),
      ]);
      expect(out).to.contain('EUR/month');
      expect(out).to.contain('price 0.250 of 1.000 (54.9866)');
      expect(out).to.contain('cannot be awarded: Nobody has an account there');
      expect(out).to.contain('first if price.month <= 40.00');
      expect(out).to.contain('beaten in everything by aws eu-west-1');
      expect(out).to.contain('12 by cfp.budget');
      expect(out).to.contain('needs price.month <= 90 EUR (is 95.20)');
    });

    it('take an id, a path and a URL, and print JSON for machines', async () => {
      stub.on(`GET /cfp/${CFP}`, full);
      for (const id of [`urn:uuid:${CFP}`, `/cfp/${CFP}`, `${stub.url}/cfp/${CFP}`]) {
        const { code, out } = await parley(['proposals', id, '--json'], { stub });
        expect(code).to.equal(0);
        expect((JSON.parse(out) as { proposals: Json[] }).proposals).to.have.length(2);
      }
    });

    it('show the best as asked', async () => {
      stub.on(`GET /cfp/${CFP}`, full);
      const { out } = await parley(['proposals', CFP, '--limit', '1'], { stub });
      expect(out).to.contain('The best 1 of 2');
      expect((await parley(['proposals', CFP, '--limit', 'x'], { stub })).code).to.equal(2);
    });

    it('show a call', async () => {
      stub.on(`GET /cfp/${CFP}`, full);
      const { out } = await parley(['cfp', 'show', CFP], { stub });
      expect(out).to.match(/budget +90\.00 EUR each month/);
      expect(out).to.contain('web: 2 × compute, cores ≥ 1, memory ≥ 0.5 ≤ 16');
      expect(out).to.contain('p95 http.response.time <= 0.3');
      expect(out).to.match(/slow +timed_out +30\.00 +deadline: no answer/);
    });
  });

  describe('award', () => {
    beforeEach(() => {
      stub.on(`GET /cfp/${CFP}`, cfp('ranked', ranking));
      stub.on(`GET /sla/${SLA}`, sla('active'));
      stub.on('GET /events', (_seen, response) => {
        sendEvents(response, []);
      });
      stub.on(`POST /cfp/${CFP}?action=award`, (_seen, response) => {
        stub.on(`GET /cfp/${CFP}`, cfp('awarded', ranking));
        sendJson(response, 200, { resources: [sla('confirming')] });
      });
    });

    const awarded = (): Json | undefined =>
      (stub.seen.find(({ method }) => method === 'POST')?.body as { attributes: JsonObject } | undefined)?.attributes[
        'proposals'
      ];

    it('takes the best that can be awarded, and waits until it is in force', async () => {
      const { code, out } = await parley(['award', CFP], { stub });
      expect(code).to.equal(0);
      expect(awarded()).to.deep.equal([`urn:uuid:${proposalId(2)}`]);
      expect(out).to.match(new RegExp(`/sla/${SLA} +accepted +active +local`));
    });

    it('takes ranks and ids', async () => {
      await parley(['award', CFP, '1', proposalId(2)], { stub });
      expect(awarded()).to.deep.equal([`urn:uuid:${proposalId(1)}`, `/proposal/${proposalId(2)}`]);
      expect((await parley(['award', CFP, '9'], { stub })).code).to.equal(2);
    });

    it('tells what is possible where the state forbids it', async () => {
      stub.on(
        `POST /cfp/${CFP}?action=award`,
        { title: 'It is cancelled', status: 409, code: 'state', state: 'cancelled', moves: ['revise'] },
        409,
      );
      const { code, err } = await parley(['award', CFP, '2'], { stub });
      expect(code).to.equal(1);
      expect(err).to.contain('its state is cancelled');
      expect(err).to.contain('possible now: revise');
    });

    it('tells a script when nothing can be awarded, or the award failed', async () => {
      stub.on(`GET /proposal/${proposalId(2)}`, proposal(2, 'gcp', false));
      expect((await parley(['award', CFP], { stub })).code).to.equal(4);
      stub.on(`POST /cfp/${CFP}?action=award`, (_seen, response) => {
        stub.on(`GET /cfp/${CFP}`, cfp('unfulfilled', ranking));
        sendJson(response, 200, { resources: [sla('failed')] });
      });
      const failed = await parley(['award', CFP, '2'], { stub });
      expect(failed.code).to.equal(4);
      expect(failed.err).to.contain('the call is unfulfilled');
    });
  });

  describe('sla, report, vendors, token', () => {
    it('list and show agreements, page by page', async () => {
      stub.on('GET /sla/', (_seen, response) => {
        response.setHeader('Parley-Next-Cursor', 'next one');
        sendJson(response, 200, { resources: [sla('active')] });
      });
      stub.on('GET /sla/?after=next%20one', { resources: [sla('degraded')] });
      const { out } = await parley(['sla', 'list'], { stub });
      expect(out.trim().split('\n')).to.have.length(3);
      stub.on(`GET /sla/${SLA}`, sla('active'));
      const one = await parley(['sla', 'show', SLA], { stub });
      expect(one.out).to.match(/state +accepted \(active\)/);
      expect(one.out).to.match(/up +fulfilled +net.reachable/);
      expect(one.out).to.contain('/compute/x');
    });

    it('find the report of an SLA, in every format', async () => {
      const accepted: string[] = [];
      stub.on(`GET /sla/${SLA}`, sla('active'));
      stub.on(`GET /report/${REPORT}`, ({ headers }, response) => {
        accepted.push(headers.accept ?? '');
        if (headers.accept === 'application/json')
          response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(reportDocument));
        else response.writeHead(200, { 'Content-Type': headers.accept }).end('a,b');
      });
      const { code, out } = await parley(['report', SLA], { stub });
      expect(code).to.equal(0);
      expect(out.split('\n').every((line) => line.length <= 100)).to.equal(true);
      expect(out).to.match(/web\/0 .*99\.5 % .*fulfilled so far/);
      expect(out).to.contain('incident on web/1: 2026-11-20T10:00:00Z … still open, 3 bad slices');
      expect(out).to.contain('0.10 EUR');
      expect((await parley(['report', REPORT, '--format', 'csv'], { stub })).out).to.equal('a,b\n');
      expect((await parley(['report', `/report/${REPORT}`, '--format', 'html'], { stub })).out).to.equal('a,b\n');
      expect(JSON.parse((await parley(['report', SLA, '--json'], { stub })).out)).to.deep.equal(reportDocument);
      expect(accepted).to.deep.equal(['application/json', 'text/csv', 'text/html', 'application/json']);
      expect((await parley(['report', SLA, '--format', 'pdf'], { stub })).code).to.equal(2);
    });

    it('list vendors', async () => {
      stub.on('GET /vendor/', {
        resources: [
          {
            attributes: {
              'org.parley.vendor.id': 'aws',
              'org.parley.vendor.provider': 'aws',
              'org.parley.vendor.state': 'connected',
              'org.parley.vendor.awardable': false,
              'org.parley.vendor.currency': 'USD',
              'org.parley.vendor.regions': ['a', 'b'],
              'org.parley.vendor.facts': { offers: 20_000 },
              'org.parley.vendor.whynot': 'A price list, no account',
            },
          },
        ],
      });
      const { out } = await parley(['vendors'], { stub });
      expect(out).to.match(/aws +aws +connected +no +USD +2 +20000 +A price list/);
    });

    it('print a new token alone on standard output', async () => {
      stub.on(
        'POST /token/',
        { attributes: { 'org.parley.token.secret': 's3cret', 'org.parley.token.role': 'customer' } },
        201,
      );
      const { code, out } = await parley(
        ['token', 'create', '--role', 'customer', '--tenant', 'acme', '--expires', 'P90D'],
        { stub },
      );
      expect({ code, out }).to.deep.equal({ code: 0, out: 's3cret\n' });
      expect(stub.seen[0]?.body).to.deep.equal({
        kind: 'http://schemas.parley.org/occi/auth#token',
        attributes: {
          'org.parley.token.role': 'customer',
          'org.parley.token.tenant': 'acme',
          'org.parley.token.expires': 'P90D',
        },
      });
      expect((await parley(['token', 'create', '--role', 'customer'], { stub })).code).to.equal(2);
    });
  });
});
