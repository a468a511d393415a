import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { jsonRendering } from '../../../src/occi/rendering/json.ts';
import type { OcciOutcome } from '../../../src/occi/request.ts';
import type { JsonObject } from '../../../src/shared/json.ts';
import { liveService, type LiveService } from '../../support/live-service.ts';
import { gfd226, strictest } from './gfd226.ts';
import { link, resource } from './samples.ts';

type Part = 'entity' | 'collection' | 'model';

/** Validates against a part of both schemas, or of one. */
function checker(schemas: readonly JsonObject[]): (part: Part, value: unknown) => void {
  const made = schemas.map((schema) => {
    const ajv = new Ajv2020({ allErrors: true, strict: false });
    const part = (name: Part): ValidateFunction => ajv.compile({ ...schema, $ref: `#/$defs/${name}` });
    return { entity: part('entity'), collection: part('collection'), model: part('model') };
  });
  return (part, value) => {
    for (const schema of made) {
      const valid = schema[part](value);
      expect(valid, JSON.stringify({ errors: schema[part].errors?.slice(0, 5), value }).slice(0, 2000)).to.equal(true);
    }
  };
}

const bySchemas = checker([gfd226, strictest]);
const byStandard = checker([gfd226]);

describe('rendering: JSON by a strict schema of GFD.226 and by the strictest client', () => {
  const render = (outcome: Exclude<OcciOutcome, { type: 'export' }>): unknown =>
    JSON.parse(jsonRendering.render(outcome, { baseUrl: 'http://parley.test', patterns: false }).body);

  it('the schema lets nothing else pass', () => {
    const kind = 'http://example.org/occi/test#machine';
    const whole = { kind, id: 'urn:uuid:1', attributes: {} };
    bySchemas('entity', whole);
    for (const wrong of [
      { id: 'urn:uuid:1', attributes: {} },
      { ...whole, location: '/machine/1' },
      { ...whole, class: 'kind' },
      { ...whole, mixins: [] },
      { ...whole, links: [] },
      { ...whole, actions: ['start'] },
      { ...whole, attributes: { a: null } },
      { ...whole, source: { location: '/x' } },
    ])
      expect(() => {
        bySchemas('entity', wrong);
      }, JSON.stringify(wrong)).to.throw();
    const described = {
      kinds: [{ term: 'a', scheme: 'http://b#', location: '/a/', attributes: { 'a.b': { type: 'integer' } } }],
    };
    expect(() => {
      byStandard('model', { ...described, mixins: [], actions: [] });
    }).to.throw();
  });

  it('generated resources and links, alone and in collections', () => {
    fc.assert(
      fc.property(fc.array(resource, { maxLength: 3 }), fc.array(link, { maxLength: 2 }), (resources, links) => {
        for (const view of [...resources, ...links]) {
          bySchemas('entity', render({ type: 'entity', view }));
          bySchemas('entity', render({ type: 'created', views: [view] }));
        }
        bySchemas('collection', render({ type: 'collection', views: resources, of: 'resources' }));
        bySchemas('collection', render({ type: 'collection', views: links, of: 'links' }));
        bySchemas('collection', render({ type: 'collection', views: [...resources, ...links], of: 'mixed' }));
      }),
      { numRuns: 50 },
    );
  });

  describe('of the whole service', function () {
    this.timeout(60_000);
    let service: LiveService;
    before(async () => {
      service = await liveService();
    });
    after(() => service.stop());

    const get = async (path: string, headers: Record<string, string> = {}): Promise<unknown> => {
      const response = await fetch(service.url + path, {
        headers: { Authorization: `Bearer ${service.operator}`, Accept: 'application/occi+json', ...headers },
      });
      expect(response.status, path).to.equal(200);
      return response.json();
    };

    it('discovery, plain and with patterns', async () => {
      bySchemas('model', await get('/-/'));
      byStandard('model', await get('/-/?pattern=true'));
      const model = (await get('/-/')) as { kinds: { term: string; location?: string }[] };
      expect(model.kinds.filter(({ location }) => location === undefined).map(({ term }) => term)).to.deep.equal([
        'entity',
      ]);
    });

    it('every collection, and every entity in it', async () => {
      for (const [path, kind, attributes] of [
        ['/compute/', 'compute', { 'occi.compute.cores': 1 }],
        ['/storage/', 'storage', { 'occi.storage.size': 1.5 }],
        ['/network/', 'network', { 'occi.network.label': 'blue' }],
      ] as const) {
        const made = await fetch(service.url + path, {
          method: 'POST',
          headers: { Authorization: `Bearer ${service.operator}`, 'Content-Type': 'application/occi+json' },
          body: JSON.stringify({ kind: `http://schemas.ogf.org/occi/infrastructure#${kind}`, attributes }),
        });
        expect(made.status, path).to.equal(201);
        bySchemas('entity', await made.json());
        bySchemas('entity', await get(new URL(made.headers.get('location') ?? '').pathname));
      }
      const { kinds, mixins } = (await get('/-/')) as Record<'kinds' | 'mixins', { location?: string }[]>;
      for (const { location } of [...kinds, ...mixins, { location: '/' }])
        if (location !== undefined && location !== '/token/') bySchemas('collection', await get(location));
    });
  });
});
