import type { Place } from './cursor.ts';
import { attributes, categories, links, locations } from './grammar.ts';
import type { TextMessage } from './text-read.ts';

export type FieldName = keyof TextMessage;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : never };

/** Gathers the fields of a message from lines or headers, as they come. */
export class FieldCollector {
  readonly read: Mutable<TextMessage> = { categories: [], links: [], attributes: [], locations: [] };

  /** @throws BadRequest with the place where the field broke */
  add(field: FieldName, value: string, place: Place): void {
    const { read } = this;
    switch (field) {
      case 'categories':
        read.categories = joined(read.categories, categories(value, place));
        break;
      case 'links':
        read.links = joined(read.links, links(value, place));
        break;
      case 'attributes':
        read.attributes = joined(read.attributes, attributes(value, place));
        break;
      case 'locations':
        read.locations = joined(read.locations, locations(value, place));
        break;
    }
  }
}

/** The field of a line or header by its name, in any case, also under the names that some clients give it. */
export function fieldNamed(name: string): FieldName | undefined {
  return byName(name) ?? byName(name.toLowerCase());
}

function byName(name: string): FieldName | undefined {
  switch (name) {
    case 'Category':
    case 'category':
    case 'x-occi-category':
      return 'categories';
    case 'Link':
    case 'link':
    case 'x-occi-link':
      return 'links';
    case 'X-OCCI-Attribute':
    case 'x-occi-attribute':
      return 'attributes';
    case 'X-OCCI-Location':
    case 'x-occi-location':
      return 'locations';
    default:
      return undefined;
  }
}

/** Not by spreading: a call has no room for a hundred thousand arguments. */
function joined<Item>(list: Item[], more: Item[]): Item[] {
  if (list.length === 0) return more;
  for (const item of more) list.push(item);
  return list;
}
