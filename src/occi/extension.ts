import type { Clock } from '../shared/clock.ts';
import type { EntityId, IdSource, TypeId } from '../shared/ids.ts';
import type { JsonObject } from '../shared/json.ts';
import type { Logger } from '../shared/logger.ts';
import type { StateTable } from '../shared/state-machine.ts';
import type { Caller } from './caller.ts';
import type { Action, Kind, Mixin } from './category.ts';
import type { Attributes, EntityDocument, EntityRecord } from './entity.ts';
import type { EntityQuery, EntityStore, Write } from './store.ts';

/** A domain that plugs into the engine: what it adds to the model, and how its kinds behave. */
export interface Extension {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly mixins: readonly Mixin[];
  readonly actions: readonly Action[];
  readonly behaviours: readonly Behaviour[];
}

/** What a behaviour may use while it serves one request. */
export interface RequestContext {
  readonly caller: Caller;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /**
   * The store as this request sees it: the first write that succeeds carries the request's
   * Idempotency-Key with it, in the same transaction.
   */
  readonly store: EntityStore;
  /** Reads an entity that a document refers to by id, path or URL; undefined if the caller may not see it. */
  resolve(reference: string): Promise<EntityRecord | undefined>;
  /** `/cfp/UUID`. */
  pathOf(record: Pick<EntityRecord, 'id' | 'kind'>): string;
}

/**
 * How entities of one kind behave beyond the uniform interface. Every hook is optional: a kind
 * without a behaviour is stored, read, changed and deleted as OCCI Core says.
 */
export interface Behaviour {
  readonly kind: TypeId;
  /** Every tenant sees all records of the kind: agents, for example. Default: only the record's own tenant does. */
  readonly shared?: boolean;
  /** Drives which actions are shown and the 409 of the others. `stateAttribute` holds the state. */
  readonly states?: StateTable<string, string>;
  readonly stateAttribute?: string;

  /**
   * May clients of the uniform interface create, change, delete this kind at all, and delete it by its collection
   * or one above? Default: all.
   */
  readonly clientMay?: {
    readonly create?: boolean;
    readonly update?: boolean;
    readonly delete?: boolean;
    readonly deleteAll?: boolean;
  };

  /**
   * Completes a draft that passed the schema: checks what a schema cannot (throwing `Unprocessable`
   * with all problems), fills in defaults, sets state and due. `document` is what the client sent.
   * The answer is written as it is, with further writes beside it in the same transaction.
   */
  create?(draft: EntityRecord, document: EntityDocument, ctx: RequestContext): Promise<Drafted>;
  /** After the create is durable and before the client is answered: start work that need not wait for a sweep. */
  created?(record: EntityRecord, ctx: RequestContext): void;

  /** The same for full and partial updates; `before` is what is stored. */
  update?(draft: EntityRecord, before: EntityRecord, ctx: RequestContext): Promise<Drafted>;

  /** Decides what DELETE does: throws `Conflict`, or answers whether to remove or hide. Default: remove. */
  remove?(record: EntityRecord, ctx: RequestContext): Promise<Removal>;
  /** After the removal is durable and before the client is answered: may wait for what goes with it, and never throws. */
  removed?(record: EntityRecord, ctx: RequestContext): Promise<void>;

  /**
   * Does the record still tell the truth? Asked before an action is refused for its state, so that what
   * happened outside counts at once: answers the record as it is now, written if it was not. What it writes
   * through `ctx` is no effect of the request. A failure to find out leaves the record as it is.
   */
  refresh?(record: EntityRecord, ctx: RequestContext): Promise<EntityRecord>;

  /**
   * Is the record where the action would bring it? An action on a whole collection then passes over it instead of
   * being refused for its state: all are started when some run already. On a single entity it is refused.
   */
  fulfilled?(record: EntityRecord, term: string): boolean;
  /**
   * Is an action that the state forbids performed all the same, since its client cannot know that it came about by
   * itself? It is not shown for that. Its handler answers the entity as it is, and sees to it that this holds once.
   */
  granted?(record: EntityRecord, term: string): boolean;

  /** Performs actions, by term. The engine has checked schema, rights and (with `states`) the state. */
  readonly actions?: Readonly<
    Record<string, (record: EntityRecord, attributes: Attributes, ctx: RequestContext) => Promise<ActionResult>>
  >;

  /**
   * Actions that are defined and not done yet, by term, with what their 422 says. Like every action without
   * a handler they are shown in discovery, and neither among an entity's actions nor among its moves.
   */
  readonly unsupported?: Readonly<Record<string, string>>;

  /** The attributes as clients see them, where they are more than what is stored. */
  project?(record: EntityRecord, ctx: RequestContext): Promise<Projection>;
  /** Is the record at rest, so that `Prefer: wait` may answer? */
  settled?(record: EntityRecord): boolean;
  /** May the caller read it, beyond the tenant rule? Only asked for callers with role vendor. */
  visibleToVendor?(record: EntityRecord, ctx: RequestContext): Promise<boolean>;
  /** What of this kind a vendor's list holds; undefined: nothing. */
  vendorScope?(ctx: RequestContext): Promise<Partial<EntityQuery> | { readonly ids: readonly EntityId[] } | undefined>;
  /** Other media types of one entity: `text/csv` of a collector, `text/html` of a report. */
  readonly exports?: Readonly<Record<string, (record: EntityRecord, ctx: ExportContext) => Promise<Export>>>;

  /** Continues work whose time has come; also called after a restart. Must be safe to call twice. */
  onDue?(record: EntityRecord): Promise<void>;
}

export interface ExportContext extends RequestContext {
  readonly query: Readonly<Record<string, string>>;
}

export interface Export {
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Drafted {
  readonly record: EntityRecord;
  readonly also?: readonly Write[];
  /** For the history and the event of the new record. */
  readonly note?: { readonly event?: string; readonly code?: string; readonly detail?: string };
}

export type Removal =
  | { readonly how: 'remove'; readonly also?: readonly Write[] }
  | {
      readonly how: 'hide';
      readonly also?: readonly Write[];
      /** What is kept, if it is to be another: with a due for what is still to be done about it. */
      readonly record?: EntityRecord;
    };

export type ActionResult =
  | { readonly type: 'entity'; readonly record: EntityRecord; readonly headers?: Readonly<Record<string, string>> }
  | { readonly type: 'collection'; readonly records: readonly EntityRecord[] }
  | { readonly type: 'document'; readonly body: JsonObject }
  /** Mixins that the action made: the template of a saved compute (GFD.224 section 4.1). */
  | { readonly type: 'categories'; readonly mixins: readonly Mixin[] };

export interface Projection {
  readonly attributes: Attributes;
  /** Marks a representation that can change while the revision does not; becomes part of the ETag. */
  readonly variant?: string;
  /** Attributes shown in this one answer, such as a new secret: never kept for a repeated request. */
  readonly once?: readonly string[];
}

/** Wakes due work now rather than at the next sweep. Given to behaviours by whoever composes them. */
export type Kick = (id: EntityId) => void;
