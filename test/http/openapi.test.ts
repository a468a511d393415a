import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import type { JsonObject } from '../../src/shared/json.ts';
import { startWhole, type Service } from '../conformance/support/service.ts';
import type { Answer } from '../conformance/support/wire.ts';

interface Media {
  readonly schema: JsonObject;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly $ref?: string; readonly content?: Readonly<Record<string, Media>> }>
  >;
}
type Method = 'get' | 'put' | 'post' | 'delete';
interface Item extends Partial<Record<Method, Operation>> {
  readonly parameters?: readonly { readonly name?: string; readonly example?: string }[];
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Item>>;
  readonly components: { readonly responses: Readonly<Record<string, Operation['responses'][string]>> };
}

const JSON_TYPE = 'application/occi+json';

describe('the OpenAPI document', function () {
  this.timeout(60_000);
  let service: Service;
  let document: Document;
  let ajv: Ajv2020;

  before(async () => {
    service = await startWhole();
    const answer = await service.askBare('GET', '/openapi.json');
    document = JSON.parse(answer.body) as Document;
    ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
    (addFormats as unknown as (into: Ajv2020) => void)(ajv);
    ajv.addSchema(document, 'document');
  });
  after(() => service.stop());

  /** Local references of the document, read against all of it. */
  function compile(schema: JsonObject): ValidateFunction {
    return ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as JsonObject);
  }

  function resolve(response: Operation['responses'][string] | undefined): Operation['responses'][string] | undefined {
    return response?.$ref === undefined
      ? response
      : document.components.responses[response.$ref.split('/').at(-1) ?? ''];
  }

  /** The answer has a documented status, and where it is JSON the documented shape. */
  function check(operation: Operation, answer: Answer): void {
    const response = resolve(operation.responses[String(answer.status)]);
    expect(response, `${operation.operationId}: ${answer.status} ${answer.body.slice(0, 500)}`).to.not.equal(undefined);
    const type = (answer.header('Content-Type') ?? '').split(';')[0] ?? '';
    const media = response?.content?.[type];
    expect(media, `${operation.operationId}: ${type}`).to.not.equal(undefined);
    if (media === undefined || !type.endsWith('json')) return;
    const validate = compile(media.schema);
    expect(
      validate(JSON.parse(answer.body)),
      `${operation.operationId}: ${ajv.errorsText(validate.errors)} ${answer.body.slice(0, 500)}`,
    ).to.equal(true);
  }

  const send = (method: string, path: string, type?: string, value?: unknown): Promise<Answer> =>
    service.ask(method, path, {
      headers: { Accept: type ?? JSON_TYPE, ...(type === undefined ? {} : { 'Content-Type': type }) },
      ...(value === undefined ? {} : { body: typeof value === 'string' ? value : JSON.stringify(value) }),
    });

  it('is valid by the schema of OpenAPI 3.1', async () => {
    expect(document.openapi).to.match(/^3\.1\./);
    const result = await new Validator().validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>);
    expect(result.valid, JSON.stringify(result.errors)).to.equal(true);
  });

  it('names every operation once', () => {
    const names = Object.values(document.paths).flatMap((item) =>
      (['get', 'put', 'post', 'delete'] as const).flatMap((method) => item[method]?.operationId ?? []),
    );
    expect(new Set(names).size).to.equal(names.length);
  });

  it('has every location of discovery, and every action among the requests of its kind', async () => {
    const model = JSON.parse((await send('GET', '/-/')).body) as Record<
      'kinds' | 'mixins',
      { location?: string; actions?: string[] }[]
    >;
    for (const { location, actions = [] } of [...model.kinds, ...model.mixins]) {
      if (location === undefined) continue;
      expect(document.paths).to.have.property(location);
      if (!(`${location}{id}` in document.paths)) continue;
      const text = JSON.stringify(document.paths[`${location}{id}`]);
      for (const action of actions) expect(text, location).to.include(`"${action}"`);
    }
  });

  it('offers POST exactly where clients may create', async () => {
    const { kinds } = JSON.parse((await send('GET', '/-/')).body) as {
      kinds: { term: string; scheme: string; location?: string }[];
    };
    for (const { term, scheme, location } of kinds) {
      if (location === undefined) continue;
      const { status } = await send('POST', location, JSON_TYPE, { kind: scheme + term });
      expect(document.paths[location]?.post === undefined, location).to.equal(status === 405);
    }
  });

  it('is kept, and told by an ETag that changes with the types', async () => {
    const first = await service.askBare('GET', '/openapi.json');
    const etag = first.header('ETag') ?? '';
    expect(etag).to.match(/^"[^"]+"$/);
    expect((await service.askBare('GET', '/openapi.json', { headers: { 'If-None-Match': etag } })).status).to.equal(
      304,
    );
    expect((await service.askBare('GET', '/openapi.json')).header('ETag')).to.equal(etag);
  });

  it('every collection can be read as it says', async () => {
    for (const [path, item] of Object.entries(document.paths)) {
      if (item.get === undefined || path.includes('{') || path === '/events') continue;
      const type = Object.keys(resolve(item.get.responses['200'])?.content ?? {})[0];
      check(item.get, await service.ask('GET', path, { headers: { Accept: type ?? '*/*' } }));
    }
  });

  describe('its examples', () => {
    /** Paths of entities that have an example, in the order of the document. */
    const withExamples = (): [template: string, path: string, item: Item][] =>
      Object.entries(document.paths).flatMap(([template, item]): [string, string, Item][] => {
        const id = item.parameters?.find(({ name }) => name === 'id')?.example;
        return id === undefined ? [] : [[template, template.replace('{id}', id), item]];
      });

    it('create under the id that the path shows, in JSON and as text', async () => {
      expect(withExamples().length).to.be.greaterThan(6);
      for (const [, path, item] of withExamples()) {
        if (item.put === undefined) continue;
        for (const [type, media] of Object.entries(item.put.requestBody?.content ?? {}))
          for (const { value } of Object.values(media.examples ?? {})) {
            const answer = await send('PUT', path, type, value);
            expect(answer.status, `PUT ${path} ${type}: ${answer.body}`).to.be.oneOf([200, 201]);
            check(item.put, answer);
            if (type === JSON_TYPE) expect(compile(media.schema)(value), path).to.equal(true);
          }
      }
    });

    it('create by POST to the collection, in JSON and as text', async () => {
      for (const [template] of withExamples()) {
        const post = document.paths[template.replace('{id}', '')]?.post;
        for (const [type, media] of Object.entries(post?.requestBody?.content ?? {}))
          for (const { value } of Object.values(media.examples ?? {})) {
            const answer = await send('POST', template.replace('{id}', ''), type, value);
            expect(answer.status, `POST ${template} ${type}: ${answer.body}`).to.equal(201);
            if (post !== undefined) check(post, answer);
          }
      }
    });

    it('read, change and act', async () => {
      for (const [, path, item] of withExamples()) {
        if (item.put === undefined) continue;
        if (item.get !== undefined) check(item.get, await send('GET', path));
        const media = item.post?.requestBody?.content[JSON_TYPE];
        for (const [name, { value }] of Object.entries(media?.examples ?? {})) {
          const answer = await send('POST', name === 'change' ? path : `${path}?action=${name}`, JSON_TYPE, value);
          expect(answer.status, `POST ${path} ${name}: ${answer.body}`).to.equal(200);
          if (item.post !== undefined) check(item.post, answer);
          if (media !== undefined) expect(compile(media.schema)(value), `${path} ${name}`).to.equal(true);
        }
      }
    });

    it('of discovery: a mixin comes and goes', async () => {
      const item = document.paths['/-/'];
      for (const method of ['post', 'delete'] as const) {
        const operation = item?.[method];
        const value = operation?.requestBody?.content[JSON_TYPE]?.examples?.['tag']?.value;
        const answer = await send(method.toUpperCase(), '/-/', JSON_TYPE, value);
        if (operation !== undefined) check(operation, answer);
        expect(answer.status, answer.body).to.equal(200);
      }
    });

    it('of errors: problem details as described', async () => {
      const network = document.paths['/network/'];
      const answer = await send('POST', '/network/', JSON_TYPE, { kind: 7 });
      expect(answer.status).to.equal(400);
      expect(compile({ $ref: '#/components/schemas/Problem' })(JSON.parse(answer.body)), answer.body).to.equal(true);
      expect(network?.post?.responses).to.have.property('default');
      const unknown = await service.askBare('GET', '/network/', { headers: { Accept: JSON_TYPE } });
      expect(unknown.status).to.equal(401);
      if (network?.get !== undefined)
        expect(resolve(network.get.responses['401'])?.content).to.have.property('application/problem+json');
    });

    it('delete what was made', async () => {
      for (const [, path, item] of withExamples().toReversed()) {
        if (item.put === undefined || item.delete === undefined || path.startsWith('/cfp/')) continue;
        const answer = await send('DELETE', path);
        expect(answer.status, `DELETE ${path}: ${answer.body}`).to.be.oneOf([200, 404]);
        if (answer.status === 200) check(item.delete, answer);
      }
    });
  });
});
