import { expect } from 'chai';
import { createAuth, type Auth } from '../../src/auth/index.ts';
import { policy } from '../../src/auth/policy.ts';
import type { Caller, Role } from '../../src/occi/caller.ts';
import type { EntityRecord } from '../../src/occi/entity.ts';
import { idSource, principalId, tenantId, typeId, vendorId } from '../../src/shared/ids.ts';
import type { JsonObject } from '../../src/shared/json.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { systemRandom } from '../../src/shared/random.ts';
import { HandClock } from '../support/hand-clock.ts';
import { httpWorld, type World } from '../support/http-world.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { memoryValues } from '../support/memory-values.ts';

const JSON_TYPE = { 'Content-Type': 'application/occi+json' };
const TOKEN = 'http://schemas.parley.org/occi/auth#token';

describe('auth: bootstrap', () => {
  let clock: HandClock;
  let store: MemoryStore;
  let kv: ReturnType<typeof memoryValues>;
  const auth = (): Auth =>
    createAuth({ store, kv, clock, random: systemRandom, newId: idSource(clock, systemRandom), log: silentLogger });
  beforeEach(() => {
    clock = new HandClock();
    store = new MemoryStore(clock);
    kv = memoryValues();
  });

  it('makes a token at the first start, of 256 random bits, and none after it', async () => {
    const secret = await auth().bootstrap();
    expect(secret).to.match(/^[A-Za-z0-9_-]{43}$/);
    expect(await auth().bootstrap()).to.equal(undefined);
    expect(await auth().authenticate(`Bearer ${String(secret)}`, undefined)).to.include({
      principal: 'operator',
      tenant: 'default',
      role: 'operator',
    });
  });

  it('lets the given token in, also at a later start with another', async () => {
    const first = 'f'.repeat(32);
    const second = 's'.repeat(40);
    expect(await auth().bootstrap(first)).to.equal(undefined);
    expect(await auth().bootstrap(first)).to.equal(undefined);
    expect(await store.count({ kinds: [typeId(TOKEN)] })).to.equal(1);
    await auth().bootstrap(second);
    for (const token of [first, second])
      expect((await auth().authenticate(`Bearer ${token}`, undefined)).role).to.equal('operator');
  });

  it('refuses a token that is too short or has blanks, with words for the operator', async () => {
    for (const token of ['', 'x'.repeat(31), `${'x'.repeat(40)} y`]) {
      const error = await auth()
        .bootstrap(token)
        .then(
          () => undefined,
          (reason: unknown) => reason as Error,
        );
      expect(error?.message).to.match(/PARLEY_BOOTSTRAP_TOKEN needs at least 32 characters/);
    }
    expect(await store.count({ kinds: [typeId(TOKEN)] })).to.equal(0);
  });

  it('keeps no secret in the clear', async () => {
    const secret = String(await auth().bootstrap());
    const kept = JSON.stringify([
      (await store.list({ kinds: [typeId(TOKEN)], limit: 10 })).items,
      await kv.entries('auth.token'),
    ]);
    expect(kept).to.not.contain(secret);
  });

  it('a start that died between its two writes leaves nothing that blocks the next', async () => {
    const token = 'b'.repeat(32);
    const broken = createAuth({
      store: Object.assign(new MemoryStore(clock), { write: () => Promise.reject(new Error('power cut')) }),
      kv,
      clock,
      random: systemRandom,
      newId: idSource(clock, systemRandom),
      log: silentLogger,
    });
    await broken.bootstrap(token).catch(() => undefined);
    await auth().bootstrap(token);
    expect((await auth().authenticate(`Bearer ${token}`, undefined)).role).to.equal('operator');
  });
});

describe('auth: tokens over HTTP', () => {
  let clock: HandClock;
  let world: World;
  before(async () => {
    clock = new HandClock();
    world = await httpWorld({ clock });
  });
  after(() => world.close());

  const create = (attributes: JsonObject, token = world.operator) =>
    world.ask('POST', '/token/', { token, headers: JSON_TYPE, body: { kind: TOKEN, attributes } });
  const secretOf = (json: JsonObject): string =>
    (json['attributes'] as Record<string, string>)['org.parley.token.secret'] ?? '';

  it('the secret is shown once: not to a GET, not to a list, not to a repeated request', async () => {
    const send = () =>
      world.ask('POST', '/token/', {
        headers: { ...JSON_TYPE, 'Idempotency-Key': '"token"' },
        body: { kind: TOKEN, attributes: { 'org.parley.token.role': 'customer', 'org.parley.token.tenant': 'acme' } },
      });
    const made = await send();
    expect(made.status, made.text).to.equal(201);
    const secret = secretOf(made.json);
    expect(secret).to.match(/^[A-Za-z0-9_-]{43}$/);
    const path = String(made.headers.location).slice('http://parley.test'.length);
    const again = await send();
    expect(again.status).to.equal(201);
    for (const text of [
      again.text,
      (await world.ask('GET', path, { headers: { Accept: 'application/json' } })).text,
      (await world.ask('GET', '/token/', { headers: { Accept: 'application/json' } })).text,
      JSON.stringify(await world.store.list({ limit: 100, hidden: 'with' })),
    ])
      expect(text).to.not.contain(secret);
    expect((await world.ask('GET', path)).headers.etag).to.not.equal(made.headers.etag);
    expect((await world.ask('GET', '/machine/', { token: secret })).status).to.equal(200);
  });

  it('works by Basic too, with the principal as user name', async () => {
    const made = await create({ 'org.parley.token.role': 'customer', 'org.parley.token.principal': 'ann@acme' });
    const basic = (user: string) =>
      world.ask('GET', '/machine/', {
        token: null,
        headers: { Authorization: `Basic ${btoa(`${user}:${secretOf(made.json)}`)}` },
      });
    expect((await basic('ann@acme')).status).to.equal(200);
    expect((await basic('bob')).status).to.equal(401);
  });

  it('ends when deleted, at once', async () => {
    const made = await create({ 'org.parley.token.role': 'customer' });
    const token = secretOf(made.json);
    expect((await world.ask('GET', '/machine/', { token })).status).to.equal(200);
    const path = String(made.headers.location).slice('http://parley.test'.length);
    expect((await world.ask('DELETE', path)).status).to.equal(200);
    expect((await world.ask('GET', '/machine/', { token })).status).to.equal(401);
    expect((await world.ask('GET', path)).status).to.equal(404);
  });

  it('is not thrown away by its own bearer, nor by the dozen', async () => {
    const made = await create({ 'org.parley.token.role': 'operator' });
    const token = secretOf(made.json);
    const path = String(made.headers.location).slice('http://parley.test'.length);
    const own = await world.ask('DELETE', path, { token });
    expect(own.status).to.equal(409);
    expect((await world.ask('DELETE', '/token/', { token })).status).to.equal(405);
    expect((await world.ask('DELETE', '/', { token })).status).to.equal(200);
    expect((await world.ask('GET', path, { token })).status).to.equal(200);
    expect((await world.ask('DELETE', path)).status).to.equal(200);
  });

  it('ends when it expires; durations become instants', async () => {
    const made = await create({ 'org.parley.token.role': 'auditor', 'org.parley.token.expires': 'PT1H' });
    const token = secretOf(made.json);
    expect((made.json['attributes'] as JsonObject)['org.parley.token.expires']).to.equal('2026-11-20T11:00:00Z');
    expect((await world.ask('GET', '/machine/', { token })).status).to.equal(200);
    await clock.advance(3_600_000);
    expect((await world.ask('GET', '/machine/', { token })).status).to.equal(401);
    const path = String(made.headers.location).slice('http://parley.test'.length);
    const shown = await world.ask('GET', path, { headers: { Accept: 'application/json' } });
    expect((shown.json['attributes'] as JsonObject)['org.parley.token.state']).to.equal('expired');
  });

  it('senseless tokens are refused with every problem', async () => {
    const reply = await create({ 'org.parley.token.role': 'vendor', 'org.parley.token.expires': 'tomorrow' });
    expect([reply.status, (reply.json['problems'] as { code: string }[]).map(({ code }) => code)]).to.deep.equal([
      422,
      ['vendor_missing', 'expires_invalid'],
    ]);
    const past = await create({
      'org.parley.token.role': 'customer',
      'org.parley.token.expires': '2020-01-01T00:00:00Z',
    });
    expect(past.status).to.equal(422);
    expect((await create({ 'org.parley.token.role': 'king' })).status).to.equal(400);
    expect((await create({ 'org.parley.token.role': 'customer', 'org.parley.token.tenant': 'a/b' })).status).to.equal(
      400,
    );
    expect((await create({ 'org.parley.token.role': 'customer', 'org.parley.token.secret': 'mine' })).status).to.equal(
      403,
    );
  });

  it('only an operator makes, sees and deletes tokens', async () => {
    const made = await create({ 'org.parley.token.role': 'customer', 'org.parley.token.tenant': 'default' });
    const token = secretOf(made.json);
    const path = String(made.headers.location).slice('http://parley.test'.length);
    expect((await create({ 'org.parley.token.role': 'operator' }, token)).status).to.equal(403);
    expect((await world.ask('GET', path, { token })).status).to.be.oneOf([403, 404]);
    expect((await world.ask('DELETE', path, { token })).status).to.be.oneOf([403, 404]);
    const list = await world.ask('GET', '/', { token, headers: { Accept: 'application/json' } });
    expect(list.text).to.not.contain('auth#token');
  });

  it('an auditor reads and changes nothing', async () => {
    const token = secretOf((await create({ 'org.parley.token.role': 'auditor' })).json);
    const path = await world.machine();
    expect((await world.ask('GET', path, { token })).status).to.equal(200);
    for (const [method, target] of [
      ['POST', '/machine/'],
      ['POST', path],
      ['PUT', path],
      ['POST', `${path}?action=start`],
      ['DELETE', path],
    ] as const) {
      const body = target.includes('?')
        ? {}
        : { headers: JSON_TYPE, body: { kind: 'http://example.org/occi/test#machine' } };
      const reply = await world.ask(method, target, { token, ...body });
      expect(reply.status, `${method} ${target} ${reply.text}`).to.equal(403);
    }
  });

  it('tenants do not see each other; an operator names the tenant, others may not', async () => {
    const acme = secretOf(
      (await create({ 'org.parley.token.role': 'customer', 'org.parley.token.tenant': 'acme' })).json,
    );
    const other = secretOf(
      (await create({ 'org.parley.token.role': 'customer', 'org.parley.token.tenant': 'other' })).json,
    );
    const path = await world.machine({}, acme);
    expect((await world.ask('GET', path, { token: other })).status).to.equal(404);
    expect((await world.ask('GET', '/machine/', { token: other })).text).to.equal('');
    expect((await world.ask('GET', path)).status).to.equal(404);
    expect((await world.ask('GET', `${path}?tenant=acme`)).status).to.equal(200);
    expect((await world.ask('GET', `${path}?tenant=acme`, { token: acme })).status).to.equal(200);
    expect((await world.ask('GET', `${path}?tenant=acme`, { token: other })).status).to.equal(403);
    expect((await world.ask('GET', `/machine/?tenant=a%2Fb`)).status).to.equal(400);
  });
});

describe('auth: policy', () => {
  const caller = (role: Role, more: Partial<Caller> = {}): Caller => ({
    principal: principalId('p'),
    tenant: tenantId('acme'),
    role,
    ...more,
  });
  const may = (role: Role, operation: Parameters<typeof policy.check>[1], kind: string, action?: string): boolean => {
    try {
      policy.check(caller(role), operation, typeId(`http://schemas.parley.org/occi/${kind}`), action);
      return true;
    } catch {
      return false;
    }
  };

  it('who may act on what (api.md, Who may)', () => {
    const table: [kind: string, action: string, roles: Role[]][] = [
      ['broker#cfp', 'award', ['customer', 'operator']],
      ['broker#proposal', 'withdraw', ['vendor', 'operator']],
      ['broker#proposal', 'counter', ['customer', 'operator']],
      ['sla#sla', 'reclaim', ['vendor', 'operator']],
      ['sla#sla', 'terminate', ['customer', 'vendor', 'operator']],
      ['compliance#violation', 'decide', ['operator']],
      ['compliance#violation', 'dispute', ['customer', 'vendor', 'operator']],
    ];
    for (const [kind, action, roles] of table)
      for (const role of ['customer', 'vendor', 'operator', 'auditor'] as const)
        expect(may(role, 'act', kind, action), `${role} ${action}`).to.equal(roles.includes(role));
    expect(may('vendor', 'create', 'broker#cfp')).to.equal(false);
    expect(may('vendor', 'create', 'compliance#exclusion')).to.equal(true);
    expect(may('vendor', 'update', 'sla#sla')).to.equal(false);
    expect(may('auditor', 'read', 'sla#sla')).to.equal(true);
  });

  it('a vendor sees what is its own, in whatever tenant; others what is their tenant’s', () => {
    const record = {
      kind: typeId('http://schemas.parley.org/occi/sla#sla'),
      tenant: tenantId('acme'),
      vendor: vendorId('v1'),
    };
    const sees = (who: Caller): boolean => policy.sees(who, record as unknown as EntityRecord);
    expect(sees(caller('vendor', { vendor: vendorId('v1'), tenant: tenantId('elsewhere') }))).to.equal(true);
    expect(sees(caller('vendor', { vendor: vendorId('v2') }))).to.equal(false);
    expect(sees(caller('vendor'))).to.equal(false);
    expect(sees(caller('customer'))).to.equal(true);
    expect(sees(caller('operator', { tenant: tenantId('default') }))).to.equal(false);
  });
});
