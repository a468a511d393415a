import { typeId, type TypeId } from '../shared/ids.ts';

export const complianceScheme = 'http://schemas.parley.org/occi/compliance#';
export const violationActionScheme = 'http://schemas.parley.org/occi/compliance/violation/action#';
export const creditActionScheme = 'http://schemas.parley.org/occi/compliance/credit/action#';
export const exclusionActionScheme = 'http://schemas.parley.org/occi/compliance/exclusion/action#';

export const violationType: TypeId = typeId(`${complianceScheme}violation`);
export const creditType: TypeId = typeId(`${complianceScheme}credit`);
export const exclusionType: TypeId = typeId(`${complianceScheme}exclusion`);
export const reportType: TypeId = typeId(`${complianceScheme}report`);

const names = <const N extends string>(term: string, list: readonly N[]): Readonly<Record<N, string>> =>
  Object.fromEntries(list.map((name) => [name, `org.parley.${term}.${name}`])) as Record<N, string>;

export const violationAttr = names('violation', [
  'sla', 'level', 'type', 'state', 'for', 'index', 'window', 'start', 'end', 'worst', 'slices', 'samples', 'attribute',
  'good', 'counted', 'attainment', 'target', 'evidence', 'disputeuntil', 'outcome', 'reason', 'credit',
]); // prettier-ignore

export const creditAttr = names('credit', [
  'sla', 'level', 'for', 'index', 'window', 'good', 'counted', 'tier', 'base', 'amount', 'currency', 'state', 'claimby',
  'violation', 'corrects', 'reason',
]); // prettier-ignore

export const exclusionAttr = names('exclusion', [
  'sla', 'levels', 'from', 'until', 'reason', 'detail', 'announcedat', 'state', 'by',
]); // prettier-ignore

export const reportAttr = names('report', [
  'sla', 'from', 'until', 'status', 'levels', 'credits', 'violations', 'samples', 'document', 'version', 'program',
]); // prettier-ignore
