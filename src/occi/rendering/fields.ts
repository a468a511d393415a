import type { Cursor } from './cursor.ts';
import { attributes, categories, links, locations } from './grammar.ts';
import type { TextMessage } from './text-read.ts';

export type FieldName = keyof TextMessage;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : never };

/** Gathers the fields of a message from lines or headers, as they come. */
export class FieldCollector {
  readonly read: Mutable<TextMessage> = { categories: [], links: [], attributes: [], locations: [] };

  /** @throws BadRequest with the place where the field broke */
  add(field: FieldName, value: Cursor): void {
    const { read } = this;
    switch (field) {
      case 'categories':
        categories(value, read.categories);
        break;
      case 'links':
        links(value, read.links);
        break;
      case 'attributes':
        attributes(value, read.attributes);
        break;
      case 'locations':
        locations(value, read.locations);
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
