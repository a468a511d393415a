import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import type { AttributeType } from '../../src/occi/category.ts';
import { jsonRendering } from '../../src/occi/rendering/json.ts';
import { inputFor } from '../../src/occi/rendering/negotiate.ts';
import { textOcciRendering } from '../../src/occi/rendering/text-occi.ts';
import type { Message, ModelLookup, Parser } from '../../src/occi/rendering/types.ts';
import { ParleyError } from '../../src/shared/errors.ts';
import { Client } from './support/client.ts';
import { fixtures, type Expected, type FixtureRequest } from './support/fixtures.ts';
import { AGREEMENT, CORE, NETWORK, SLA, STORAGE } from './support/names.ts';
import { conformance } from './support/suite.ts';
import type { EntitySeen } from './support/types.ts';

const all = fixtures();
const NUMBERS = ['occi.network.vlan', 'occi.storage.size'];

/** The little of the model that the fixtures speak of. */
const model: ModelLookup = {
  classOf: (type) =>
    [NETWORK, STORAGE, AGREEMENT, `${CORE}link`].includes(type)
      ? 'kind'
      : type.includes('/action#')
        ? 'action'
        : undefined,
  isLink: (kind) => kind === `${CORE}link`,
  attribute: (name): AttributeType | undefined =>
    NUMBERS.includes(name) ? 'number' : name.startsWith('occi.') ? 'string' : undefined,
};

const NAMES = {
  network: '/network/018f0000-0000-7000-8000-000000000001',
  storage: '/storage/018f0000-0000-7000-8000-000000000002',
  base: 'http://127.0.0.1:8080',
  id: '018f0000-0000-7000-8000-000000000003',
};

function parserFor(request: FixtureRequest): Parser {
  const type = inputFor(request.headers['Content-Type']?.[0]);
  if (request.body.length === 0) return textOcciRendering.parser;
  return (type?.rendering ?? jsonRendering).parser;
}

/** Header bytes as Node hands them on. */
function messageOf({ headers, body }: FixtureRequest): Message {
  const raw = Object.entries(headers).flatMap(([name, values]) =>
    values.flatMap((value) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
  );
  return { headers: raw, body };
}

function parse(request: FixtureRequest, as: NonNullable<Expected['parse']>['as']): unknown {
  const [parser, message] = [parserFor(request), messageOf(request)];
  switch (as) {
    case 'entity':
      return parser.entity(message, model);
    case 'entities':
      return parser.entities(message, model);
    case 'mixins':
      return parser.mixins(message, model);
  }
}

/** Does `found` have all that `wanted` has? */
function holds(found: unknown, wanted: unknown, at: string): void {
  if (typeof wanted !== 'object' || wanted === null) {
    expect(found, at).to.equal(wanted);
    return;
  }
  for (const [name, value] of Object.entries(wanted))
    holds((found as Record<string, unknown> | undefined)?.[name], value, `${at}/${name}`);
}

describe('pitfalls: the parser alone', () => {
  it('all 29 have fixtures, valid and invalid ones', () => {
    expect([...new Set(all.map(({ expected }) => expected.pitfall))].sort((a, b) => a - b)).to.deep.equal(
      Array.from({ length: 29 }, (_, at) => at + 1),
    );
    const good = all.filter(({ expected }) => [expected.status].flat().every((status) => status < 300));
    expect(good.length).to.be.greaterThan(40);
    expect(all.length - good.length).to.be.greaterThan(25);
  });

  for (const { name, expected, request } of all) {
    const { parse: wanted } = expected;
    if (wanted === undefined) continue;
    it(`${name}: ${expected.about}`, () => {
      if (wanted.fails === undefined) {
        holds(parse(request(NAMES), wanted.as), wanted.gives, '');
        return;
      }
      let thrown: unknown;
      try {
        parse(request(NAMES), wanted.as);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).to.be.instanceOf(ParleyError);
      const { status, problems, message } = thrown as ParleyError;
      expect(status).to.equal(400);
      expect([message, ...problems.map(({ detail }) => detail)].join('\n')).to.match(new RegExp(wanted.fails));
    });
  }
});

conformance('pitfalls over HTTP', ({ once, service }) => {
  const names: Record<string, string> = {};

  before(async () => {
    const client = new Client(service(), 'application/occi+json');
    const network = (): Promise<string> => client.create('/network/', { kind: NETWORK });
    Object.assign(names, { network: await network(), doomed: await network(), plain: await network() });
    names['storage'] = await client.create('/storage/', { kind: STORAGE, attributes: { 'occi.storage.size': 1 } });
    names['linked'] = await network();
    await client.create('/link/', {
      kind: `${CORE}link`,
      attributes: { 'occi.core.source': names['linked'], 'occi.core.target': names['storage'] },
    });
    const template = (await client.discover()).find(({ rel }) => rel === `${SLA}agreement_tpl`);
    if (template === undefined) throw new Error('no template');
    names['template'] = `${template.term}; scheme="${template.scheme}"; class="mixin"`;
    names['base'] = service().url;
  });

  for (const { name, expected, request } of all)
    once(`pitfall ${name}: ${expected.about}`, async () => {
      const { method, path, headers, body } = request({ ...names, id: randomUUID() });
      const answer = await service().ask(method, path, { headers, ...(body.length === 0 ? {} : { body }) });
      expect(answer.status, answer.body).to.be.oneOf([expected.status].flat());
      for (const [header, pattern] of Object.entries(expected.headers ?? {}))
        expect(answer.header(header), header).to.match(new RegExp(pattern));
      for (const [header, lines] of Object.entries(expected.lines ?? {}))
        expect(answer.all(header), header).to.have.length(lines);
      for (const pattern of expected.body ?? []) expect(answer.body).to.match(new RegExp(pattern));
      for (const pattern of expected.absent ?? []) expect(answer.body).to.not.match(new RegExp(pattern));
      if (expected.empty === true) expect(answer.body).to.equal('');
      if (answer.status >= 400 && method !== 'HEAD') expect(answer.body, 'it says why').to.match(/\w/);
      if (expected.entity === undefined && expected.links === undefined) return;
      const seen = await made(answer.header('Location') ?? '');
      expect(seen.attributes).to.include({ ...expected.entity });
      if (expected.links !== undefined) expect(seen.links).to.have.length(expected.links);
    });

  async function made(location: string): Promise<EntitySeen> {
    const client = new Client(service(), 'application/occi+json');
    return client.entity(client.pathOf(location));
  }
});
