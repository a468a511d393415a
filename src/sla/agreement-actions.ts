import { ConcurrentChange } from '../occi/concurrency.ts';
import type { Attributes, EntityRecord } from '../occi/entity.ts';
import type { ActionResult, RequestContext } from '../occi/extension.ts';
import { isoInstant } from '../shared/clock.ts';
import { Conflict, Forbidden } from '../shared/errors.ts';
import type { EntityId } from '../shared/ids.ts';
import { closed, ended, moveAgreement, type AgreementChange } from './agreement-change.ts';
import { acceptance } from './agreement-follow.ts';
import { agreementKept, agreementTimes } from './agreement-kept.ts';
import type { AgreementParts } from './agreement-parts.ts';
import type { Told } from './change.ts';
import type { SlaTools } from './tools.ts';

type Act = (record: EntityRecord, attributes: Attributes, ctx: RequestContext) => Promise<ActionResult>;
type Party = 'customer' | 'vendor' | 'operator';

/** GFD.228 section 3.1: the actions of an agreement. The engine has checked that its state permits them. */
export function agreementActs(
  parts: AgreementParts,
  run: (id: EntityId) => Promise<void>,
): Readonly<Record<string, Act>> {
  const { tools } = parts;
  const moved = async (
    record: EntityRecord,
    change: AgreementChange,
    told: Told,
    ctx: RequestContext,
  ): Promise<ActionResult> => {
    const within: SlaTools = tools.within(ctx.store);
    const after = await moveAgreement(record, change, told, within);
    if (after === undefined) throw new ConcurrentChange();
    tools.again(record.id, 0);
    return { type: 'entity', record: after };
  };

  return {
    async accept(record, _attributes, ctx) {
      const now = tools.now();
      const { until } = agreementTimes(record);
      if (until !== undefined && until <= now)
        throw new Conflict('offer_expired', `The offer was valid until ${isoInstant(until)}`, {
          extra: { state: record.state ?? null, moves: ['reject'] },
        });
      return moved(record, await acceptance(record, parts), { actor: partyOf(ctx), code: 'accept' }, ctx);
    },

    reject(record, _attributes, ctx) {
      return moved(record, { to: 'rejected', due: null }, { actor: partyOf(ctx), code: 'reject' }, ctx);
    },

    suspend(record, { cause }, ctx) {
      const by = partyOf(ctx);
      const now = tools.now();
      const { suspended = [] } = agreementKept(record);
      const one = { from: now, by: by === 'vendor' ? by : 'customer', listed: false } as const;
      const told = { actor: by, code: 'suspend', ...(typeof cause === 'string' ? { detail: cause } : {}) };
      return moved(record, { to: 'suspended', kept: { suspended: [...suspended, one] } }, told, ctx);
    },

    resume(record, _attributes, ctx) {
      const by = partyOf(ctx);
      const { suspended = [] } = agreementKept(record);
      const ordered = suspended.at(-1)?.by ?? 'customer';
      if (by !== 'operator' && by !== ordered)
        throw new Forbidden('not_yours', `The ${ordered} suspended the agreement, and resumes it`);
      const change = { to: 'accepted', kept: { suspended: closed(suspended, tools.now()) } } as const;
      return moved(record, change, { actor: by, code: 'resume' }, ctx);
    },

    async terminate(record, _attributes, ctx) {
      const done = await moved(record, ended(record, tools.now()), { actor: partyOf(ctx), code: 'terminate' }, ctx);
      // Wound up before the answer, so that a client may delete the resources at once; where this fails, its due
      // brings it up again.
      await run(record.id).catch((error: unknown) => {
        tools.deps.log.warn({ agreement: record.id, err: error }, 'not wound up yet');
      });
      return done;
    },
  };
}

function partyOf({ caller }: RequestContext): Party {
  return caller.role === 'vendor' || caller.role === 'operator' ? caller.role : 'customer';
}
