import { attributes, categories, links, locations } from './grammar.ts';
import type { TextMessage } from './text-read.ts';

export type FieldName = keyof TextMessage;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : never };

/** Gathers the fields of a message from lines or headers, as they come. */
export class FieldCollector {
  readonly read: Mutable<TextMessage> = { categories: [], links: [], attributes: [], locations: [] };

  /** @throws BadRequest with `place` and the column, counted from `column` */
  add(field: FieldName, value: string, place: string, column = 0): void {
    switch (field) {
      case 'categories':
        append(this.read.categories, categories(value, place, column));
        break;
      case 'links':
        append(this.read.links, links(value, place, column));
        break;
      case 'attributes':
        append(this.read.attributes, attributes(value, place, column));
        break;
      case 'locations':
        append(this.read.locations, locations(value, place, column));
        break;
    }
  }
}

/** The field of a line or header by its name, in any case, also under the names that some clients give it. */
export function fieldNamed(name: string): FieldName | undefined {
  switch (name.toLowerCase()) {
    case 'category':
    case 'x-occi-category':
      return 'categories';
    case 'link':
    case 'x-occi-link':
      return 'links';
    case 'x-occi-attribute':
      return 'attributes';
    case 'x-occi-location':
      return 'locations';
    default:
      return undefined;
  }
}

/** Not by spreading: a call has no room for a hundred thousand arguments. */
function append<Item>(list: Item[], more: readonly Item[]): void {
  for (const item of more) list.push(item);
}
