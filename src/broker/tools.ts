import type { Registry } from '../occi/api.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { EntityStore, Write } from '../occi/store.ts';
import type { Instant } from '../shared/clock.ts';
import type { EntityId, TypeId } from '../shared/ids.ts';
import { CfpRules } from './cfp-rules.ts';
import { KindCache } from './catalog.ts';
import { changed, update, type Change, type Told } from './change.ts';
import { EligibleVendors } from './eligible.ts';
import { brokerDefaults, type BrokerDefaults, type BrokerDeps } from './deps.ts';
import { listAll } from './list-all.ts';
import { cfpAttr, proposalAttr, proposalType } from './names.ts';
import { proposalMaker, type ProposalMaker } from './proposal-make.ts';

/** What every part of the broker works with. */
export interface BrokerTools {
  readonly deps: BrokerDeps;
  readonly defaults: BrokerDefaults;
  readonly rules: CfpRules;
  readonly kinds: KindCache;
  readonly eligible: EligibleVendors;
  /** Aborts when the service stops. */
  readonly signal: AbortSignal;
  now(): Instant;
  pathOf(record: Pick<EntityRecord, 'id' | 'kind'>): string;
  maker(cfp: EntityRecord): ProposalMaker;
  /** The new record of a call and the write of it. */
  cfpChange(cfp: EntityRecord, change: Change, told: Told): { readonly record: EntityRecord; readonly write: Write };
  proposalChange(proposal: EntityRecord, change: Change, told: Told): Write;
  /** Goes on with a call now. */
  wake(cfp: EntityId): void;
}

export function brokerTools(deps: BrokerDeps, signal: AbortSignal, wake: (cfp: EntityId) => void): BrokerTools {
  const { clock } = deps;
  const pathOf = (record: Pick<EntityRecord, 'id' | 'kind'>): string => deps.registry().pathOf(record);
  const required = new Map<TypeId, readonly string[]>();
  // Somebody has to hold one: V8 throws away the machine code of a function that has none left, and would
  // read the first answers of the next call slowly.
  let latest: { readonly cfp: EntityRecord; readonly make: ProposalMaker } | undefined;
  return {
    deps,
    defaults: { ...brokerDefaults, ...deps.defaults },
    rules: new CfpRules(deps.rules),
    kinds: new KindCache(),
    eligible: new EligibleVendors(),
    signal,
    now: () => clock.now(),
    pathOf,
    maker(cfp) {
      if (latest?.cfp === cfp) return latest.make;
      const make = proposalMaker(cfp, {
        rules: deps.rules,
        ...(deps.rates === undefined ? {} : { rates: deps.rates }),
        newId: deps.newId,
        requiredOf(kind) {
          const known = required.get(kind) ?? requiredOf(deps.registry(), kind);
          required.set(kind, known);
          return known;
        },
      });
      latest = { cfp, make };
      return make;
    },
    cfpChange(cfp, change, told) {
      const record = changed(cfp, cfpAttr.state, clock.now(), change);
      return { record, write: update(cfp, record, 'cfp', pathOf(cfp), told) };
    },
    proposalChange(proposal, change, told) {
      const leaves = change.to !== undefined && change.to !== 'acceptable';
      const record = changed(proposal, proposalAttr.state, clock.now(), {
        ...change,
        // What is not acceptable any more cannot be awarded.
        ...(leaves ? { attributes: { ...change.attributes, [proposalAttr.awardable]: false } } : {}),
      });
      return update(proposal, record, 'proposal', pathOf(proposal), told);
    },
    wake,
  };
}

/** What a client would have to state when creating such a thing, beside its ends, which a proposal states otherwise. */
function requiredOf(registry: Registry, type: TypeId): readonly string[] {
  const names: string[] = [];
  for (let kind = registry.kind(type); kind !== undefined;) {
    for (const [name, { required, mutable, settable }] of Object.entries(kind.attributes))
      if (required && (mutable || settable === true) && !name.startsWith('occi.core.')) names.push(name);
    kind = kind.parent === undefined ? undefined : registry.kind(kind.parent);
  }
  return names;
}

export function proposalsOf(store: EntityStore, cfp: EntityId, states?: readonly string[]): Promise<EntityRecord[]> {
  return listAll(store, {
    kinds: [proposalType],
    parent: cfp,
    hidden: 'with',
    ...(states === undefined ? {} : { states }),
  });
}
