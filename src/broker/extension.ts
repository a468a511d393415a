import type { EntityRecord } from '../occi/entity.ts';
import type { Extension } from '../occi/extension.ts';
import { isPublished } from './kept.ts';
import { parseEntityId } from '../shared/ids.ts';
import type { SlaListener } from '../sla/port.ts';
import { Runner } from '../sla/runner.ts';
import { cfpBehaviour } from './cfp-behaviour.ts';
import { advanceCfp, type Fresh, type Rounds } from './life.ts';
import type { BrokerDeps } from './deps.ts';
import { cfpOfKey } from './invitation.ts';
import { storeLate } from './late.ts';
import { cfpActions, cfpKind, proposalActions, proposalKind, rulesetKind } from './model.ts';
import { cfpType } from './names.ts';
import { proposalBehaviour } from './proposal-behaviour.ts';
import { ProposalViews } from './proposal-view.ts';
import { rulesetBehaviour } from './ruleset-behaviour.ts';
import { brokerTools } from './tools.ts';
import type { VendorId } from '../shared/ids.ts';

/** An answer that a vendor gave after the call to it had ended, as the vendor host tells it. */
export interface LateReply {
  readonly vendor: VendorId;
  readonly method: string;
  /** Idempotency key of the call. */
  readonly key: string;
  /** As the vendor gave it: not checked. */
  readonly answer: unknown;
}

export interface BrokerPart {
  readonly extension: Extension;
  /** To be told how SLAs fare (C8 to C11). */
  readonly slaListener: SlaListener;
  /** After the registry exists: goes on with calls that were under way. */
  start(): Promise<void>;
  /** Wired to the vendor host: late proposals are stored as late. */
  lateAnswer(reply: LateReply): void;
  /** Begins nothing more, aborts what waits for vendors, and resolves when nothing runs. */
  stop(): Promise<void>;
}

/** The broker: calls for proposals, what vendors answer, ranking, awards. */
export function createBroker(deps: BrokerDeps): BrokerPart {
  const abort = new AbortController();
  const log = deps.log.child({ part: 'broker' });
  const rounds: Rounds = new Map();
  const runner = new Runner((id) => advanceCfp(id, tools, rounds, views, fresh), log);
  const fresh: Fresh = new Map();
  const tools = brokerTools({ ...deps, log }, abort.signal, (id) => {
    runner.wake(id);
  });
  const views = new ProposalViews(tools);
  const settle = async (sla: EntityRecord): Promise<void> => {
    if (sla.parent !== undefined) await runner.run(sla.parent);
  };
  return {
    extension: {
      name: 'broker',
      kinds: [cfpKind, proposalKind, rulesetKind],
      mixins: [],
      actions: [...cfpActions, ...proposalActions],
      behaviours: [
        cfpBehaviour(tools, {
          published(cfp, invitations) {
            fresh.set(cfp.id, { cfp, invitations });
            runner.wake(cfp.id);
          },
          changed(cfp) {
            if (cfp.state === 'open') rounds.get(cfp.id)?.follow(cfp);
            else {
              rounds.get(cfp.id)?.abandon(cfp.state ?? '');
              rounds.delete(cfp.id);
            }
            runner.wake(cfp.id);
          },
          revised(cfp) {
            rounds.get(cfp.id)?.abandon('revised');
            rounds.delete(cfp.id);
            runner.wake(cfp.id);
          },
          due: (id) => runner.run(id),
        }),
        proposalBehaviour(tools, views),
        rulesetBehaviour,
      ],
    },
    slaListener: { activated: settle, scheduled: settle, failed: settle },
    async start() {
      let after: string | undefined;
      do {
        const page = await deps.store.list({
          kinds: [cfpType],
          states: ['open', 'evaluating', 'awarding'],
          limit: 500,
          ...(after === undefined ? {} : { after }),
        });
        for (const cfp of page.items) if (isPublished(cfp)) runner.wake(cfp.id);
        after = page.next;
      } while (after !== undefined);
    },
    lateAnswer(reply) {
      const id = cfpOfKey(reply.key);
      const cfp = id === undefined ? undefined : parseEntityId(id);
      if (cfp === undefined || (reply.method !== 'getOffer' && reply.method !== 'poll')) return;
      storeLate(cfp, reply.vendor, reply.key, reply.answer, tools).catch((error: unknown) => {
        log.warn({ cfp, vendor: reply.vendor, err: error }, 'late answer not stored');
      });
    },
    async stop() {
      abort.abort();
      for (const round of rounds.values()) round.abandon('stopping');
      await runner.stop();
    },
  };
}
