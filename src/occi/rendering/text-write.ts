import type { Json, JsonObject } from '../../shared/json.ts';
import { urn } from '../../shared/ids.ts';
import type { Action, AttributeDefinitions, Kind, Mixin } from '../category.ts';
import { core, RESOURCE } from '../core.ts';
import type { Attributes, LinkEnd } from '../entity.ts';
import type { OcciOutcome, View } from '../request.ts';
import { coreFirst } from './json-write.ts';
import { memo } from './memo.ts';
import type { RenderContext } from './types.ts';
import { canCarry, quote, uriText, writeValue } from './values.ts';

/** One field of a text rendering: a line of a body, or a part of a header. */
export interface Field {
  readonly name: 'Category' | 'Link' | 'X-OCCI-Attribute' | 'X-OCCI-Location';
  readonly value: string;
}

/** What a rendering is made of. */
export interface Fields {
  /** In the order of GFD.229 section 5; undefined where the outcome has nothing to show. */
  readonly list: readonly Field[] | undefined;
  /** Names of attributes whose values the rendering cannot carry. */
  readonly omitted: readonly string[];
}

/** Lists and objects are left out when their JSON is longer than `structured` bytes. */
export function writeFields(
  outcome: Exclude<OcciOutcome, { type: 'export' }>,
  context: RenderContext,
  structured: number,
): Fields {
  switch (outcome.type) {
    case 'categories':
      return whole([
        ...coreFirst(outcome.kinds).map(kindField),
        ...outcome.mixins.map(mixinField),
        ...outcome.actions.map(actionField),
      ]);
    case 'entity':
      return new EntityWriter(structured).entity(outcome.view);
    case 'created':
    case 'collection':
      return whole(outcome.views.map((view) => ({ name: 'X-OCCI-Location', value: context.baseUrl + view.path })));
    case 'document':
      return new EntityWriter(structured).document(outcome.body);
    case 'done':
      return { list: undefined, omitted: [] };
  }
}

function whole(list: readonly Field[]): Fields {
  return { list, omitted: [] };
}

/** GFD.229 section 5.1: categories in short form, links and actions, attributes. */
class EntityWriter {
  readonly #fields: Field[] = [];
  readonly #omitted: string[] = [];
  readonly #structured: number;

  constructor(structured: number) {
    this.#structured = structured;
  }

  entity(view: View): Fields {
    const { record } = view;
    this.#add('Category', instance(record.kind, 'kind'));
    for (const mixin of record.mixins) this.#add('Category', instance(mixin, 'mixin'));
    for (const link of view.links) this.#add('Link', this.#link(link));
    for (const action of view.actions) {
      const term = action.slice(action.indexOf('#') + 1);
      this.#add('Link', `<${uriText(view.path)}?action=${term}>; rel="${action}"`);
    }
    for (const text of this.#attributes(view)) this.#add('X-OCCI-Attribute', text);
    return { list: this.#fields, omitted: this.#omitted };
  }

  document(body: JsonObject): Fields {
    const texts: string[] = [];
    this.#values(body, texts);
    for (const text of texts) this.#add('X-OCCI-Attribute', text);
    return { list: this.#fields, omitted: this.#omitted };
  }

  #add(name: Field['name'], value: string): void {
    this.#fields.push({ name, value });
  }

  /** Always with rel, self, category and the core attributes: some clients cannot do without. */
  #link(link: View): string {
    const { record } = link;
    const target = record.target ?? { location: '' };
    const rel = target.kind !== undefined && canCarry(target.kind) ? target.kind : RESOURCE;
    const types = record.mixins.length === 0 ? record.kind : `${record.kind} ${record.mixins.join(' ')}`;
    let text = `<${uriText(target.location)}>; rel=${quote(rel)}; self=${quote(link.path)}; category=${quote(types)}`;
    for (const attribute of this.#attributes(link)) text += `; ${attribute}`;
    return text;
  }

  /** `name=value` of all attributes, those of the core first. */
  #attributes({ record, projection }: View): readonly string[] {
    const texts: string[] = [];
    this.#value(core.id, urn(record.id), texts);
    if (record.title !== undefined) this.#value(core.title, record.title, texts);
    if (record.summary !== undefined) this.#value(core.summary, record.summary, texts);
    this.#end(core.source, core.sourceKind, record.source, texts);
    this.#end(core.target, core.targetKind, record.target, texts);
    this.#values(projection.attributes, texts);
    return texts;
  }

  #end(name: string, kindName: string, end: LinkEnd | undefined, texts: string[]): void {
    if (end === undefined) return;
    this.#value(name, end.location, texts);
    if (end.kind !== undefined) this.#value(kindName, end.kind, texts);
  }

  #values(attributes: Attributes, texts: string[]): void {
    for (const name of Object.keys(attributes)) this.#value(name, attributes[name] ?? null, texts);
  }

  #value(name: string, value: Json, texts: string[]): void {
    const text = writeValue(value);
    if (text === undefined || (typeof value === 'object' && Buffer.byteLength(text) > this.#structured))
      this.#omitted.push(name);
    else texts.push(`${name}=${text}`);
  }
}

/** The short form: there are servers' clients that refuse title and location here. */
function instance(type: string, category: 'kind' | 'mixin'): string {
  const cut = type.indexOf('#') + 1;
  return `${type.slice(cut)}; scheme="${type.slice(0, cut)}"; class="${category}"`;
}

// Categories never change, and discovery shows all of them each time.
const kindField = memo((kind: Kind) => categoryField(kind, kind.parent, kind.location, kind.actions));

/** `rel` of a mixin is the first of `depends` and nothing else (GFD.229 section 5.5.2). */
const mixinField = memo((mixin: Mixin) => categoryField(mixin, mixin.depends[0], mixin.location, mixin.actions));

const actionField = memo((action: Action) => categoryField(action, undefined, undefined, []));

/** Parameters in exactly this order: several clients read them by position. */
function categoryField(
  category: Kind | Mixin | Action,
  rel: string | undefined,
  location: string | undefined,
  actions: readonly string[],
): Field {
  const attributes = attributeList(category.attributes);
  const parts = [
    category.term,
    `scheme="${category.scheme}"`,
    `class="${category.class}"`,
    ...(category.title === '' || !canCarry(category.title) ? [] : [`title=${quote(category.title)}`]),
    ...(rel === undefined ? [] : [`rel="${uriText(rel)}"`]),
    ...(location === undefined ? [] : [`location="${uriText(location)}"`]),
    ...(attributes === '' ? [] : [`attributes="${attributes}"`]),
    ...(actions.length === 0 ? [] : [`actions="${actions.join(' ')}"`]),
  ];
  return { name: 'Category', value: parts.join('; ') };
}

function attributeList(definitions: AttributeDefinitions): string {
  return Object.entries(definitions)
    .map(([name, { mutable, required }]) => {
      const properties = [...(mutable ? [] : ['immutable']), ...(required ? ['required'] : [])];
      return properties.length === 0 ? name : `${name}{${properties.join(' ')}}`;
    })
    .join(' ');
}
