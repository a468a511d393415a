import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import { urn, type VendorId } from '../shared/ids.ts';
import { hashOf } from '../shared/json.ts';
import { agreementTimes } from './agreement-kept.ts';
import type { Delivered, SlaDocument, SlaInternal } from './document.ts';
import { asJson } from './kept.ts';
import { LINKED, type AgreementTemplate } from './templates.ts';

/** A vendor's name stands in every document; an agreement without one is with the operator of this service. */
const OPERATOR = 'operator' as VendorId;

/**
 * What a plain agreement says, in the form in which SLAs are followed: the levels of its template, about the
 * resources that are linked. No price is agreed, so its remedies are words: no credit is computed.
 */
export function agreementDocument(
  record: EntityRecord,
  template: AgreementTemplate | undefined,
  linked: readonly Delivered[],
  agreed: { readonly at: Instant; readonly currency: string },
): Pick<SlaInternal, 'document' | 'sha256' | 'delivered'> {
  const { from, until } = agreementTimes(record);
  const document: SlaDocument = {
    sla: urn(record.id),
    cfp: null,
    proposal: null,
    vendor: record.vendor ?? OPERATOR,
    tenant: record.tenant,
    wanted: [],
    resources: linked.map(({ for: id, index, kind }) => ({ for: id, index, kind, mixins: [], attributes: {} })),
    levels: (template?.levels ?? []).map((level) => ({
      level,
      committed: true,
      ...(template === undefined ? {} : { template: template.name }),
    })),
    price: {
      currency: agreed.currency,
      tax: 'excluded',
      source: 'quote',
      asof: isoInstant(agreed.at).slice(0, 10),
      items: [],
      unpriced: [],
      open: [],
    },
    period: {
      from: from === undefined ? null : isoInstant(from),
      until: until === undefined ? null : isoInstant(until),
      minimum: null,
      notice: null,
      renew: null,
    },
    suspensions: [],
    terms: null,
    awarded: { by: record.owner, at: isoInstant(agreed.at) },
  };
  return { document, sha256: hashOf(asJson(document)), delivered: linked };
}

/** Those that are linked, each at the place that it has had; new ones behind. */
export function placed(targets: readonly EntityRecord[], before: readonly Delivered[]): readonly Delivered[] {
  const stay = before.filter(({ resource }) => targets.some(({ id }) => id === resource));
  let next = before.reduce((most, { index }) => Math.max(most, index + 1), 0);
  const come = targets
    .filter(({ id }) => !before.some(({ resource }) => resource === id))
    .map((target): Delivered => {
      const { ref } = target.internal;
      return {
        for: LINKED,
        index: next++,
        kind: target.kind,
        resource: target.id,
        ref: typeof ref === 'string' ? ref : '',
      };
    });
  return [...stay, ...come];
}
