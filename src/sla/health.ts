import type { EntityId } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import { moveAgreement } from './agreement-change.ts';
import { phaseOf } from './change.ts';
import { agreementType } from './names.ts';
import { ConcurrentChange } from '../occi/concurrency.ts';
import type { SlaHealth, TermState } from './port.ts';
import type { SlaPhase } from './states.ts';
import type { SlaTools } from './tools.ts';

const TRIES = 8;

/** S11 and the states of the terms, in one conditional write, and only where something changed. */
export function slaHealth(tools: SlaTools): SlaHealth {
  return {
    async report(id: EntityId, health): Promise<void> {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const record = await tools.deps.store.get(id);
        if (record === undefined) return;
        if (record.kind === agreementType) {
          const terms = changedTerms(record.attributes, health.terms);
          if (Object.keys(terms).length === 0) return;
          if (
            (await moveAgreement(record, { attributes: terms }, { actor: 'broker', code: 'terms' }, tools)) !==
            undefined
          )
            return;
          continue;
        }
        const phase = phaseOf(record);
        const to = phaseFor(phase, health.degraded);
        const terms = changedTerms(record.attributes, health.terms);
        if (to === phase && Object.keys(terms).length === 0) return;
        const moved = await tools.move(
          record,
          { to, attributes: terms },
          { actor: 'broker', code: to === phase ? 'terms' : to === 'degraded' ? 'incident' : 'recovered' },
        );
        if (moved !== undefined) return;
      }
      throw new ConcurrentChange(`The health of SLA ${id} could not be written: it keeps changing`);
    },
  };
}

function phaseFor(phase: SlaPhase, degraded: boolean): SlaPhase {
  if (phase === 'active' && degraded) return 'degraded';
  if (phase === 'degraded' && !degraded) return 'active';
  return phase;
}

function changedTerms(
  attributes: Readonly<Record<string, Json>>,
  terms: Readonly<Record<string, TermState>>,
): Record<string, string> {
  const changed: Record<string, string> = {};
  for (const [level, state] of Object.entries(terms)) {
    const name = `${level}.term.state`;
    if (attributes[name] !== undefined && attributes[name] !== state) changed[name] = state;
  }
  return changed;
}
