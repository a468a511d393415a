import type { Json, JsonObject } from '../../shared/json.ts';
import { urn } from '../../shared/ids.ts';
import type { Action, AttributeDefinition, AttributeDefinitions, Kind, Mixin } from '../category.ts';
import { CORE_SCHEME } from '../core.ts';
import type { OcciOutcome, View } from '../request.ts';
import { memo } from './memo.ts';
import type { RenderContext } from './types.ts';

/** Writes application/occi+json (GFD.226). Empty arrays are left out inside entities, and present in collections. */
export function writeJson(outcome: Exclude<OcciOutcome, { type: 'export' }>, context: RenderContext): string {
  return outcome.type === 'categories' ? model(outcome, context.patterns) : JSON.stringify(shown(outcome));
}

function shown(outcome: Exclude<OcciOutcome, { type: 'export' | 'categories' }>): Json {
  switch (outcome.type) {
    case 'entity':
      return entity(outcome.view);
    case 'created':
      return outcome.views.length === 1 && outcome.views[0] !== undefined
        ? entity(outcome.views[0])
        : collection(outcome.views, 'mixed');
    case 'collection':
      return collection(outcome.views, outcome.of);
    case 'document':
      return outcome.body;
    case 'done':
      return {};
  }
}

function collection(views: readonly View[], of: 'resources' | 'links' | 'mixed'): JsonObject {
  if (of !== 'mixed') return { [of]: views.map(entity) };
  const links = views.filter((view) => view.record.source !== undefined);
  const resources = views.filter((view) => view.record.source === undefined).map(entity);
  return links.length === 0 ? { resources } : { resources, links: links.map(entity) };
}

/** GFD.226 sections 3.2 and 3.3. */
function entity(view: View): JsonObject {
  const { record, projection } = view;
  return {
    kind: record.kind,
    id: urn(record.id),
    ...(record.title === undefined ? {} : { title: record.title }),
    ...(record.summary === undefined ? {} : { summary: record.summary }),
    ...(record.mixins.length === 0 ? {} : { mixins: record.mixins }),
    attributes: projection.attributes,
    ...(record.source === undefined ? {} : { source: { ...record.source } }),
    ...(record.target === undefined ? {} : { target: { ...record.target } }),
    ...(view.actions.length === 0 ? {} : { actions: view.actions }),
    ...(view.links.length === 0 ? {} : { links: view.links.map(entity) }),
  };
}

/** GFD.226 section 3.6: kinds, mixins and actions in one object, of parts that are written once and kept. */
function model(outcome: Extract<OcciOutcome, { type: 'categories' }>, patterns: boolean): string {
  const write = patterns ? withPatterns : withoutPatterns;
  const list = (categories: readonly Category[]): string => categories.map(write).join(',');
  const kinds = list(coreFirst(outcome.kinds));
  return `{"kinds":[${kinds}],"mixins":[${list(outcome.mixins)}],"actions":[${list(outcome.actions)}]}`;
}

type Category = Kind | Mixin | Action;

const withPatterns = memo((category: Category) => JSON.stringify(described(category, true)));
const withoutPatterns = memo((category: Category) => JSON.stringify(described(category, false)));

function described(category: Category, patterns: boolean): JsonObject {
  switch (category.class) {
    case 'kind':
      return kindJson(category, patterns);
    case 'mixin':
      return mixinJson(category, patterns);
    case 'action':
      return categoryJson(category, patterns);
  }
}

/** Clients read the model from the top, and parents must be known before those that name them. */
export function coreFirst(kinds: readonly Kind[]): readonly Kind[] {
  const isCore = (kind: Kind): boolean => kind.scheme === CORE_SCHEME;
  return [...kinds.filter(isCore), ...kinds.filter((kind) => !isCore(kind))];
}

function kindJson(kind: Kind, patterns: boolean): JsonObject {
  return {
    ...categoryJson(kind, patterns),
    ...(kind.parent === undefined ? {} : { parent: kind.parent }),
    ...(kind.actions.length === 0 ? {} : { actions: kind.actions }),
    ...(kind.location === undefined ? {} : { location: kind.location }),
  };
}

function mixinJson(mixin: Mixin, patterns: boolean): JsonObject {
  return {
    ...categoryJson(mixin, patterns),
    location: mixin.location,
    ...(mixin.depends.length === 0 ? {} : { depends: mixin.depends }),
    ...(mixin.applies.length === 0 ? {} : { applies: mixin.applies }),
    ...(mixin.actions.length === 0 ? {} : { actions: mixin.actions }),
  };
}

function categoryJson(category: Category, patterns: boolean): JsonObject {
  return {
    term: category.term,
    scheme: category.scheme,
    title: category.title,
    ...(Object.keys(category.attributes).length === 0
      ? {}
      : { attributes: attributesJson(category.attributes, patterns) }),
  };
}

function attributesJson(definitions: AttributeDefinitions, patterns: boolean): JsonObject {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, attributeJson(definition, patterns)]),
  );
}

/** Patterns only when asked for: some clients take them for strings and refuse GFD.226's objects. */
function attributeJson(definition: AttributeDefinition, patterns: boolean): JsonObject {
  return {
    mutable: definition.mutable,
    required: definition.required,
    type: definition.type,
    ...(patterns && definition.pattern !== undefined ? { pattern: definition.pattern } : {}),
    ...(definition.default === undefined ? {} : { default: definition.default }),
    description: definition.description,
  };
}
