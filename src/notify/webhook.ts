import { Unprocessable } from '../shared/errors.ts';
import type { AttributeDefinition, Kind } from '../occi/category.ts';
import { typeOf } from '../occi/category.ts';
import { RESOURCE } from '../occi/core.ts';
import type { Behaviour, Extension } from '../occi/extension.ts';

const attribute = (
  type: AttributeDefinition['type'],
  description: string,
  more: Partial<AttributeDefinition> = {},
): AttributeDefinition => ({ type, mutable: true, required: false, description, ...more });

export const webhookKind: Kind = {
  class: 'kind',
  scheme: 'http://schemas.parley.org/occi/notify#',
  term: 'webhook',
  title: 'Webhook',
  parent: RESOURCE,
  location: '/webhook/',
  actions: [],
  attributes: {
    'org.parley.webhook.url': attribute('string', 'Where events are sent, an https URL', {
      required: true,
      pattern: { pattern: '^https?://', maxLength: 2048 },
    }),
    'org.parley.webhook.events': attribute('array', 'Event types wanted; absent: all', {
      pattern: { items: { type: 'string' }, maxItems: 100 },
    }),
    'org.parley.webhook.state': attribute('string', 'State of the delivery', { mutable: false }),
  },
};

/** The kind is known; delivery is not built yet, and accepting a webhook that stays silent would be a lie. */
const behaviour: Behaviour = {
  kind: typeOf(webhookKind),
  create: () =>
    Promise.reject(
      new Unprocessable('not_supported', 'Webhooks are not delivered yet; read the event stream at /events instead'),
    ),
};

export const notifyExtension: Extension = {
  name: 'notify',
  kinds: [webhookKind],
  mixins: [],
  actions: [],
  behaviours: [behaviour],
};
