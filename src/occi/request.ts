import type { EntityId, TypeId } from '../shared/ids.ts';
import type { JsonObject } from '../shared/json.ts';
import type { Caller } from './caller.ts';
import type { Action, Kind, Mixin } from './category.ts';
import type { Attributes, EntityDocument, EntityRecord } from './entity.ts';
import type { Export, Projection } from './extension.ts';

/** What any caller (HTTP, command line, test) asks of the engine: no transport, no bytes. */
export type OcciRequest =
  | { readonly op: 'discover'; readonly filter?: readonly TypeId[] }
  | { readonly op: 'addMixins'; readonly mixins: readonly Mixin[] }
  | { readonly op: 'removeMixins'; readonly mixins: readonly TypeId[] }
  | { readonly op: 'list'; readonly path: string; readonly query: ListRequest }
  | {
      readonly op: 'create';
      readonly path: string;
      readonly documents: readonly EntityDocument[];
    }
  | {
      readonly op: 'associate' | 'replaceMembers' | 'disassociate';
      readonly path: string;
      readonly members: readonly string[];
    }
  | { readonly op: 'deleteAll'; readonly path: string; readonly query: ListRequest }
  | {
      readonly op: 'actOnAll';
      readonly path: string;
      readonly invocation: ActionInvocation;
      readonly query: ListRequest;
    }
  | {
      readonly op: 'read';
      readonly path: string;
      readonly export?: { readonly type: string; readonly query: Readonly<Record<string, string>> };
    }
  | {
      readonly op: 'replace' | 'patch';
      readonly path: string;
      readonly document: EntityDocument;
      readonly ifMatch?: IfMatch;
      /** `If-None-Match: *` on PUT: create, and replace nothing. */
      readonly onlyNew?: true;
    }
  | { readonly op: 'delete'; readonly path: string; readonly ifMatch?: IfMatch }
  | { readonly op: 'act'; readonly path: string; readonly invocation: ActionInvocation; readonly ifMatch?: IfMatch };

export interface ActionInvocation {
  /** From the query `?action=term`; must agree with `action` where both are given. */
  readonly term?: string;
  readonly action?: TypeId;
  readonly attributes: Attributes;
}

/** Revisions of If-Match, or `*`. */
export type IfMatch = '*' | readonly number[];

export interface ListRequest {
  readonly categories?: readonly TypeId[];
  readonly attributes?: Attributes;
  readonly page?: number;
  readonly number?: number;
  /** Cursor of the page before; empty: from the start, and say where to go on. May come with `number`. */
  readonly after?: string;
  /** Only paths are wanted (text listings): links and projections are left out of the views. */
  readonly shallow?: boolean;
}

/** What else comes with a request. */
export interface RequestEnvelope {
  readonly caller: Caller;
  /** Request id, for logs and problem documents. */
  readonly request: string;
  readonly signal: AbortSignal;
  readonly idempotency?: { readonly scope: string; readonly bodyHash: string };
  /** RFC 7240 `Prefer: wait=N`, in seconds. */
  readonly wait?: number;
}

/** An entity as it is to be rendered. */
export interface View {
  readonly record: EntityRecord;
  readonly projection: Projection;
  readonly path: string;
  /** Actions that are applicable now (GFD.221, actions). */
  readonly actions: readonly TypeId[];
  /** Outgoing links of a resource. */
  readonly links: readonly View[];
}

/** Every outcome of the engine that is not an error; errors are thrown as `ParleyError`. */
export type OcciOutcome =
  | {
      readonly type: 'categories';
      readonly kinds: readonly Kind[];
      readonly mixins: readonly Mixin[];
      readonly actions: readonly Action[];
    }
  | {
      readonly type: 'entity';
      readonly view: View;
      readonly headers?: Readonly<Record<string, string>>;
      readonly waited?: boolean;
      readonly replayed?: boolean;
    }
  | {
      readonly type: 'created';
      readonly views: readonly View[];
      readonly waited?: boolean;
      readonly replayed?: boolean;
    }
  | {
      readonly type: 'collection';
      readonly views: readonly View[];
      readonly next?: string;
      readonly of: 'resources' | 'links' | 'mixed';
      readonly replayed?: boolean;
    }
  | { readonly type: 'document'; readonly body: JsonObject; readonly replayed?: boolean }
  | { readonly type: 'export'; readonly mediaType: string; readonly content: Export }
  | { readonly type: 'done'; readonly ids?: readonly EntityId[]; readonly replayed?: boolean };
