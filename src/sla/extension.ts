import type { Extension } from '../occi/extension.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { EntityId, TypeId } from '../shared/ids.ts';
import { agreementBehaviour } from './agreement-behaviour.ts';
import { followAgreement } from './agreement-follow.ts';
import { agreementLinkBehaviour } from './agreement-link.ts';
import type { AgreementParts } from './agreement-parts.ts';
import { slaBehaviour } from './behaviour.ts';
import { phaseOf } from './change.ts';
import { takenBack } from './confirm.ts';
import type { SlaDeps } from './deps.ts';
import { draftSla, type Award } from './draft.ts';
import { slaHealth } from './health.ts';
import { advance } from './life.ts';
import { agreementActions, agreementKind, agreementLinkKind, agreementMixins, slaActions, slaKind } from './model.ts';
import { agreementType, slaType } from './names.ts';
import type { SlaHealth } from './port.ts';
import { Runner } from './runner.ts';
import { slaStates } from './states.ts';
import { registerTerms } from './terms.ts';
import { templateMixins, templateTable } from './templates.ts';
import { slaTools } from './tools.ts';
import { startUndo } from './undo.ts';
import { watchResources } from './watch.ts';

/** What the broker asks of SLAs. */
export interface SlaService {
  /** S1: the pending SLA of an award, with its document frozen. The caller writes it, and then starts it. */
  draft(award: Award): EntityRecord;
  /** Goes on with an SLA now; its due does so in any case. */
  start(sla: EntityRecord): void;
  /** S6 and S8: the call was cancelled. What is in force stays. Answers whether there was anything to take back. */
  abandon(
    sla: EntityId,
    why: { readonly code: string; readonly detail: string; readonly actor: string },
  ): Promise<boolean>;
}

export interface SlaPart {
  readonly extension: Extension;
  readonly service: SlaService;
  readonly health: SlaHealth;
  /** After the registry exists and before requests come: makes the terms of live SLAs known and goes on with what was under way. */
  start(): Promise<void>;
  /** Looks after the resources of all SLAs in force: a job for the scheduler. Answers how many changed. */
  watch(): Promise<number>;
  /** Begins nothing more, aborts what waits for vendors, and resolves when nothing runs. */
  stop(): Promise<void>;
}

/** The SLA part: agreements after GFD.228, their provisioning, their end. */
export function createSla(deps: SlaDeps): SlaPart {
  const abort = new AbortController();
  const log = deps.log.child({ part: 'sla' });
  const runner = new Runner((id) => advance(id, tools), log);
  const tools = slaTools({ ...deps, log }, abort.signal, (id) => {
    runner.wake(id);
  });
  const templates = deps.templates ?? [];
  const offers = new Runner((id) => followAgreement(id, parts), log);
  const parts: AgreementParts = {
    tools: slaTools({ ...deps, log }, abort.signal, (id) => {
      offers.wake(id);
    }),
    templates: templateTable(templates),
    currency: deps.currency ?? 'EUR',
  };
  const every = async (kind: TypeId, states: readonly string[] | undefined, each: (record: EntityRecord) => void) => {
    for (let after: string | undefined; ;) {
      const page = await deps.store.list({
        kinds: [kind],
        limit: 500,
        ...(states === undefined ? {} : { states }),
        ...(after === undefined ? {} : { after }),
      });
      for (const record of page.items) each(record);
      if (page.next === undefined) return;
      after = page.next;
    }
  };

  const service: SlaService = {
    draft(award) {
      const sla = draftSla(award);
      // Before it is written: whoever reads it must know its terms.
      registerTerms(deps.registry(), sla);
      return sla;
    },
    start(sla) {
      runner.wake(sla.id);
    },
    async abandon(id, why) {
      for (let tries = 0; tries < 5; tries += 1) {
        const record = await deps.store.get(id);
        if (record === undefined) return false;
        const phase = phaseOf(record);
        if (phase === 'offered' || phase === 'confirming' || phase === 'reconciling') {
          if ((await takenBack(record, why, tools)) !== undefined) return true;
        } else if (phase === 'provisioning') {
          if ((await startUndo(record, why, tools)) !== undefined) {
            runner.wake(id);
            return true;
          }
        } else return false;
      }
      return false;
    },
  };

  return {
    extension: {
      name: 'sla',
      kinds: [agreementKind, agreementLinkKind, slaKind],
      mixins: [...agreementMixins, ...templateMixins(templates)],
      actions: [...agreementActions, ...slaActions],
      behaviours: [
        slaBehaviour(tools, (id) => runner.run(id)),
        agreementBehaviour(parts, (id) => offers.run(id)),
        agreementLinkBehaviour(parts.tools),
      ],
    },
    service,
    health: slaHealth(tools),
    async start() {
      await every(slaType, undefined, (sla) => {
        registerTerms(deps.registry(), sla);
        if (!slaStates.terminal.includes(phaseOf(sla)) || sla.due !== undefined) runner.wake(sla.id);
      });
      await every(agreementType, ['pending', 'accepted', 'suspended'], ({ id }) => {
        offers.wake(id);
      });
    },
    watch: () => watchResources(tools),
    async stop() {
      abort.abort();
      await Promise.all([runner.stop(), offers.stop()]);
    },
  };
}
