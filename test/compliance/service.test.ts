import { expect } from 'chai';
import { verifyReport } from '../../src/compliance/offline.ts';
import { isObject, type Json, type JsonObject } from '../../src/shared/json.ts';
import { ParleyError } from '../../src/shared/errors.ts';
import type { EntityRecord } from '../../src/occi/entity.ts';
import { level } from './helpers.ts';
import { caller, serviceWorld, type ServiceWorld } from './service-world.ts';

const BEGIN = Date.parse('2026-11-20T10:00:00Z');

/** Windows of half a minute in slices of two seconds, as in a demonstration. */
const quick = level({
  slice: 'PT2S',
  indicator: { metric: 'net.reachable', period: 'PT1S', probe: { timeout: 'PT1S' } },
  target: 0.8,
  window: { anchor: '2026-11-20T10:00:00Z', every: 'PT30S' },
  settle: 'PT5S',
  remedy: { tiers: [{ below: 0.8, credit: 0.1 }, { below: 0.5, credit: 1 }], claim: { by: 'customer', within: 'P2M' } },
}); // prettier-ignore

const down = (from: number, until: number) => (instance: string, at: number) =>
  instance === 'web/0' && at >= BEGIN + from * 1000 && at < BEGIN + until * 1000 ? 0 : 1;

const value = (record: EntityRecord | undefined, name: string): Json | undefined => record?.attributes[name];

async function exported(world: ServiceWorld, type: string, path?: string): Promise<string> {
  const report = (await world.records('report')).at(-1);
  const outcome = await world.engine.handle(
    { op: 'read', path: path ?? `/report/${report?.id ?? ''}`, export: { type, query: {} } },
    { caller: caller('auditor'), request: 'r', signal: new AbortController().signal },
  );
  if (outcome.type !== 'export') throw new Error(outcome.type);
  return String(outcome.content.body);
}

async function samplesCsv(world: ServiceWorld): Promise<string> {
  const lines = ['time,instance,metric,vantage,value'];
  for (const id of [1, 2]) {
    const { times, values } = await world.samples.read(id as never, 0, Number.MAX_SAFE_INTEGER);
    times.forEach((at, i) =>
      lines.push(`${new Date(at).toISOString()},web/${id - 1},net.reachable,broker,${values[i] ?? ''}`),
    );
  }
  return lines.join('\n');
}

describe('compliance of an agreement in force', () => {
  it('opens an incident, degrades, resolves it, breaches the window and owes a credit', async () => {
    const world = await serviceWorld([{ level: quick, committed: true }]);
    await world.run(12_000, down(8, 100));
    const [incident] = await world.records('violation');
    expect(incident?.state).to.equal('open');
    expect(value(incident, 'org.parley.violation.type')).to.equal('incident');
    expect(value(incident, 'org.parley.violation.start')).to.equal('2026-11-20T10:00:08Z');
    expect(world.health.degraded).to.equal(true);

    await world.run(12_000, down(8, 18));
    const seen = await world.records('violation');
    const resolved = seen.find((each) => each.id === incident?.id);
    expect(resolved?.state).to.equal('resolved');
    expect(value(resolved, 'org.parley.violation.end')).to.equal('2026-11-20T10:00:18Z');
    expect(value(resolved, 'org.parley.violation.slices')).to.equal(5);
    expect(value(resolved, 'org.parley.violation.worst')).to.equal(0);
    expect(world.health.degraded).to.equal(false);
    const breach = seen.find((each) => value(each, 'org.parley.violation.type') === 'breach');
    expect(breach?.state).to.equal('open');
    // Three bad of fifteen are allowed: the fourth tips, and it ends at second 16.
    expect(value(breach, 'org.parley.violation.start')).to.equal('2026-11-20T10:00:16Z');
    expect(world.health.terms).to.deep.equal({ up: 'violated' });

    await world.run(20_000, () => 1);
    expect(world.health.terms).to.deep.equal({ up: 'fulfilled' });
    const settled = (await world.records('violation')).find((each) => each.id === breach?.id);
    expect(settled?.state).to.equal('resolved');
    expect(value(settled, 'org.parley.violation.attainment')).to.equal('0.666666666');
    const [credit, ...others] = await world.records('credit');
    expect(others).to.deep.equal([]);
    // 36 an hour are 0.30 in half a minute, of which a tenth is due.
    expect(value(credit, 'org.parley.credit.amount')).to.equal('0.03');
    expect(value(credit, 'org.parley.credit.base')).to.equal('0.3');
    expect(value(credit, 'org.parley.credit.tier')).to.deep.equal({ below: 0.8, credit: 0.1 });
    expect(value(credit, 'org.parley.credit.claimby')).to.equal('2027-01-20T10:00:30Z');
    const events = await world.store.events({ tenant: world.sla.tenant, after: 0, limit: 100 });
    expect(events.map((event) => event.type)).to.deep.equal([
      'org.parley.report.open',
      'org.parley.violation.open',
      'org.parley.violation.open',
      'org.parley.violation.resolved',
      'org.parley.violation.resolved',
      'org.parley.credit.computed',
    ]);
  });

  it('writes nothing twice after a crash', async () => {
    const world = await serviceWorld([{ level: quick, committed: true }]);
    await world.run(24_000, down(8, 18));
    const before = (await world.records('violation')).map((each) => [each.id, each.rev]);
    world.restart();
    await world.compliance.listener.activated?.(world.sla);
    await world.run(2_000, () => 1);
    expect((await world.records('violation')).map((each) => [each.id, each.rev])).to.deep.equal(before);
    expect(await world.records('report')).to.have.lengthOf(1);
  });

  it('has a report in JSON that can be computed again from the samples', async () => {
    const world = await serviceWorld([{ level: quick, committed: true }]);
    await world.run(50_000, down(8, 18));
    const text = await exported(world, 'application/json');
    const report = JSON.parse(text) as JsonObject;
    expect(report['status']).to.equal('open');
    const csv = await samplesCsv(world);
    const verified = verifyReport(text, csv);
    expect(verified.differences).to.deep.equal([]);
    expect(verified.checked).to.be.greaterThan(50);
    // One sample changed: figures, and the hash, differ.
    const changed = verifyReport(text, csv.replace('10:00:20.000Z,web/0,net.reachable,broker,1', '10:00:20.000Z,web/0,net.reachable,broker,0').replace('10:00:21.000Z,web/0,net.reachable,broker,1', '10:00:21.000Z,web/0,net.reachable,broker,0')); // prettier-ignore
    expect(changed.differences.map((each) => each.path)).to.include.members([
      '/samples/sha256',
      '/levels/0/windows/0/bad',
    ]);
  });

  it('shows the report as OCCI, CSV and HTML', async () => {
    const world = await serviceWorld([{ level: quick, committed: true }]);
    await world.run(40_000, down(8, 18));
    const [record] = await world.records('report');
    const outcome = await world.engine.handle(
      { op: 'read', path: `/report/${record?.id ?? ''}` },
      { caller: caller('customer'), request: 'r', signal: new AbortController().signal },
    );
    if (outcome.type !== 'entity') throw new Error(outcome.type);
    const { attributes } = outcome.view.projection;
    expect(attributes['org.parley.report.status']).to.equal('open');
    expect(attributes['org.parley.report.levels']).to.have.lengthOf(1);
    expect(attributes['org.parley.report.violations']).to.have.lengthOf(2);
    expect(attributes['org.parley.report.credits']).to.have.lengthOf(1);
    expect(isObject(attributes['org.parley.report.samples'])).to.equal(true);
    const csv = (await exported(world, 'text/csv')).trim().split('\r\n');
    expect(csv).to.have.lengthOf(1 + 4);
    expect(csv[1]).to.include(',up,net.reachable,web/0,').and.to.include(',0.666666666,violated,');
    const page = await exported(world, 'text/html');
    expect(page)
      .to.match(/<html lang="en">/)
      .and.to.include('<title>Compliance report')
      .and.to.include('aria-label="Chart:');
    expect(page).to.include('66.6666666 %').and.to.include('0.03 EUR');
    expect(page).not.to.include('<script');
  });

  it('hides nothing that was excluded: approval excuses the breach and denies the credit', async () => {
    const world = await serviceWorld([{ level: quick, committed: true }]);
    await world.run(40_000, down(8, 18));
    const made = await world.create(
      '/exclusion/',
      {
        'org.parley.exclusion.sla': `/sla/${world.sla.id}`,
        'org.parley.exclusion.from': '2026-11-20T10:00:07Z',
        'org.parley.exclusion.until': '2026-11-20T10:00:19Z',
        'org.parley.exclusion.reason': 'force-majeure',
      },
      'vendor',
    );
    if (made.type !== 'created') throw new Error(made.type);
    const path = made.views[0]?.path ?? '';
    expect(made.views[0]?.record.state).to.equal('proposed');
    const own = await world.act(path, 'approve', {}, 'vendor').catch((error: unknown) => error);
    expect(own).to.be.instanceOf(ParleyError).with.property('status', 403);
    await world.act(path, 'approve', {}, 'customer');
    await world.sweep();
    expect((await world.records('violation')).map((each) => each.state)).to.deep.equal(['excused', 'excused']);
    expect((await world.records('credit')).map((each) => each.state)).to.deep.equal(['denied']);
    const report = JSON.parse(await exported(world, 'application/json')) as { levels: { windows: JsonObject[] }[] };
    expect(report.levels[0]?.windows[0]).to.include({ bad: 0, excluded: 7, state: 'fulfilled' });

    await world.act(path, 'withdraw', {}, 'vendor');
    await world.sweep();
    const again = await world.records('violation');
    expect(again.filter((each) => value(each, 'org.parley.violation.type') === 'breach').map((each) => each.state)).to.have.members(['excused', 'resolved']); // prettier-ignore
    expect((await world.records('credit')).map((each) => each.state)).to.have.members(['denied', 'computed']);
  });

  it('confirms what nobody disputes, and settles it with its credit', async () => {
    const world = await serviceWorld([{ level: quick, committed: true }], { times: { dispute: 10_000 } });
    await world.run(36_000, down(8, 18));
    await world.run(14_000, () => 1);
    const breach = (await world.records('violation')).find(
      (each) => value(each, 'org.parley.violation.type') === 'breach',
    );
    expect(breach?.state).to.equal('confirmed');
    const [credit] = await world.records('credit');
    expect(credit?.state).to.equal('approved');
    await world.act(`/credit/${credit?.id ?? ''}`, 'claim', {}, 'customer');
    await world.act(`/credit/${credit?.id ?? ''}`, 'settle', {}, 'vendor');
    expect((await world.records('credit'))[0]?.state).to.equal('credited');
    await world.run(12_000, () => 1);
    expect((await world.store.get(breach!.id))?.state).to.equal('settled');
  });

  it('lets a party dispute a breach and an operator decide', async () => {
    const world = await serviceWorld([{ level: quick, committed: true }]);
    await world.run(40_000, down(8, 18));
    const breach = (await world.records('violation')).find(
      (each) => value(each, 'org.parley.violation.type') === 'breach',
    )!;
    const path = `/violation/${breach.id}`;
    await world.act(path, 'dispute', { evidence: 'It was your network' }, 'vendor');
    const refused = await world.act(path, 'decide', { outcome: 'void' }, 'customer').catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(ParleyError).with.property('status', 403);
    await world.act(path, 'decide', { outcome: 'void', reason: 'bad data' }, 'operator');
    await world.run(4_000, () => 1);
    expect((await world.store.get(breach.id))?.state).to.equal('void');
    expect((await world.records('credit'))[0]?.state).to.equal('denied');
    expect(await world.records('violation')).to.have.lengthOf(2);
  });

  it('finishes the report when the agreement is over and every window complete', async () => {
    const world = await serviceWorld([{ level: quick, committed: true }], { times: { dispute: 30_000 } });
    await world.run(20_000, down(8, 100));
    await world.end();
    await world.run(4_000, () => undefined);
    const violations = await world.records('violation');
    expect(violations.find((each) => value(each, 'org.parley.violation.type') === 'incident')?.state).to.equal(
      'resolved',
    );
    await world.run(20_000, () => undefined);
    const [report] = await world.records('report');
    expect(report?.state).to.equal('provisional');
    expect(value(report, 'org.parley.report.until')).to.equal('2026-11-20T10:00:20Z');
    const text = await exported(world, 'application/json');
    expect(verifyReport(text, await samplesCsv(world)).differences).to.deep.equal([]);
    await world.run(40_000, () => undefined);
    expect((await world.records('report'))[0]?.state).to.equal('final');
  });

  /** An agreement of 20 seconds, in one window, that is over; its report is provisional. */
  async function ended(): Promise<ServiceWorld> {
    const world = await serviceWorld([{ level: quick, committed: true }], { times: { dispute: 30_000 } });
    await world.run(20_000, down(8, 100));
    await world.end();
    await world.run(24_000, () => undefined);
    expect((await world.records('report'))[0]?.state).to.equal('provisional');
    return world;
  }
  const window0 = async (world: ServiceWorld): Promise<JsonObject> => {
    const text = JSON.parse(await exported(world, 'application/json')) as { levels: { windows: JsonObject[] }[] };
    return text.levels[0]?.windows.find((each) => each['index'] === 'web/0') ?? {};
  };

  it('takes into the final report what came while it was provisional, and lets that be disputed', async () => {
    const world = await ended();
    expect((await window0(world))['state']).to.equal('violated');
    for (let at = 8_500; at < 20_000; at += 2_000) await world.feed('web/0', BEGIN + at, 1);
    await world.run(30_000, () => undefined);
    const [judged] = await world.records('report');
    expect([judged?.state, value(judged, 'org.parley.report.version')]).to.deep.equal(['provisional', 2]);
    expect((await window0(world))['state']).to.equal('fulfilled');
    await world.run(31_000, () => undefined);
    const [final] = await world.records('report');
    expect([final?.state, value(final, 'org.parley.report.version')]).to.deep.equal(['final', 2]);
    const text = await exported(world, 'application/json');
    expect(verifyReport(text, await samplesCsv(world)).differences).to.deep.equal([]);
  });

  it('names in the final report samples that changed nothing, without time to dispute them', async () => {
    const world = await ended();
    await world.feed('web/1', BEGIN + 8_500, 1);
    await world.run(31_000, () => undefined);
    const [final] = await world.records('report');
    expect([final?.state, value(final, 'org.parley.report.version')]).to.deep.equal(['final', 2]);
    const text = await exported(world, 'application/json');
    expect(verifyReport(text, await samplesCsv(world)).differences).to.deep.equal([]);
  });

  it('knows what is final, and which samples are needed still', async () => {
    const world = await ended();
    const { finality } = world.compliance;
    const before = (instance: string | undefined, metric = 'net.reachable'): Promise<number | undefined> =>
      finality.finalBefore(world.sla.id, instance, metric);
    expect(await before('web/0')).to.equal(undefined);
    expect(await finality.neededFrom()).to.equal(Date.parse('2026-11-20T00:00:00Z'));
    await world.run(31_000, () => undefined);
    expect((await world.records('report'))[0]?.state).to.equal('final');
    for (const instance of ['web/0', 'web/1', undefined]) expect(await before(instance)).to.equal(BEGIN + 30_000);
    expect(await before('web/7')).to.equal(undefined);
    expect(await before('web/0', 'http.up')).to.equal(undefined);
    expect(await finality.neededFrom()).to.equal(undefined);
  });

  it('is due at whole milliseconds, however long an evaluation took', async () => {
    const world = await serviceWorld([{ level: quick, committed: true }]);
    let elapsed = 0;
    world.clock.elapsed = () => (elapsed += 333.337);
    await world.run(4_000, () => 1);
    const [report] = await world.records('report');
    expect(report?.due?.at).to.satisfy(Number.isInteger);
  });

  it('begins a new report with the month', async () => {
    const minute = level({
      slice: 'PT1H',
      target: 0.9,
      window: { calendar: 'day' },
      indicator: { metric: 'net.reachable', period: 'PT20M' },
    });
    const world = await serviceWorld([{ level: minute, committed: true }], {
      begin: '2026-11-30T20:00:00Z',
      step: 1_200_000,
    });
    await world.run(8 * 3_600_000, (_instance, at) => (at < Date.parse('2026-11-30T23:00:00Z') ? 1 : 0));
    const reports = await world.records('report');
    expect(reports.map((each) => [value(each, 'org.parley.report.from'), each.state])).to.deep.equal([
      ['2026-11-30T20:00:00Z', 'provisional'],
      ['2026-12-01T00:00:00Z', 'open'],
    ]);
    const incidents = (await world.records('violation')).filter(
      (each) => value(each, 'org.parley.violation.type') === 'incident',
    );
    expect(incidents.map((each) => [value(each, 'org.parley.violation.start'), each.state])).to.deep.equal([
      ['2026-11-30T23:00:00Z', 'open'],
      ['2026-11-30T23:00:00Z', 'open'],
    ]);
  });

  it('makes no breach of what nobody promised, and no credit', async () => {
    const world = await serviceWorld([{ level: quick, committed: false }]);
    await world.run(40_000, down(8, 18));
    expect((await world.records('violation')).map((each) => value(each, 'org.parley.violation.type'))).to.deep.equal([
      'incident',
    ]);
    expect(await world.records('credit')).to.deep.equal([]);
  });

  it('opens a delivery violation where a resource is less than quoted', async () => {
    const world = await serviceWorld([{ level: quick, committed: true }]);
    const resource = (
      await world.store.list({ kinds: ['http://schemas.ogf.org/occi/infrastructure#compute' as never], limit: 1 })
    ).items[0]!;
    const less = { ...resource, rev: resource.rev + 1, attributes: { 'occi.compute.cores': 1 } };
    await world.store.write([{ op: 'update', record: less, expect: { rev: resource.rev } }]);
    await world.run(6_000, () => 1);
    const [delivery] = await world.records('violation');
    expect(value(delivery, 'org.parley.violation.type')).to.equal('delivery');
    expect(value(delivery, 'org.parley.violation.attribute')).to.deep.equal({
      name: 'occi.compute.cores',
      promised: 2,
      delivered: 1,
    });
    await world.store.write([
      { op: 'update', record: { ...resource, rev: resource.rev + 2 }, expect: { rev: resource.rev + 1 } },
    ]);
    await world.run(4_000, () => 1);
    expect((await world.records('violation'))[0]?.state).to.equal('resolved');
  });
});
