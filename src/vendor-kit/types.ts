import type { Clock, Instant } from '../shared/clock.ts';
import type { EntityId, TenantId, TypeId, VendorId } from '../shared/ids.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import type { Logger } from '../shared/logger.ts';
import type { Random } from '../shared/random.ts';
import type { OsTemplate, SizeTemplate } from '../terms/direct-offer.ts';
import type { Commitment, Level } from '../terms/level.ts';
import type { Quote, Usage } from '../terms/price.ts';
import type { OfferedInstance, Wanted } from '../terms/resources.ts';

/** A plugin: what `vendors/<id>/index.ts` exports by default, made with `defineVendor`. */
export interface VendorPlugin {
  readonly id: string;
  readonly contractVersion: 1;
  readonly title: string;
  readonly capabilities: Capabilities;
  /** JSON Schema (2020-12) of `Host.config`, checked before `create`. */
  readonly configSchema: JsonObject;
  /** One vendor for each configured account. Rejecting means: cannot be used now, and why. */
  create(host: Host): Vendor | Promise<Vendor>;
}

export interface Capabilities {
  readonly holds: boolean;
  readonly counter: boolean;
  /** False: its proposals show the market and cannot be awarded. */
  readonly provisions: boolean;
  /** OCCI actions that `perform` knows. */
  readonly actions: readonly TypeId[];
  /** Metrics that `measure` knows. */
  readonly measures: readonly string[];
  /** Kinds that a customer may post without an agreement: `canCreate` and `create` are there. Absent: none. */
  readonly direct?: readonly TypeId[];
}

/** All that a plugin may touch besides the kit. */
export interface Host {
  /** The id under which this account is configured. */
  readonly vendor: VendorId;
  readonly config: JsonObject;
  /** Resolved secrets, by the name used in the configuration. */
  secret(name: string): string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  count(metric: string, by?: number): void;
  /** Aborted when the service stops. */
  readonly signal: AbortSignal;
  /** Guarded: deadlines, sizes and addresses. */
  readonly fetch: typeof fetch;
  readonly memory: DurableMap;
  /** A file named in the configuration: absolute, or relative to the plugin's own folder. */
  readFile(name: string): Promise<Buffer>;
  /** A folder of its own for what it keeps on disk. */
  readonly folder: string;
}

/** Small durable key-value memory with compare-and-set: keys, handles, process ids. */
export interface DurableMap {
  get(key: string): Promise<string | undefined>;
  entries(prefix?: string): Promise<[key: string, value: string][]>;
  /** `expect` null: must be absent; undefined: whatever is there. False: it was something else. */
  set(key: string, value: string, expect?: string | null): Promise<boolean>;
  delete(key: string, expect?: string): Promise<boolean>;
}

/** What comes with each call. */
export interface Ctx {
  /** Idempotency key: the same key means the same call, made again. */
  readonly key: string;
  readonly signal: AbortSignal;
  readonly deadline: Date;
  readonly tenant: TenantId;
  readonly trace: string;
  readonly log: Logger;
}

/** A call for proposals as vendors see it: no budget, no rules, nothing of other vendors. */
export interface CfpView {
  readonly id: EntityId;
  readonly revision: number;
  readonly round: number;
  readonly replyBy: Instant;
  readonly wanted: readonly Wanted[];
  readonly levels: readonly Level[];
  readonly usage: readonly Usage[];
  readonly period: PeriodView;
  /** Proposals wanted from one vendor at most. */
  readonly perVendor: number;
  /** The currency that the customer compares in; vendors answer in their own. */
  readonly currency: string;
}

export interface PeriodView {
  readonly from?: Instant;
  readonly until?: Instant;
  readonly length?: string;
  readonly minimum?: string;
  readonly notice?: string;
  readonly renew?: string;
}

export interface VendorProfile {
  readonly title: string;
  readonly provider: string;
  readonly kinds: readonly TypeId[];
  readonly regions: readonly string[];
  readonly countries: readonly string[];
  readonly currency: string;
  /** Templates of the levels it commits to. */
  readonly levels: readonly Level[];
  /** Reasons why nothing can be awarded, if so. */
  readonly whyNot?: string;
  /** May its endpoints be loopback or private addresses? */
  readonly internal: boolean;
  /** Longest time it may take to answer, in milliseconds. */
  readonly maxReply?: number;
  /** What else an operator may want to see, such as the number of offers. */
  readonly facts: Readonly<Record<string, Json>>;
  /** What a compute of its own may run: each becomes a mixin below `os_tpl` (GFD.224 section 4.5.1). */
  readonly templates?: readonly OsTemplate[];
  /** Sizes of its own, beside those of the profile (GFD.222): each becomes a mixin below `resource_tpl`. */
  readonly sizes?: readonly SizeTemplate[];
}

export type Eligibility =
  { readonly eligible: true } | { readonly eligible: false; readonly code: string; readonly detail: string };

/** Why something was refused: every refusal, rejection and failure carries it. */
export interface Reason {
  readonly code: string;
  readonly final: boolean;
  readonly detail: string;
  readonly retryAfter?: number;
  readonly attr?: string;
}

/** A proposal as a vendor states it. */
export interface Offer {
  /** What distinguishes it from the vendor's others, such as its region. */
  readonly variant: string;
  readonly validUntil: Instant;
  readonly binding: boolean;
  readonly awardable: boolean;
  readonly whyNot?: string;
  readonly resources: readonly OfferedInstance[];
  readonly levels: readonly Commitment[];
  readonly price: Quote;
  /** The vendor's own terms, if it has any. */
  readonly terms?: { readonly name: string; readonly text: string };
  /** The vendor's own handle, given back in later calls. */
  readonly handle?: string;
}

export type Reply =
  | { readonly type: 'propose'; readonly offers: readonly Offer[] }
  | { readonly type: 'refuse'; readonly reason: Reason }
  | { readonly type: 'notUnderstood'; readonly reason: Reason }
  | { readonly type: 'later'; readonly ticket: string; readonly after: number };

/** An accepted proposal, as it is given back to its vendor. */
export interface AcceptedOffer extends Offer {
  readonly proposal: EntityId;
  readonly sla: EntityId;
  readonly wanted: readonly Wanted[];
  readonly committed: readonly Level[];
}

export type Acceptance =
  | { readonly type: 'confirm'; readonly agreement: string; readonly at: Instant }
  | { readonly type: 'reject'; readonly reason: Reason }
  | { readonly type: 'later'; readonly after: number };

export type AgreementView =
  | { readonly type: 'agreement'; readonly agreement: string; readonly at: Instant }
  | { readonly type: 'refused'; readonly reason: Reason };

/** One step of provisioning: make this instance or link. `key` of the context names it for ever. */
export interface Step {
  readonly agreement: string;
  readonly sla: EntityId;
  readonly instance: OfferedInstance;
  /** Links: the vendor's references of both ends, already provisioned. */
  readonly source?: ResourceRef;
  readonly target?: ResourceRef;
}

/** A resource or link that a customer posted without an agreement. The key of `create` names it for ever. */
export interface Order {
  readonly kind: TypeId;
  /** For people: its title, or a part of its id. */
  readonly name: string;
  /** Templates among them. */
  readonly mixins: readonly TypeId[];
  /** As the customer gave them, with the defaults of templates. */
  readonly attributes: Readonly<Record<string, Json>>;
  /** Is it to come up in its working state (`active`, `online`), or to be defined only? */
  readonly start: boolean;
  /** Links: both ends, already made. */
  readonly source?: ResourceRef;
  readonly target?: ResourceRef;
}

export type Creation =
  { readonly type: 'created'; readonly view: ResourceView } | { readonly type: 'refuse'; readonly reason: Reason };

/** A template that was made of an instance. */
export interface SavedTemplate {
  readonly mixin: TypeId;
  readonly title: string;
}

/** How a vendor knows a resource again. */
export interface ResourceRef {
  readonly ref: string;
  readonly kind: TypeId;
  readonly sla?: EntityId;
}

export interface ResourceView {
  readonly ref: string;
  /** OCCI state: `active`, `inactive`, `suspended`, `online`, `error`, … */
  readonly state: string;
  readonly message?: string;
  /** As delivered; includes `org.parley.endpoint.*` where it can be reached. */
  readonly attributes: Readonly<Record<string, Json>>;
}

export interface ActionCall {
  readonly action: TypeId;
  readonly attributes: Readonly<Record<string, Json>>;
}

export interface Measurement {
  readonly metric: string;
  readonly at: Instant;
  readonly value: number | null;
}

/**
 * One account at one provider. Every call may be made again with the same `ctx.key` and then has
 * the same effect and answer; every call stops when `ctx.signal` aborts. Refusals are answers;
 * what is thrown is a fault (`VendorFault` tells whether it may pass).
 */
export interface Vendor {
  describe(): Promise<VendorProfile>;
  /** Cheap: may it answer this CFP at all? */
  canOffer(cfp: CfpView, ctx: Ctx): Promise<Eligibility>;
  getOffer(cfp: CfpView, ctx: Ctx): Promise<Reply>;
  poll?(ticket: string, ctx: Ctx): Promise<Reply>;
  acceptOffer(offer: AcceptedOffer, ctx: Ctx): Promise<Acceptance>;
  refuseOffer(handle: string, why: Reason, ctx: Ctx): Promise<void>;
  /** What became of the acceptance with this key; undefined: unknown. */
  getAgreement(key: string, ctx: Ctx): Promise<AgreementView | undefined>;
  provision(step: Step, ctx: Ctx): Promise<ResourceView>;
  /** Cheap: could the order be carried out now? `create` has the last word. */
  canCreate?(order: Order, ctx: Ctx): Promise<Eligibility>;
  /** Makes what was posted without an agreement; the same key makes it once. */
  create?(order: Order, ctx: Ctx): Promise<Creation>;
  /** Gives a resource other attributes (sizes); a fault `state_wrong` where it must be stopped first. */
  change?(ref: ResourceRef, attributes: Readonly<Record<string, Json>>, ctx: Ctx): Promise<ResourceView>;
  /** Makes a template of an instance for its tenant; the same key makes it once. */
  save?(ref: ResourceRef, name: string, ctx: Ctx): Promise<SavedTemplate>;
  /** Undoes `provision` or `create` of the same key, also one whose answer never came, or that never began. */
  deprovision(key: string, ctx: Ctx): Promise<void>;
  getInfo(ref: ResourceRef, ctx: Ctx): Promise<ResourceView>;
  perform(ref: ResourceRef, call: ActionCall, ctx: Ctx): Promise<ResourceView>;
  measure?(ref: ResourceRef, metrics: readonly string[], ctx: Ctx): Promise<readonly Measurement[]>;
  /** Gives up the agreement with this key. */
  cancel(key: string, ctx: Ctx): Promise<void>;
  close(): Promise<void>;
}
