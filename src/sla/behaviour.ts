import type { EntityRecord } from '../occi/entity.ts';
import type { ActionResult, Behaviour, RequestContext } from '../occi/extension.ts';
import { ConcurrentChange } from '../occi/concurrency.ts';
import { Conflict, Forbidden } from '../shared/errors.ts';
import { isTerminal, movesFrom } from '../shared/state-machine.ts';
import { urn, type EntityId } from '../shared/ids.ts';
import { phaseOf } from './change.ts';
import { accepted, refused, takenBack } from './confirm.ts';
import { asJson, keptOf } from './kept.ts';
import { reportType, slaAttr, slaType } from './names.ts';
import { revokeReclaim, startReclaim } from './reclaim.ts';
import { slaStates } from './states.ts';
import { startResumption, startSuspension } from './suspend.ts';
import { forgetTerms } from './terms.ts';
import type { SlaTools } from './tools.ts';
import { startEnding, startUndo } from './undo.ts';

type Act = (record: EntityRecord, attributes: EntityRecord['attributes'], ctx: RequestContext) => Promise<ActionResult>;

const UNSUPPORTED = {
  renegotiate: 'Renegotiating an agreement is not supported yet',
  renew: 'Renewing an agreement is not supported yet',
};

/** How SLAs behave beyond the uniform interface: they are made by awards, and changed by actions only. */
export function slaBehaviour(tools: SlaTools, wake: (id: EntityId) => Promise<void>): Behaviour {
  const background = (id: EntityId): void => {
    tools.again(id, 0);
  };
  const done = (record: EntityRecord | undefined): ActionResult => {
    if (record === undefined) throw new ConcurrentChange();
    background(record.id);
    return { type: 'entity', record };
  };
  const within = (ctx: RequestContext): SlaTools => tools.within(ctx.store);

  const accept: Act = async (record, _attributes, ctx) => {
    if (ctx.caller.role === 'customer')
      throw new Forbidden('not_yours', 'It is the vendor who accepts: your award was the offer');
    return done(await accepted(record, record.id, tools.now(), ctx.caller.role, within(ctx)));
  };

  const reject: Act = async (record, _attributes, ctx) => {
    const { role } = ctx.caller;
    if (role === 'vendor')
      return done(
        await refused(
          record,
          { code: 'vendor_refused', final: true, detail: 'The vendor rejected the agreement' },
          within(ctx),
        ),
      );
    return done(
      await takenBack(
        record,
        { code: 'taken_back', detail: 'The customer took the award back', actor: role },
        within(ctx),
      ),
    );
  };

  const terminate: Act = async (record, _attributes, ctx) => {
    const actor = ctx.caller.role;
    const detail = `Terminated by the ${actor}`;
    if (phaseOf(record) === 'provisioning')
      return done(await startUndo(record, { code: 'terminated', detail, actor }, within(ctx)));
    return done(await startEnding(record, { outcome: 'cancelled', code: 'terminated', detail, actor }, within(ctx)));
  };

  const suspend: Act = async (record, attributes, ctx) => {
    const { cause } = attributes;
    const order = { by: actorOf(ctx), ...(typeof cause === 'string' ? { cause } : {}) };
    return done(await startSuspension(record, order, within(ctx)));
  };

  /** Ends a suspension (S13), or takes back the notice of a reclaim (S15). */
  const resume: Act = async (record, _attributes, ctx) =>
    done(
      phaseOf(record) === 'reclaiming'
        ? await revokeReclaim(record, ctx.caller.role, within(ctx))
        : await startResumption(record, actorOf(ctx), within(ctx)),
    );

  const reclaim: Act = async (record, attributes, ctx) =>
    done(await startReclaim(record, attributes['deadline'], ctx.caller.role, within(ctx), tools));

  const actions = { accept, reject, suspend, resume, reclaim, terminate };

  return {
    kind: slaType,
    states: slaStates,
    stateAttribute: slaAttr.phase,
    clientMay: { create: false, update: false },
    actions,
    unsupported: UNSUPPORTED,
    async project(record, ctx) {
      const kept = keptOf(record);
      const reports = await ctx.store.list({ kinds: [reportType], parent: record.id, order: 'desc', limit: 1 });
      const report = reports.items[0];
      return {
        attributes: {
          ...record.attributes,
          [slaAttr.document]: { sha256: kept.sha256, content: asJson(kept.document) },
          ...(report === undefined ? {} : { [slaAttr.report]: urn(report.id) }),
        },
        ...(report === undefined ? {} : { variant: report.id }),
      };
    },
    async remove(record, ctx) {
      if (!isTerminal(slaStates, phaseOf(record)))
        throw new Conflict('sla_live', 'A live agreement is not deleted: terminate it', {
          extra: {
            state: record.state,
            moves: [...new Set(movesFrom(slaStates, phaseOf(record), actorOf(ctx)).map((move) => move.on))].filter(
              (on) => Object.hasOwn(actions, on),
            ),
          },
        });
      await forgetTerms(tools.deps.registry(), ctx.store, record);
      return { how: 'hide' };
    },
    settled: (record) =>
      keptOf(record).hold?.doing === undefined &&
      !['offered', 'confirming', 'reconciling', 'provisioning', 'compensating', 'terminating'].includes(
        record.state ?? '',
      ),
    visibleToVendor: (record, ctx) =>
      Promise.resolve(record.vendor !== undefined && record.vendor === ctx.caller.vendor),
    vendorScope: (ctx) => Promise.resolve(ctx.caller.vendor === undefined ? undefined : { vendor: ctx.caller.vendor }),
    onDue: (record) => wake(record.id),
  };
}

function actorOf(ctx: RequestContext): 'customer' | 'vendor' | 'operator' {
  const { role } = ctx.caller;
  return role === 'vendor' || role === 'operator' ? role : 'customer';
}
