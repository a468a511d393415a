import fc from 'fast-check';
import {
  machineKind,
  cableKind,
  fastMixin,
  startAction,
  stopAction,
  CABLE,
  FAST,
  MACHINE,
  START,
} from '../../support/http-world.ts';
import type { AttributeType, Mixin } from '../../../src/occi/category.ts';
import type { Attributes, EntityRecord } from '../../../src/occi/entity.ts';
import type { ModelLookup } from '../../../src/occi/rendering/types.ts';
import type { View } from '../../../src/occi/request.ts';
import { principalId, tenantId, typeId, urn, type EntityId } from '../../../src/shared/ids.ts';
import type { Json } from '../../../src/shared/json.ts';

const categories = [machineKind, cableKind, fastMixin, startAction, stopAction];

/** The model of the tests without a registry. */
export const model: ModelLookup = {
  tenant: tenantId('acme'),
  classOf: (type) => categories.find((category) => category.scheme + category.term === type)?.class,
  isLink: (kind) => kind === CABLE,
  attribute: (name): AttributeType | undefined => {
    for (const category of categories) {
      const definition = Object.hasOwn(category.attributes, name) ? category.attributes[name] : undefined;
      if (definition !== undefined) return definition.type;
    }
    return undefined;
  },
};

/** JSON values as they come from the wire: no negative zero, no name that reaches the prototype. */
const wireJson = (value: unknown): Json => JSON.parse(JSON.stringify(value).replaceAll('__proto__', 'proto')) as Json;

export const anyText = fc.string({ unit: 'grapheme', maxLength: 30 });
export const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0 || 0);

export const attributes: fc.Arbitrary<Attributes> = fc
  .record(
    {
      'org.test.cores': fc.integer({ min: 1 }),
      'org.test.memory': anyNumber,
      'org.test.label': anyText,
      'org.test.on': fc.boolean(),
      'org.test.tags': fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 4 }).map(wireJson),
      'org.test.plan': fc
        .dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
        .map(wireJson),
    },
    { requiredKeys: [] },
  )
  .map((value) => value as Attributes);

const uuid = fc.uuid({ version: 7 }).map((id) => id as EntityId);

function record(id: EntityId, rest: Partial<EntityRecord>): EntityRecord {
  return {
    id,
    kind: MACHINE,
    mixins: [],
    tenant: tenantId('acme'),
    owner: principalId('somebody'),
    rev: 3,
    attributes: {},
    internal: {},
    hidden: false,
    created: 0,
    updated: 0,
    ...rest,
  };
}

export const link: fc.Arbitrary<View> = fc
  .record({
    id: uuid,
    source: uuid,
    target: fc.oneof(
      uuid.map((id) => ({ location: `/machine/${id}`, kind: MACHINE })),
      fc.constant({ location: 'https://example.org/elsewhere?a=b' }),
    ),
    title: fc.option(anyText, { nil: undefined }),
    length: anyNumber,
  })
  .map(({ id, source, target, title, length }) => {
    const shown = record(id, {
      kind: CABLE,
      source: { location: `/machine/${source}`, kind: MACHINE },
      target,
      attributes: { 'org.test.length': length },
      ...(title === undefined ? {} : { title }),
    });
    return {
      record: shown,
      projection: { attributes: shown.attributes },
      path: `/cable/${id}`,
      actions: [],
      links: [],
    };
  });

export const resource: fc.Arbitrary<View> = fc
  .record({
    id: uuid,
    title: fc.option(anyText, { nil: undefined }),
    summary: fc.option(anyText, { nil: undefined }),
    attributes,
    mixins: fc.constantFrom([], [FAST], [FAST, typeId('http://example.org/mine#tag-1')]),
    links: fc.array(link, { maxLength: 2 }),
  })
  .map(({ id, title, summary, mixins, links, attributes: values }) => {
    const shown = record(id, {
      mixins,
      attributes: values,
      ...(title === undefined ? {} : { title }),
      ...(summary === undefined ? {} : { summary }),
    });
    return { record: shown, projection: { attributes: values }, path: `/machine/${id}`, actions: [START], links };
  });

/** Can a text rendering carry the string at all? Not what ends a line for anybody, nor other control characters. */
export const carried = (value: Json): boolean =>
  typeof value !== 'string' || !/[\p{Cc}\u2028\u2029]/u.test(value.replaceAll('\t', ''));

export const urnOf = (view: View): string => urn(view.record.id);

/** A mixin as a client may make it: no attributes, no actions. */
export const mixin: fc.Arbitrary<Mixin> = fc
  .record({
    term: fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/),
    title: anyText.filter((title) => carried(title)),
    depends: fc.uniqueArray(fc.constantFrom('http://a.example/x#one', 'http:/b#two.2', 'urn:x:y#three').map(typeId)),
    applies: fc.constantFrom([], [MACHINE]),
  })
  .map((sent) => ({
    class: 'mixin',
    scheme: 'http://example.org/mine#',
    location: `/mine/${sent.term}/`,
    attributes: {},
    actions: [],
    ...sent,
  }));
