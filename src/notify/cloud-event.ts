import { isoInstant } from '../shared/clock.ts';
import type { JsonObject } from '../shared/json.ts';
import { urn } from '../shared/ids.ts';
import type { StoredEvent } from '../occi/store.ts';

/**
 * An event as CloudEvents 1.0 JSON (api.md, Events). `id` is the tenant's sequence, so it also says
 * where to resume; `source` and `id` together are unique for a tenant (CloudEvents section 3.1).
 */
export function cloudEvent(event: StoredEvent, source: string): JsonObject {
  return {
    specversion: '1.0',
    id: String(event.sequence),
    source,
    type: event.type,
    subject: event.subject,
    time: isoInstant(event.at),
    datacontenttype: 'application/json',
    data: { ...event.data, entity: urn(event.data.entity) },
  };
}

/** One message of an event stream, of the default type, so that a plain `onmessage` gets all of them. JSON has no raw line ends. */
export function sseMessage(event: StoredEvent, source: string): string {
  return `id: ${event.sequence}\ndata: ${JSON.stringify(cloudEvent(event, source))}\n\n`;
}
