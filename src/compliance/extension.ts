import type { Extension } from '../occi/extension.ts';
import type { EntityId } from '../shared/ids.ts';
import type { SlaInternal } from '../sla/document.ts';
import type { SlaListener } from '../sla/port.ts';
import { creditBehaviour, violationBehaviour } from './behaviours.ts';
import type { ComplianceDeps } from './deps.ts';
import { exclusionBehaviour } from './exclusion-behaviour.ts';
import { createFinality, type Finality } from './finality.ts';
import {
  creditActions,
  creditKind,
  exclusionActions,
  exclusionKind,
  reportKind,
  violationActions,
  violationKind,
} from './model.ts';
import { reportBehaviour } from './report-behaviour.ts';
import { ReportLife } from './report-life.ts';

export type { ComplianceDeps, ComplianceTimes } from './deps.ts';
export type { MeasuredSeries, MeasurementIndex } from './port.ts';

export interface Compliance {
  readonly extension: Extension;
  /** What SLAs tell: a report begins with the first time in force, and is evaluated once more at the end. */
  readonly listener: SlaListener;
  /** Computes every report of an SLA again, from the archive. */
  evaluateNow(sla: EntityId): Promise<void>;
  /** What is final, for those who take samples in or throw them away. */
  readonly finality: Finality;
}

/** Service levels, violations, credits, exclusions and reports as an OCCI extension. */
export function createCompliance(deps: ComplianceDeps): Compliance {
  const log = deps.log.child({ part: 'compliance' });
  const life = new ReportLife({ ...deps, log });
  const evaluateNow = (sla: EntityId): Promise<void> => life.evaluateAll(sla);
  return {
    extension: {
      name: 'compliance',
      kinds: [violationKind, creditKind, exclusionKind, reportKind],
      mixins: [],
      actions: [...violationActions, ...creditActions, ...exclusionActions],
      behaviours: [
        violationBehaviour(deps, life.times),
        creditBehaviour(deps),
        exclusionBehaviour(deps, evaluateNow),
        reportBehaviour(life, deps),
      ],
    },
    listener: {
      async activated(sla) {
        const from = (sla.internal as unknown as SlaInternal).inforce[0]?.from;
        if (from !== undefined) await life.begin(sla, from);
      },
      ended: (sla) => evaluateNow(sla.id),
    },
    evaluateNow,
    finality: createFinality(deps.store),
  };
}
