import { isObject, type Json, type JsonObject } from '../../shared/json.ts';

/** The text rendering of an example (GFD.229); undefined where a value has none that one would write by hand. */
export function entityText(document: JsonObject): string | undefined {
  const lines: string[] = [];
  const category = (type: Json, of: string): void => {
    if (typeof type !== 'string') return;
    const cut = type.indexOf('#') + 1;
    lines.push(`Category: ${type.slice(cut)}; scheme="${type.slice(0, cut)}"; class="${of}"`);
  };
  const attribute = (name: string, value: Json | undefined): void => {
    if (value !== undefined)
      lines.push(`X-OCCI-Attribute: ${name}=${typeof value === 'string' ? quote(value) : JSON.stringify(value)}`);
  };
  category(document['kind'] ?? null, 'kind');
  for (const type of list(document['mixins'])) category(type, 'mixin');
  attribute('occi.core.title', document['title']);
  attribute('occi.core.summary', document['summary']);
  for (const end of ['source', 'target']) {
    const place = document[end];
    if (isObject(place)) attribute(`occi.core.${end}`, place['location']);
  }
  const attributes = document['attributes'];
  for (const [name, value] of Object.entries(isObject(attributes) ? attributes : {})) {
    if (typeof value === 'object' || (typeof value === 'number' && value < 0)) return undefined;
    attribute(name, value);
  }
  return `${lines.join('\n')}\n`;
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
