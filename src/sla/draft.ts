import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import { addDuration } from '../shared/duration.ts';
import type { EntityId, PrincipalId, TenantId, TypeId, VendorId } from '../shared/ids.ts';
import { typeId, urn } from '../shared/ids.ts';
import { hashOf, sha256 } from '../shared/json.ts';
import type { Commitment, Level } from '../terms/level.ts';
import type { Price } from '../terms/price.ts';
import type { OfferedInstance, Wanted } from '../terms/resources.ts';
import type { PeriodView } from '../vendor-kit/types.ts';
import type { SlaDocument } from './document.ts';
import { acceptKeyOf, asJson, type SlaKept } from './kept.ts';
import { slaAttr, slaType, termSchemePrefix } from './names.ts';
import { agreementStateOf } from './states.ts';
import { describeLevel, describeRemedy } from './term-text.ts';

/** What an award gives: a proposal of a call, to become an agreement. */
export interface Award {
  readonly id: EntityId;
  readonly cfp: EntityId;
  readonly proposal: EntityId;
  readonly tenant: TenantId;
  readonly owner: PrincipalId;
  readonly vendor: VendorId;
  readonly title?: string;
  readonly attempt: number;
  readonly wanted: readonly Wanted[];
  readonly levels: readonly Level[];
  readonly period: PeriodView;
  readonly resources: readonly OfferedInstance[];
  readonly commitments: readonly Commitment[];
  readonly price: Price;
  readonly offer: Omit<SlaKept['offer'], 'levels'>;
  readonly awardedBy: PrincipalId;
  readonly at: Instant;
  /** Milliseconds. */
  readonly confirmWithin: number;
  readonly provisionWithin: number;
}

/** S1: a pending agreement with its document frozen. It is the caller who writes it. */
export function draftSla(award: Award): EntityRecord {
  const document = freeze(award);
  const kept: SlaKept = {
    document,
    sha256: hashOf(asJson(document)),
    delivered: [],
    inforce: [],
    suspended: [],
    offer: { ...award.offer, levels: award.commitments },
    acceptKey: acceptKeyOf(award.id),
    confirmWithin: award.confirmWithin,
    provisionWithin: award.provisionWithin,
  };
  const terms = termsOf(document);
  return {
    id: award.id,
    kind: slaType,
    mixins: terms.mixins,
    tenant: award.tenant,
    owner: award.owner,
    rev: 1,
    ...(award.title === undefined ? {} : { title: award.title }),
    attributes: {
      [slaAttr.state]: agreementStateOf('offered'),
      [slaAttr.phase]: 'offered',
      [slaAttr.cfp]: urn(award.cfp),
      [slaAttr.proposal]: urn(award.proposal),
      [slaAttr.vendor]: award.vendor,
      [slaAttr.attempt]: award.attempt,
      ...terms.attributes,
    },
    state: 'offered',
    parent: award.cfp,
    vendor: award.vendor,
    internal: asJson(kept),
    due: { at: award.at, action: 'advance' },
    hidden: false,
    created: award.at,
    updated: award.at,
  };
}

function freeze(award: Award): SlaDocument {
  return {
    sla: urn(award.id),
    cfp: urn(award.cfp),
    proposal: urn(award.proposal),
    vendor: award.vendor,
    tenant: award.tenant,
    wanted: award.wanted,
    resources: award.resources,
    levels: award.levels.map((asked) => agreed(asked, award.commitments)),
    price: award.price,
    period: agreedPeriod(award.period, award.at),
    suspensions: [],
    terms:
      award.offer.terms === undefined ? null : { name: award.offer.terms.name, sha256: sha256(award.offer.terms.text) },
    awarded: { by: award.awardedBy, at: isoInstant(award.at) },
  };
}

/** A vendor's own level stands in for the asked one; how it is measured stays the call's (levels.md, A vendor commits). */
function agreed(asked: Level, commitments: readonly Commitment[]): SlaDocument['levels'][number] {
  const commitment = commitments.find((one) => one.for === asked.id);
  if (commitment?.commit !== 'other') return { level: asked, committed: commitment?.commit === 'asked' };
  const { period, minsamples, from, quorum, probe } = asked.indicator;
  const level: Level = {
    ...commitment.level,
    id: asked.id,
    need: asked.need,
    of: asked.of,
    indicator: { ...commitment.level.indicator, period, minsamples, from, quorum, probe },
    mincoverage: asked.mincoverage,
    settle: asked.settle,
  };
  return {
    level,
    committed: true,
    ...(commitment.template === undefined ? {} : { template: commitment.template }),
  };
}

/** An absent begin means the award (api.md, Period). */
function agreedPeriod(period: PeriodView, at: Instant): SlaDocument['period'] {
  const begin = Math.max(period.from ?? at, at);
  const until = period.until ?? (period.length === undefined ? undefined : addDuration(begin, period.length));
  return {
    from: period.from === undefined ? null : isoInstant(period.from),
    until: until === undefined ? null : isoInstant(until),
    minimum: period.minimum ?? null,
    notice: period.notice ?? null,
    renew: period.renew ?? null,
  };
}

export function termType(tenant: TenantId, level: string): TypeId {
  return typeId(`${termSchemePrefix}${tenant}#${level}`);
}

/** GFD.228's suggested attributes of a term, one term for each level. */
function termsOf(document: SlaDocument): {
  readonly mixins: readonly TypeId[];
  readonly attributes: Readonly<Record<string, string>>;
} {
  const attributes: Record<string, string> = {};
  for (const { level, committed } of document.levels) {
    attributes[`${level.id}.term.type`] = 'SLO-TERM';
    attributes[`${level.id}.term.state`] = 'undefined';
    attributes[`${level.id}.term.desc`] = describeLevel(level, committed);
    if (committed && level.remedy !== null) attributes[`${level.id}.term.remedy`] = describeRemedy(level.remedy);
  }
  return { mixins: document.levels.map(({ level }) => termType(document.tenant, level.id)), attributes };
}
