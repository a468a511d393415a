import { expect } from 'chai';
import { policy } from '../../src/auth/policy.ts';
import { createEventFeed, type EventFeed } from '../../src/notify/feed.ts';
import { lastSequence } from '../../src/notify/last-event.ts';
import type { Caller } from '../../src/occi/caller.ts';
import type { EntityRecord } from '../../src/occi/entity.ts';
import { createRegistry } from '../../src/occi/registry.ts';
import { idSource, principalId, tenantId, vendorId, type TenantId } from '../../src/shared/ids.ts';
import type { JsonObject } from '../../src/shared/json.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { systemRandom } from '../../src/shared/random.ts';
import { createAuth } from '../../src/auth/index.ts';
import { HandClock, settle } from '../support/hand-clock.ts';
import { httpWorld, machineKind, MACHINE } from '../support/http-world.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { memoryValues } from '../support/memory-values.ts';

const ACME = tenantId('acme');
const customer: Caller = { principal: principalId('ann'), tenant: ACME, role: 'customer' };

describe('notify: event stream', () => {
  let clock: HandClock;
  let store: MemoryStore;
  let feed: EventFeed;
  let newId: ReturnType<typeof idSource>;
  let leave: AbortController;

  beforeEach(() => {
    clock = new HandClock();
    store = new MemoryStore(clock);
    newId = idSource(clock, systemRandom);
    const auth = createAuth({ store, kv: memoryValues(), clock, random: systemRandom, newId, log: silentLogger });
    const model = { name: 'test', kinds: [{ ...machineKind, actions: [] }], mixins: [], actions: [], behaviours: [] };
    const registry = createRegistry([auth.extension, model], { baseUrl: 'http://parley.test' });
    feed = createEventFeed({ store, clock, log: silentLogger, registry, policy, source: 'http://parley.test' });
    leave = new AbortController();
  });
  afterEach(() => {
    leave.abort();
  });

  async function happen(
    state: string,
    more: Partial<EntityRecord> = {},
    where: { tenant?: TenantId; path?: string } = {},
  ): Promise<EntityRecord> {
    const record: EntityRecord = {
      id: newId(),
      kind: MACHINE,
      mixins: [],
      tenant: where.tenant ?? ACME,
      owner: principalId('ann'),
      rev: 1,
      attributes: {},
      state,
      internal: {},
      hidden: false,
      created: clock.now(),
      updated: clock.now(),
      ...more,
    };
    const subject = `${where.path ?? '/machine/'}${record.id}`;
    const note = { from: null, to: state, actor: 'customer', event: `org.parley.machine.${state}`, subject };
    await store.write([{ op: 'create', record, note }]);
    return record;
  }

  const open = (
    request: { after?: number; of?: string; caller?: Caller } = {},
  ): AsyncGenerator<string, void, undefined> => feed.open({ caller: customer, signal: leave.signal, ...request });
  const next = async (stream: AsyncGenerator<string, void, undefined>): Promise<string> => {
    const result: IteratorResult<string, void> = await stream.next();
    return result.done === true ? 'end' : result.value;
  };
  const eventIn = (text: string): JsonObject => JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '{}') as JsonObject;

  it('shows CloudEvents from now on, in order, with the sequence as id', async () => {
    await happen('before');
    const stream = open();
    expect(await next(stream)).to.match(/^: /);
    const first = next(stream);
    const record = await happen('on');
    const text = await first;
    expect(text).to.match(/^id: 2\ndata: .*\n\n$/);
    expect(eventIn(text)).to.deep.equal({
      specversion: '1.0',
      id: '2',
      source: 'http://parley.test',
      type: 'org.parley.machine.on',
      subject: `/machine/${record.id}`,
      time: '2026-11-20T10:00:00Z',
      datacontenttype: 'application/json',
      data: { entity: `urn:uuid:${record.id}`, rev: 1, from: null, to: 'on', actor: 'customer', code: null },
    });
    await happen('a');
    await happen('b');
    expect(eventIn(await next(stream))['type']).to.equal('org.parley.machine.a');
    expect(eventIn(await next(stream))['type']).to.equal('org.parley.machine.b');
  });

  it('goes on after Last-Event-ID without a gap or a repeat, over many batches', async () => {
    for (let at = 0; at < 250; at += 1) await happen(`s${at}`);
    const stream = open({ after: 3 });
    await next(stream);
    for (let at = 4; at <= 250; at += 1) expect(eventIn(await next(stream))['id']).to.equal(String(at));
    const waiting = next(stream);
    await happen('more');
    expect(eventIn(await waiting)['id']).to.equal('251');
  });

  it('of one entity: from its first event, and of no other that begins alike', async () => {
    const record = await happen('on');
    await happen('off');
    await happen('twin', {}, { path: `/machine/${record.id}` });
    const stream = open({ of: `/machine/${record.id}` });
    await next(stream);
    expect(eventIn(await next(stream))['type']).to.equal('org.parley.machine.on');
    const waiting = next(stream);
    await settle();
    await clock.advance(15_000);
    expect(await waiting).to.equal(': still here\n\n');
  });

  it('a comment every 15 s while nothing happens', async () => {
    const stream = open();
    await next(stream);
    for (let beat = 0; beat < 3; beat += 1) {
      const waiting = next(stream);
      await settle();
      expect(clock.waiting).to.equal(1);
      await clock.advance(15_000);
      expect(await waiting).to.equal(': still here\n\n');
    }
  });

  it('other tenants’ events, and those of kinds that the role may not read, are not shown', async () => {
    const stream = open({ after: 0 });
    await next(stream);
    await happen('foreign', {}, { tenant: tenantId('other') });
    await happen('token', {}, { path: '/token/' });
    await happen('own');
    expect(eventIn(await next(stream))['type']).to.equal('org.parley.machine.own');
  });

  it('a vendor hears of what is its own only', async () => {
    const caller: Caller = { ...customer, role: 'vendor', vendor: vendorId('v1') };
    const stream = open({ after: 0, caller });
    await next(stream);
    await happen('customers');
    await happen('others', { vendor: vendorId('v2') });
    await happen('mine', { vendor: vendorId('v1') });
    expect(eventIn(await next(stream))['type']).to.equal('org.parley.machine.mine');
  });

  it('nothing is read ahead of a client that does not take', async () => {
    const stream = open({ after: 0 });
    await next(stream);
    for (let at = 0; at < 300; at += 1) await happen('x');
    let reads = 0;
    const events = store.events.bind(store);
    store.events = (query) => {
      reads += 1;
      return events(query);
    };
    for (let at = 0; at < 100; at += 1) await next(stream);
    await settle();
    expect(reads).to.equal(1);
  });

  it('ends when the client leaves or the feed closes, and lets go of the store', async () => {
    const [one, two] = [open(), open()];
    await next(one);
    await next(two);
    expect(feed.streams).to.equal(2);
    const listening = store.listening;
    const waiting = next(one);
    await settle();
    leave.abort();
    expect(await waiting).to.equal('end');
    feed.close();
    expect(await next(two)).to.equal('end');
    expect(feed.streams).to.equal(0);
    expect(store.listening).to.equal(listening - 1);
    expect(clock.waiting).to.equal(0);
  });

  it('finds the newest event in a few reads', async () => {
    expect(await lastSequence(store, ACME)).to.equal(0);
    for (const count of [1, 2, 5, 64, 100]) {
      for (let at = await lastSequence(store, ACME); at < count; at += 1) await happen('x');
      expect(await lastSequence(store, ACME)).to.equal(count);
    }
  });
});

describe('notify: event stream over HTTP', () => {
  it('streams to a client with Last-Event-ID, and knows nothing of foreign entities', async () => {
    const world = await httpWorld();
    const path = await world.machine();
    const headers = { Authorization: `Bearer ${world.operator}` };
    const response = await fetch(`${world.url}/events?of=${path}`, { headers });
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).to.equal('no-store');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (what: string): Promise<void> => {
      while (!text.includes(what)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`ended before ${what}: ${text}`);
        text += value;
      }
    };
    await until('org.parley.machine.off');
    await world.ask('POST', `${path}?action=start`);
    await until('org.parley.machine.on');
    const last = /id: (\d+)\n(?![\s\S]*id: )/.exec(text)?.[1] ?? '';
    await reader.cancel();

    await world.ask('POST', `${path}?action=stop`);
    const resumed = await fetch(`${world.url}/events?of=${path}`, { headers: { ...headers, 'Last-Event-ID': last } });
    const again = resumed.body!.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    while (!rest.includes('data: ')) rest += (await again.read()).value ?? '';
    expect(rest)
      .to.contain(`id: ${Number(last) + 1}\n`)
      .and.contain('"from":"on","to":"off"');
    await again.cancel();
    for (let turn = 0; turn < 1000 && world.feed.streams > 0; turn += 1) await settle();
    expect(world.feed.streams).to.equal(0);

    expect((await world.ask('GET', '/events?of=/machine/0190a0b0-0000-7000-8000-000000000000')).status).to.equal(404);
    expect((await world.ask('GET', '/events', { headers: { 'Last-Event-ID': 'x' } })).status).to.equal(400);
    expect((await world.ask('GET', '/events', { token: null })).status).to.equal(401);
    expect((await world.ask('GET', '/events', { headers: { Accept: 'application/json' } })).status).to.equal(406);
    await world.close();
  });
});
