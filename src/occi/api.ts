import type { EntityId, TenantId, TypeId } from '../shared/ids.ts';
import type { Caller } from './caller.ts';
import type { Action, Kind, Mixin } from './category.ts';
import type { EntityRecord } from './entity.ts';
import type { Behaviour, RequestContext } from './extension.ts';
import type { OcciOutcome, OcciRequest, RequestEnvelope } from './request.ts';

/** All types that the service knows (GFD.221), built once from the extensions. */
export interface Registry {
  /** Rises whenever a mixin comes or goes: what was made of the model is stale then. */
  readonly revision: number;
  kind(type: TypeId): Kind | undefined;
  /** `tenant`: a tenant's own mixins are found by that tenant only. */
  mixin(type: TypeId, tenant?: TenantId): Mixin | undefined;
  /** Also by an alias, or with its term in capitals. */
  action(type: TypeId): Action | undefined;
  behaviour(kind: TypeId): Behaviour | undefined;
  kinds(): readonly Kind[];
  mixins(tenant?: TenantId): readonly Mixin[];
  actions(): readonly Action[];
  /** The kind or mixin bound to a location such as `/compute/`. */
  atLocation(path: string, tenant?: TenantId): Kind | Mixin | undefined;
  /** Is `type` the same as `ancestor`, or below it? */
  isA(type: TypeId, ancestor: TypeId): boolean;
  /** True for kinds below core#link. */
  isLink(kind: TypeId): boolean;
  /** `/compute/UUID`. */
  pathOf(record: Pick<EntityRecord, 'id' | 'kind'>): string;
  /** Reads an id (`urn:uuid:`, bare), a path, or a URL under `baseUrl`. */
  parseReference(text: string): EntityId | undefined;
  /**
   * Mixins made while the service runs: user-defined ones, and a tenant's terms. One whose location is taken is
   * bound beside it (`/term/up-2/`).
   */
  addMixin(mixin: Mixin): void;
  removeMixin(type: TypeId, tenant?: TenantId): boolean;
}

/** Who may do what (api.md, Who may). Implemented by auth. */
export interface Policy {
  /** Throws `Forbidden` when the caller's role does not allow the operation on the kind. */
  check(
    caller: Caller,
    operation: 'create' | 'read' | 'update' | 'delete' | 'act' | 'mixin',
    kind: TypeId,
    action?: string,
  ): void;
  /** May the caller see the record at all? If not, it is as if it did not exist (404). */
  sees(caller: Caller, record: EntityRecord): boolean;
}

/** The OCCI engine: no HTTP, no database. Throws `ParleyError` and nothing else for what a client sent. */
export interface Engine {
  readonly registry: Registry;
  handle(request: OcciRequest, envelope: RequestEnvelope): Promise<OcciOutcome>;
  /** A context for work inside the service. */
  context(caller: Caller, signal?: AbortSignal): RequestContext;
}
