import { ConcurrentChange } from '../occi/concurrency.ts';
import type { Attributes, EntityRecord } from '../occi/entity.ts';
import type { ActionResult, Behaviour, RequestContext } from '../occi/extension.ts';
import type { Write } from '../occi/store.ts';
import { isoInstant } from '../shared/clock.ts';
import { Conflict } from '../shared/errors.ts';
import type { EntityId } from '../shared/ids.ts';
import { isTerminal, movesFrom } from '../shared/state-machine.ts';
import { awardByRequest } from './award.ts';
import { changed, update } from './change.ts';
import { CfpProblems, checkReplyBy, readMoment } from './cfp-parse.ts';
import { decideByOf } from './evaluate.ts';
import { cfpKept, isPublished } from './kept.ts';
import { cfpAttr, cfpType, invitationType } from './names.ts';
import { checkDraft, opened, publish } from './publish.ts';
import { revise } from './revise.ts';
import { cfpStates, type CfpState } from './states.ts';
import type { BrokerTools } from './tools.ts';

/** What of a call its vendors do not see: what it may cost, how it is judged, and anything of the others. */
const HIDDEN_FROM_VENDORS: ReadonlySet<string> = new Set([
  cfpAttr.budget,
  cfpAttr.rules,
  cfpAttr.ranking,
  cfpAttr.answers,
  cfpAttr.eliminated,
  cfpAttr.reason,
]);

const MOST_INVITATIONS = 1000;

export interface CfpHooks {
  /** A published call was stored: ask the vendors. */
  published(cfp: EntityRecord, invitations: readonly EntityRecord[]): void;
  /** The call changed while its round may be running. */
  changed(cfp: EntityRecord): void;
  /** The call asks for something else now: begin its next revision. */
  revised(cfp: EntityRecord): void;
  due(cfp: EntityId): Promise<void>;
}

/** Calls for proposals beyond the uniform interface. */
export function cfpBehaviour(tools: BrokerTools, hooks: CfpHooks): Behaviour {
  /** Between a draft's completion and its being stored. */
  const invited = new WeakMap<EntityRecord, readonly EntityRecord[]>();
  return {
    kind: cfpType,
    states: cfpStates,
    stateAttribute: cfpAttr.state,

    create(draft) {
      if (draft.attributes[cfpAttr.publish] === false) {
        checkDraft(draft, tools);
        const attributes = { ...draft.attributes, [cfpAttr.state]: 'draft' };
        return Promise.resolve({ record: { ...draft, state: 'draft', attributes } });
      }
      const published = publish(draft, tools);
      tools.rules.remember(draft.id, published.kept.revision, published.rules);
      const { record, invitations, writes } = opened(draft, published, tools);
      invited.set(record, invitations);
      return Promise.resolve({ record, also: writes });
    },
    created(record) {
      const invitations = invited.get(record);
      if (invitations !== undefined) hooks.published(record, invitations);
    },
    update(draft, before) {
      if (before.state !== 'draft')
        throw new Conflict('cfp_published', 'A published call is not changed: revise or cancel it', {
          extra: { state: before.state, moves: movesOf(before) },
        });
      const attributes = { ...draft.attributes, [cfpAttr.state]: 'draft', [cfpAttr.publish]: false };
      const record = { ...draft, attributes };
      checkDraft(record, tools);
      return Promise.resolve({ record });
    },
    remove(record) {
      const state = record.state as CfpState;
      if (state === 'draft') return Promise.resolve({ how: 'remove' });
      if (!isTerminal(cfpStates, state))
        throw new Conflict('cfp_live', 'A live call is not deleted: cancel it', {
          extra: { state, moves: movesOf(record) },
        });
      return Promise.resolve({ how: 'hide' });
    },
    actions: {
      publish: async (record, _attributes, ctx) => {
        const published = publish(record, tools);
        const next = { ...record, rev: record.rev + 1, updated: tools.now() };
        const { record: after, invitations, writes } = opened(next, published, tools);
        await write(ctx, record, after, 'publish', tools, undefined, writes);
        tools.rules.remember(record.id, published.kept.revision, published.rules);
        hooks.published(after, invitations);
        return { type: 'entity', record: after };
      },
      award: async (record, attributes, ctx) => {
        const proposals = attributes['proposals'];
        const references = Array.isArray(proposals) ? proposals.filter((one) => typeof one === 'string') : [];
        const sla = await awardByRequest(
          record,
          references,
          { principal: ctx.caller.principal, actor: ctx.caller.role },
          (reference) => ctx.resolve(reference),
          ctx.store,
          tools,
        );
        tools.deps.sla.start(sla);
        return { type: 'collection', records: [sla] };
      },
      cancel: async (record, attributes, ctx) => {
        const reason = attributes['reason'];
        const detail = typeof reason === 'string' ? reason : 'Cancelled';
        const after = changed(record, cfpAttr.state, tools.now(), {
          to: 'cancelled',
          attributes: { [cfpAttr.reason]: { code: 'cancelled', detail } },
          due: { at: tools.now(), action: 'cleanup' },
        });
        await write(ctx, record, after, 'cancel', tools, detail);
        hooks.changed(after);
        return { type: 'entity', record: after };
      },
      extend: (record, attributes, ctx) => extend(record, attributes, ctx, tools, hooks),
      revise: async (record, attributes, ctx) => {
        const { record: after, rules, writes } = revise(record, attributes['changes'], tools);
        await write(ctx, record, after, 'revised', tools, undefined, writes);
        tools.rules.remember(record.id, cfpKept(after).revision, rules);
        hooks.revised(after);
        return { type: 'entity', record: after };
      },
    },

    project(record, ctx) {
      if (ctx.caller.role !== 'vendor') return Promise.resolve({ attributes: record.attributes });
      const shown = Object.entries(record.attributes).filter(([name]) => !HIDDEN_FROM_VENDORS.has(name));
      return Promise.resolve({ attributes: Object.fromEntries(shown), variant: 'vendor' });
    },
    settled: (record) => record.state !== 'open' && record.state !== 'evaluating',
    visibleToVendor(record, ctx) {
      const { vendor } = ctx.caller;
      return Promise.resolve(vendor !== undefined && isPublished(record) && cfpKept(record).invited.includes(vendor));
    },
    async vendorScope(ctx) {
      const { vendor } = ctx.caller;
      if (vendor === undefined) return undefined;
      const [answered, open] = await Promise.all([
        ctx.store.list({ kinds: [invitationType], vendor, order: 'desc', limit: MOST_INVITATIONS }),
        // While a call is open, those that have not answered have no row yet.
        ctx.store.list({ kinds: [cfpType], states: ['open'], order: 'desc', limit: MOST_INVITATIONS }),
      ]);
      const ids = new Set(answered.items.flatMap((row) => row.parent ?? []));
      for (const cfp of open.items) if (cfpKept(cfp).invited.includes(vendor)) ids.add(cfp.id);
      return { ids: [...ids] };
    },
    onDue: (record) => hooks.due(record.id),
  };
}

async function extend(
  record: EntityRecord,
  attributes: Attributes,
  ctx: RequestContext,
  tools: BrokerTools,
  hooks: CfpHooks,
): Promise<ActionResult> {
  const problems = new CfpProblems();
  const path = '/attributes/replyby';
  const now = tools.now();
  const kept = cfpKept(record);
  const at = readMoment(attributes['replyby'], path, now, problems);
  if (at !== undefined) {
    checkReplyBy(at, now, path, problems);
    if (at <= kept.replyBy)
      problems.senseless.add(path, 'not_later', `the vendors have until ${isoInstant(kept.replyBy)} already`);
  }
  problems.throwIfAny();
  const replyBy = at ?? kept.replyBy;
  const next = { ...kept, replyBy };
  const after = changed(record, cfpAttr.state, now, {
    attributes: {
      [cfpAttr.replyby]: isoInstant(replyBy),
      [cfpAttr.decideby]: isoInstant(decideByOf(next)),
    },
    kept: { replyBy },
    due: { at: replyBy, action: 'close' },
  });
  await write(ctx, record, after, 'extend', tools);
  hooks.changed(after);
  return { type: 'entity', record: after };
}

async function write(
  ctx: RequestContext,
  before: EntityRecord,
  after: EntityRecord,
  code: string,
  tools: BrokerTools,
  detail?: string,
  also: readonly Write[] = [],
): Promise<void> {
  const told = { actor: ctx.caller.role, code, ...(detail === undefined ? {} : { detail }) };
  const result = await ctx.store.write([update(before, after, 'cfp', tools.pathOf(before), told), ...also]);
  if (!result.ok) throw new ConcurrentChange();
}

function movesOf(record: EntityRecord): readonly string[] {
  const moves = movesFrom(cfpStates, record.state as CfpState, 'customer').map(({ on }) => on);
  return [...new Set(moves)];
}
