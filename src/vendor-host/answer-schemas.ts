import type { JsonObject } from '../shared/json.ts';

/** JSON Schemas of everything a vendor may answer, by the method of the contract that answers it. */

const text: JsonObject = { type: 'string', minLength: 1, maxLength: 10_000 };
const id: JsonObject = { type: 'string', minLength: 1, maxLength: 2_000 };
const texts: JsonObject = { type: 'array', items: id, maxItems: 10_000 };
const instant: JsonObject = { type: 'number', minimum: 0, maximum: 8.64e15 };
const share: JsonObject = { type: 'number', minimum: 0, maximum: 1 };
const bag: JsonObject = { type: 'object' };
const positive: JsonObject = { type: 'number', exclusiveMinimum: 0 };
/** One line that may stand in a title. */
const label: JsonObject = { type: 'string', minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f"\\\\]*$' };
/** The type of a template: its term in lower case and without dots, as the strictest clients want terms. */
const category: JsonObject = {
  type: 'string',
  maxLength: 2_000,
  pattern: '^[a-z][a-z0-9+.-]*:[^\\s"\'#<>,;]+#[a-z][a-z0-9_-]*$',
};

const object = (required: JsonObject, optional: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
});
/** What comes a thousand times at once: members that nobody knows cost time to look for, and nobody reads them. */
const open = (required: JsonObject, optional: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
});
const listOf = (items: JsonObject, maxItems: number): JsonObject => ({ type: 'array', items, maxItems });
const typed = (type: string, required: JsonObject, optional: JsonObject = {}): JsonObject =>
  object({ type: { const: type }, ...required }, optional);

/** One of several objects told apart by their `type`, so that problems speak of the right one. */
const byType = (...variants: readonly JsonObject[]): JsonObject => ({
  type: 'object',
  required: ['type'],
  discriminator: { propertyName: 'type' },
  oneOf: variants,
});

const reason = object(
  { code: id, final: { type: 'boolean' }, detail: { type: 'string', maxLength: 10_000 } },
  { retryAfter: { type: 'number', minimum: 0 }, attr: id },
);

const level: JsonObject = {
  type: 'object',
  properties: {
    id,
    need: { enum: ['must', 'prefer', 'measure'] },
    of: texts,
    scope: { anyOf: [{ enum: ['each', 'all', 'any'] }, object({ atleast: { type: 'integer', minimum: 1 } })] },
    method: { const: 'slices' },
    indicator: object({
      metric: id,
      statistic: { type: 'string', pattern: '^(?:mean|min|max|sum|count|p\\d{1,2}(?:\\.\\d+)?)$' },
      op: { enum: ['=', '!=', '<', '<=', '>', '>='] },
      value: { type: 'number' },
      probe: bag,
      period: id,
      minsamples: { type: 'integer', minimum: 1 },
      from: texts,
      quorum: { type: 'integer', minimum: 1 },
    }),
    slice: id,
    minrun: { type: 'integer', minimum: 1 },
    target: share,
    count: { enum: ['window', 'inforce'] },
    window: {
      anyOf: [object({ calendar: id, timezone: id }), object({ anchor: id, every: id }), object({ rolling: id })],
    },
    nodata: { enum: ['bad', 'good', 'exclude', 'hold'] },
    holdmax: id,
    mincoverage: share,
    settle: id,
    maintenance: { anyOf: [{ type: 'null' }, object({ notice: id, max: id, per: id })] },
    remedy: {
      anyOf: [
        { type: 'null' },
        object(
          {
            tiers: listOf(object({ below: share, credit: share }), 100),
            base: { enum: ['instance', 'level', 'sla'] },
            cap: { type: 'number', minimum: 0 },
            min: id,
            combine: { enum: ['largest', 'sum'] },
          },
          {
            claim: object({ by: { enum: ['broker', 'customer'] }, within: id }),
            exit: object({ breaches: { type: 'integer', minimum: 1 }, within: id }),
          },
        ),
      ],
    },
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
  },
  additionalProperties: false,
};
const levelMembers = Object.keys(level['properties'] as JsonObject);
const wholeLevel: JsonObject = { ...level, required: levelMembers.filter((name) => name !== 'annotations') };

const instance = open(
  { for: id, index: { type: 'integer', minimum: 0 }, kind: id, mixins: texts, attributes: bag },
  { source: id, target: id },
);

const commitment: JsonObject = {
  type: 'object',
  required: ['for', 'commit'],
  discriminator: { propertyName: 'commit' },
  oneOf: [
    open({ for: id, commit: { enum: ['asked', 'none'] } }),
    object({ for: id, commit: { const: 'other' }, level: wholeLevel }, { template: id }),
  ],
};

/** Only its form: whether the price makes sense is for the broker to say (`checkQuote`). */
const quote: JsonObject = {
  type: 'object',
  properties: {
    currency: id,
    tax: id,
    source: id,
    asof: id,
    items: listOf(
      {
        type: 'object',
        properties: {
          id,
          for: id,
          what: id,
          amount: id,
          per: id,
          index: { type: 'array', items: { type: 'integer' } },
        },
        required: ['id', 'what', 'amount', 'per'],
      },
      10_000,
    ),
    unpriced: texts,
    open: texts,
  },
  required: ['currency', 'tax', 'source', 'asof', 'items', 'unpriced', 'open'],
};

const offer = open(
  {
    variant: id,
    validUntil: instant,
    binding: { type: 'boolean' },
    awardable: { type: 'boolean' },
    resources: listOf(instance, 10_000),
    levels: listOf(commitment, 1_000),
    price: quote,
  },
  {
    whyNot: text,
    terms: object({ name: id, text: { type: 'string', maxLength: 1_000_000 } }),
    handle: id,
  },
);

const reply = byType(
  typed('propose', { offers: { type: 'array', items: offer, minItems: 1, maxItems: 10_000 } }),
  typed('refuse', { reason }),
  typed('notUnderstood', { reason }),
  typed('later', { ticket: id, after: { type: 'number', minimum: 0 } }),
);

const view = object({ ref: id, state: id, attributes: bag }, { message: { type: 'string', maxLength: 10_000 } });
const eligibility: JsonObject = {
  type: 'object',
  required: ['eligible'],
  oneOf: [
    object({ eligible: { const: true } }),
    object({ eligible: { const: false }, code: id, detail: { type: 'string', maxLength: 10_000 } }),
  ],
};

export const answerSchemas = {
  describe: object(
    {
      title: text,
      provider: id,
      kinds: texts,
      regions: texts,
      countries: texts,
      currency: { type: 'string', pattern: '^[A-Z]{3}$' },
      levels: listOf(wholeLevel, 1_000),
      internal: { type: 'boolean' },
      facts: bag,
    },
    {
      whyNot: text,
      maxReply: { type: 'number', exclusiveMinimum: 0 },
      templates: listOf(object({ mixin: category, title: label }), 1_000),
      sizes: listOf(
        object(
          { mixin: category, title: label, cores: { type: 'integer', minimum: 1 }, memory: positive },
          { disk: positive },
        ),
        1_000,
      ),
    },
  ),
  canOffer: eligibility,
  getOffer: reply,
  poll: reply,
  acceptOffer: byType(
    typed('confirm', { agreement: id, at: instant }),
    typed('reject', { reason }),
    typed('later', { after: { type: 'number', minimum: 0 } }),
  ),
  getAgreement: byType(typed('agreement', { agreement: id, at: instant }), typed('refused', { reason })),
  provision: view,
  canCreate: eligibility,
  create: byType(typed('created', { view }), typed('refuse', { reason })),
  change: view,
  save: object({ mixin: category, title: label }),
  getInfo: view,
  perform: view,
  measure: listOf(
    object({ metric: id, at: instant, value: { anyOf: [{ type: 'number' }, { type: 'null' }] } }),
    10_000,
  ),
} as const satisfies Record<string, JsonObject>;

export type AnsweringMethod = keyof typeof answerSchemas;
