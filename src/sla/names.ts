import { type TypeId, typeId } from '../shared/ids.ts';

const OGF = 'http://schemas.ogf.org/occi/sla#';
const OURS = 'http://schemas.parley.org/occi/sla#';

/** GFD.228: the scheme of kinds, mixins and actions alike. */
export const ogfScheme = OGF;
export const slaScheme = OURS;
export const slaActionScheme = 'http://schemas.parley.org/occi/sla/sla/action#';
/** A tenant's terms live under this scheme plus the tenant's name and `#` (levels.md, id). */
export const termSchemePrefix = 'http://schemas.parley.org/occi/sla/term/';

export const agreementType: TypeId = typeId(`${OGF}agreement`);
export const agreementLinkType: TypeId = typeId(`${OGF}agreement_link`);
export const agreementTplType: TypeId = typeId(`${OGF}agreement_tpl`);
export const agreementTermType: TypeId = typeId(`${OGF}agreement_term`);
export const slaType: TypeId = typeId(`${OURS}sla`);
export const reportType: TypeId = typeId('http://schemas.parley.org/occi/compliance#report');

/** Attribute names of an SLA, as clients see them. The capitals are the standard's (GFD.228). */
export const slaAttr = {
  state: 'occi.agreement.state',
  agreedAt: 'occi.agreement.agreedAt',
  effectiveFrom: 'occi.agreement.effectiveFrom',
  effectiveUntil: 'occi.agreement.effectiveUntil',
  phase: 'org.parley.sla.phase',
  cfp: 'org.parley.sla.cfp',
  proposal: 'org.parley.sla.proposal',
  vendor: 'org.parley.sla.vendor',
  document: 'org.parley.sla.document',
  attempt: 'org.parley.sla.attempt',
  reason: 'org.parley.sla.reason',
  deviations: 'org.parley.sla.deviations',
  orphans: 'org.parley.sla.orphans',
  suspension: 'org.parley.sla.suspension',
  reclaim: 'org.parley.sla.reclaim',
  report: 'org.parley.sla.report',
} as const;
