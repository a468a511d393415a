import { isDeepStrictEqual } from 'node:util';
import { BadRequest, Conflict, NotFound, PreconditionFailed } from '../../shared/errors.ts';
import type { TypeId } from '../../shared/ids.ts';
import { pointer, type Json } from '../../shared/json.ts';
import { typeOf } from '../category.ts';
import { ConcurrentChange } from '../concurrency.ts';
import { normalised } from '../document.ts';
import type { Attributes, EntityDocument, EntityRecord } from '../entity.ts';
import { Findings, methodNotAllowed } from '../findings.ts';
import type { OcciOutcome, OcciRequest } from '../request.ts';
import { inItsCase } from '../schema/case.ts';
import type { TypeModel } from '../schema/model.ts';
import { checkMatch, entityPath, load } from './access.ts';
import { addedLinks } from './add-links.ts';
import { create, creations } from './create.ts';
import { brought, checkedMixins } from './draft.ts';
import { endOf } from './ends.ts';
import { noteOf } from './notes.ts';
import type { Services, Turn } from './services.ts';
import { projectionOf, projects, plainView, viewOf } from './views.ts';

type UpdateRequest = Extract<OcciRequest, { op: 'replace' | 'patch' }>;

/**
 * PUT (create at this id with inline links, or full update: links stay) and POST of an entity (partial update: new links are made), GFD.223
 * sections 10.2 and 10.3.1. Immutable attributes may be repeated as they are, and not changed (403, all of them listed).
 */
export async function update(services: Services, turn: Turn, request: UpdateRequest): Promise<OcciOutcome> {
  const { kind, id } = placeOf(services, request);
  services.policy.check(turn.ctx.caller, 'update', typeOf(kind));
  const hook = services.registry.behaviour(typeOf(kind));
  const full = request.op === 'replace';
  const there = full ? await turn.ctx.store.get(id) : undefined;
  if (full && there === undefined) {
    if (request.ifMatch !== undefined) throw new PreconditionFailed('There is nothing at this path yet');
    const location = request.path.slice(0, request.path.lastIndexOf('/') + 1);
    return create(services, turn, location, [request.document], id);
  }
  const before = await load(services, turn, request.path, full ? Promise.resolve(there) : undefined).catch(
    (error: unknown) => {
      // The tenant's own, of another kind or deleted. Of what others have nothing is told.
      if (there?.tenant !== turn.ctx.caller.tenant) throw error;
      throw new Conflict('id_taken', 'This id belongs to something else, or did: choose another');
    },
  );
  if (request.onlyNew === true) throw new PreconditionFailed('There is something at this path already');
  checkMatch(before, request.ifMatch);
  if (hook?.clientMay?.update === false)
    throw methodNotAllowed(`${kind.title} is changed by its actions only`, 'GET, HEAD, DELETE, POST');

  const document = full ? completed(unlinked(request.document), before) : request.document;
  const draft = await changed(services, turn, before, document, full);
  const drafted = (await hook?.update?.(draft, before, turn.ctx)) ?? { record: draft };
  const sent = full || services.registry.isLink(before.kind) ? [] : (document.links ?? []);
  const links = await addedLinks(services, turn, before, sent);
  const record: EntityRecord = { ...drafted.record, rev: before.rev + 1, updated: services.clock.now() };
  if (turn.keyed) foresee(services, turn, record);
  const result = await turn.ctx.store.write([
    {
      op: 'update',
      record,
      expect: { rev: before.rev },
      note: noteOf(services, turn, before, record, drafted.note),
    },
    ...creations(services, turn, links),
    ...(drafted.also ?? []),
  ]);
  if (!result.ok) {
    if (result.at === 0 && result.reason === 'gone') throw new NotFound(`Nothing is found at ${request.path}`);
    throw new ConcurrentChange();
  }
  for (const link of links) services.registry.behaviour(link.record.kind)?.created?.(link.record, turn.ctx);
  return { type: 'entity', view: await viewOf(services, turn, record) };
}

/**
 * Where the entity is or is to be. A client that wants to create something by PUT is told what is wrong with
 * the path (400; GFD.185 section 3.4.4 lets a service refuse paths that it cannot bind).
 */
function placeOf(services: Services, { op, path, document }: UpdateRequest): ReturnType<typeof entityPath> {
  try {
    return entityPath(services, path);
  } catch (error) {
    if (op !== 'replace' || !(error instanceof NotFound)) throw error;
    if (services.registry.atLocation(path.slice(0, path.lastIndexOf('/') + 1))?.class === 'kind')
      throw new BadRequest('id_invalid', `The last part of the path ${path.slice(0, 200)} must be a UUID`);
    const kind = document.kind === undefined ? undefined : services.registry.kind(document.kind);
    if (kind?.location === undefined) throw error;
    throw new BadRequest(
      'path_of_kind',
      `A ${kind.term} is found under ${kind.location}, not at ${path.slice(0, 200)}`,
    );
  }
}

/** Links in a full update are let be: those that are there stay, and none is made (GFD.223 section 10.2.2). */
function unlinked(document: EntityDocument): EntityDocument {
  const { links, ...rest } = document;
  return links === undefined ? document : rest;
}

function foresee(services: Services, turn: Turn, record: EntityRecord): void {
  if (projects(services, record) || !services.registry.isLink(record.kind))
    turn.foresee({ type: 'reread', as: 'entity', ids: [record.id] });
  else turn.foresee({ type: 'outcome', outcome: { type: 'entity', view: plainView(services, turn, record) } });
}

/** What the client's rendering cannot carry stays as it is (text/occi leaves out long lists, for example). */
function completed(document: EntityDocument, before: EntityRecord): EntityDocument {
  const { carries } = document;
  if (carries === undefined) return document;
  const kept = Object.entries(before.attributes).filter(([, value]) => !carries(value));
  const texts: { title?: string; summary?: string } = {};
  for (const name of ['title', 'summary'] as const) {
    const value = before[name];
    if (document[name] === undefined && value !== undefined && !carries(value)) texts[name] = value;
  }
  return { ...document, ...texts, attributes: { ...Object.fromEntries(kept), ...document.attributes } };
}

async function changed(
  services: Services,
  turn: Turn,
  before: EntityRecord,
  sent: EntityDocument,
  full: boolean,
): Promise<EntityRecord> {
  const { registry, models } = services;
  const findings = new Findings();
  const link = registry.isLink(before.kind);
  const read = normalised(sent, '', link, findings);
  if (read.kind !== undefined && read.kind !== before.kind)
    findings.malformed.add('/kind', 'kind_mismatch', `this is a ${before.kind}, and stays one`);

  const named = checkedMixins(registry, before.kind, read.mixins, before.tenant, '', findings);
  const stay = full ? before.mixins.filter((type) => servers(services, type, before)) : before.mixins;
  const mixins = [...new Set([...stay, ...named])];
  const model = models.of(before.kind, mixins, before.tenant);
  const document = inItsCase(read, model);
  model.check(document.attributes, '/attributes', findings.malformed);
  const given = await settable(services, turn, before, model, document.attributes, findings);
  // What the record is made of already: a partial update adds only what new mixins bring.
  const was = models.of(before.kind, before.mixins, before.tenant);
  const attributes = full ? replaced(before, was, model, given) : patched(before, was, model, given);
  for (const name of model.required)
    if (!Object.hasOwn(attributes, name) && (full || !was.required.includes(name)))
      findings.malformed.add(pointer('/attributes', name), 'attribute_required', `${name} is missing`);

  const ends: { source?: EntityRecord['source']; target?: EntityRecord['target'] } = {};
  for (const which of ['source', 'target'] as const) {
    if (!link || document[which] === undefined) continue;
    const end = await endOf(services, turn, document[which], `/${which}`, which, findings);
    if (end !== undefined) ends[which] = end;
  }
  findings.throwIfAny();

  const { title, summary, ...rest } = before;
  const texts = {
    title: document.title ?? (full ? undefined : title),
    summary: document.summary ?? (full ? undefined : summary),
  };
  return {
    ...rest,
    ...(texts.title === undefined ? {} : { title: texts.title }),
    ...(texts.summary === undefined ? {} : { summary: texts.summary }),
    ...(ends.source === undefined ? {} : { source: ends.source }),
    ...(ends.target === undefined ? {} : { target: ends.target }),
    mixins,
    attributes,
  };
}

/** A mixin of which a client can set nothing is the service's: replacing an entity does not take it off. */
function servers(services: Services, type: TypeId, record: EntityRecord): boolean {
  const mixin = services.registry.mixin(type, record.tenant);
  const definitions = Object.values(mixin?.attributes ?? {});
  return definitions.length > 0 && definitions.every(({ mutable, settable: once }) => !mutable && once !== true);
}

/** The values that really are the client's to set: immutable ones may only be repeated. */
async function settable(
  services: Services,
  turn: Turn,
  before: EntityRecord,
  model: TypeModel,
  given: Attributes,
  findings: Findings,
): Promise<Attributes> {
  const kept: Record<string, Json> = {};
  let seen: Attributes | undefined;
  for (const [name, value] of Object.entries(given)) {
    const definition = model.attributes.get(name);
    if (definition === undefined) continue;
    if (definition.mutable || (definition.settable === true && !Object.hasOwn(before.attributes, name))) {
      kept[name] = value;
      continue;
    }
    if (definition.observed === true || isDeepStrictEqual(value, before.attributes[name])) continue;
    // What clients have read may be more than what is stored.
    seen ??= (await projectionOf(services, turn, before)).attributes;
    if (!isDeepStrictEqual(value, seen[name]))
      findings.forbidden.add(pointer('/attributes', name), 'attribute_immutable', `${name} cannot be changed`);
  }
  return kept;
}

/** Defaults, then what clients cannot set, then what they sent. */
function replaced(before: EntityRecord, was: TypeModel, model: TypeModel, given: Attributes): Attributes {
  const fixed = Object.entries(before.attributes).filter(([name]) => {
    const definition = was.attributes.get(name);
    return definition === undefined || (!definition.mutable && model.attributes.has(name));
  });
  return { ...model.defaults, ...Object.fromEntries(fixed), ...given };
}

/** The defaults that new mixins bring, then what is there, then what was sent. */
function patched(before: EntityRecord, was: TypeModel, model: TypeModel, given: Attributes): Attributes {
  return { ...brought(was, model), ...before.attributes, ...given };
}
