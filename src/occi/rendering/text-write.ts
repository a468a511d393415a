import type { Json } from '../../shared/json.ts';
import { urn } from '../../shared/ids.ts';
import type { Action, AttributeDefinitions, Kind, Mixin } from '../category.ts';
import { core } from '../core.ts';
import type { LinkEnd } from '../entity.ts';
import type { OcciOutcome, View } from '../request.ts';
import { canCarry, quote } from './grammar.ts';
import { coreFirst } from './json-write.ts';
import { memo } from './memo.ts';
import { OMITTED } from './text-read.ts';
import type { RenderContext } from './types.ts';
import { writeValue } from './values.ts';

/** One field of a text rendering: a line of a body, or a part of a header. */
export interface Field {
  readonly name: 'Category' | 'Link' | 'X-OCCI-Attribute' | 'X-OCCI-Location';
  readonly value: string;
}

export interface TextLimits {
  /** Lists and objects whose JSON is longer are left out and named in `org.parley.omitted`. */
  readonly structured: number;
}

/** The fields of an outcome in the order of GFD.229 section 3.6; undefined where the outcome has nothing to show. */
export function writeFields(
  outcome: Exclude<OcciOutcome, { type: 'export' }>,
  context: RenderContext,
  limits: TextLimits,
): Field[] | undefined {
  switch (outcome.type) {
    case 'categories':
      return [
        ...coreFirst(outcome.kinds).map(kindField),
        ...outcome.mixins.map(mixinField),
        ...outcome.actions.map(actionField),
      ];
    case 'entity':
      return entityFields(outcome.view, limits);
    case 'created':
    case 'collection':
      return outcome.views.map((view) => ({ name: 'X-OCCI-Location', value: context.baseUrl + view.path }));
    case 'document':
      return Object.entries(outcome.body).flatMap(([name, value]) => {
        const text = writeValue(value);
        return text === undefined ? [] : [{ name: 'X-OCCI-Attribute' as const, value: `${name}=${text}` }];
      });
    case 'done':
      return undefined;
  }
}

/** GFD.229 section 3.6.2: categories in short form, links and actions, attributes. */
function entityFields(view: View, limits: TextLimits): Field[] {
  const { record } = view;
  return [
    instanceField(record.kind, 'kind'),
    ...record.mixins.map((mixin) => instanceField(mixin, 'mixin')),
    ...view.links.map((link): Field => ({ name: 'Link', value: linkValue(link, limits) })),
    ...view.actions.map((action): Field => {
      const term = action.slice(action.indexOf('#') + 1);
      return { name: 'Link', value: `<${view.path}?action=${term}>; rel="${action}"` };
    }),
    ...attributesOf(view, limits).map((value): Field => ({ name: 'X-OCCI-Attribute', value })),
  ];
}

function instanceField(type: string, category: 'kind' | 'mixin'): Field {
  const cut = type.indexOf('#') + 1;
  return { name: 'Category', value: `${type.slice(cut)}; scheme="${type.slice(0, cut)}"; class="${category}"` };
}

/** Always with rel, self, category and the core attributes: some clients cannot do without. */
function linkValue(link: View, limits: TextLimits): string {
  const { record } = link;
  const target = record.target ?? { location: '' };
  const parts = [
    `<${target.location}>`,
    `rel=${quote(target.kind ?? record.kind)}`,
    `self=${quote(link.path)}`,
    `category=${quote([record.kind, ...record.mixins].join(' '))}`,
    ...attributesOf(link, limits),
  ];
  return parts.join('; ');
}

/** `name=value` of all attributes, core attributes first, what text cannot carry named at the end. */
function attributesOf(view: View, limits: TextLimits): string[] {
  const { record, projection } = view;
  const lines: string[] = [];
  const omitted: string[] = [];
  const add = (name: string, value: Json): void => {
    const text = writeValue(value);
    if (text === undefined || (typeof value === 'object' && Buffer.byteLength(text) > limits.structured))
      omitted.push(name);
    else lines.push(`${name}=${text}`);
  };
  const addEnd = (name: string, kindName: string, end: LinkEnd | undefined): void => {
    if (end === undefined) return;
    add(name, end.location);
    if (end.kind !== undefined) add(kindName, end.kind);
  };
  add(core.id, urn(record.id));
  if (record.title !== undefined) add(core.title, record.title);
  if (record.summary !== undefined) add(core.summary, record.summary);
  addEnd(core.source, core.sourceKind, record.source);
  addEnd(core.target, core.targetKind, record.target);
  for (const [name, value] of Object.entries(projection.attributes)) add(name, value);
  if (omitted.length > 0) lines.push(`${OMITTED}=${quote(omitted.join(' '))}`);
  return lines;
}

// Categories never change, and discovery shows all of them each time.
const kindField = memo((kind: Kind) => categoryField(kind, kind.parent, kind.location, kind.actions));

/** `rel` of a mixin is the first of `depends` and nothing else (GFD.229 section 3.5.1). */
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
    ...(rel === undefined ? [] : [`rel="${rel}"`]),
    ...(location === undefined ? [] : [`location="${location}"`]),
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
