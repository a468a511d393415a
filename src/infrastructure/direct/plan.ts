import type { EntityRecord } from '../../occi/entity.ts';
import type { RequestContext } from '../../occi/extension.ts';
import { Conflict, ParleyError, Unprocessable } from '../../shared/errors.ts';
import type { TypeId, VendorId } from '../../shared/ids.ts';
import type { Json, JsonObject } from '../../shared/json.ts';
import type { Direct, ResourceInternal } from '../backend.ts';
import { COMPUTE } from '../names.ts';
import type { Market } from './market.ts';
import type { DirectParts } from './parts.ts';
import type { NoAnswer, Order } from './port.ts';
import type { Slots } from './slots.ts';

/**
 * How long what was posted waits before it comes up by itself, in milliseconds: so that a client can read it in
 * the state in which the standard has it begin, link it, and say what is to happen to it.
 */
export const SETTLE_MS = 1000;

/**
 * Decides which vendor runs what was posted, and when; answers the draft as it is where nobody provisions the
 * kind: it then is a record with a state machine. Throws 422 where the vendor that was named cannot, and 409
 * `capacity` where there is no room.
 */
export async function planned(
  draft: EntityRecord,
  parts: Pick<DirectParts, 'vendors' | 'market' | 'slots' | 'work'>,
  ctx: RequestContext,
): Promise<EntityRecord> {
  const vendor = await vendorFor(draft, parts.market, ctx);
  if (vendor === undefined) return draft;
  const now = ctx.clock.now();
  const boots = draft.kind === COMPUTE && draft.mixins.some((type) => parts.market.runs(type));
  const run = boots || draft.kind !== COMPUTE ? 'must' : 'may';
  const linked = draft.source !== undefined && (await bothMade(draft, ctx));
  // The time of making is part of the key: a client may use an id again that was deleted.
  const direct: Direct = { key: `direct:${draft.id}:${now}`, run };
  const order = orderOf(draft, boots);
  // A link is asked for when its ends are there.
  if (draft.source === undefined)
    checkAnswer(
      await parts.vendors.canCreate(vendor, order, { key: direct.key, tenant: draft.tenant, trace: draft.id }),
    );
  // Last, so that what is refused keeps no place; several in one request count each.
  if (boots && !parts.work.promise(draft.id, draft.tenant)) throw noRoom(parts.slots);
  return {
    ...draft,
    vendor,
    internal: { ...draft.internal, direct: direct as unknown as JsonObject },
    due: { at: boots || linked ? now : now + SETTLE_MS, action: 'provision' },
  };
}

export function orderOf(record: EntityRecord, start: boolean): Omit<Order, 'source' | 'target'> {
  return {
    kind: record.kind,
    name: record.title ?? record.id.slice(-12),
    mixins: record.mixins,
    attributes: record.attributes,
    start,
  };
}

export const noRoom = (slots: Pick<Slots, 'most'>): Conflict =>
  new Conflict('capacity', `At most ${slots.most} computes of a tenant run at once: stop or delete one first`, {
    extra: { limit: slots.most },
  });

/** Codes by which vendors say that there is no room now; everything else they refuse for good. */
const NO_ROOM: ReadonlySet<string> = new Set(['capacity_exhausted', 'over_limit', 'busy']);

/** What a vendor's no is to a client: 409 where there is no room now, 422 where it makes no sense there. */
export function refusalOf({ type, code, detail, passing }: NoAnswer, extra: Record<string, Json> = {}): ParleyError {
  if (NO_ROOM.has(code)) return new Conflict('capacity', detail, { extra: { ...extra, reason: code } });
  if (code === 'state_wrong') return new Conflict('state_forbids', detail, { extra });
  if (code === 'unsupported') return new Conflict('not_supported', detail, { extra });
  if (type === 'refused' && !passing) return new Unprocessable(code, detail);
  return new ParleyError(code, 502, detail);
}

function checkAnswer(answer: { readonly type: 'done' } | NoAnswer): void {
  // A vendor that cannot be asked just now is asked again when it is to make it.
  if (answer.type === 'refused') throw refusalOf(answer);
}

async function vendorFor(draft: EntityRecord, market: Market, ctx: RequestContext): Promise<VendorId | undefined> {
  const named = namedVendor(draft, market);
  if (named !== undefined && market.offer(named)?.kinds.includes(draft.kind) !== true)
    throw cannotProvision(draft.kind, named, market);
  if (draft.source !== undefined) return linkVendor(draft, named, market, ctx);
  const vendor = templateVendor(draft, named, market) ?? named ?? market.preferred;
  return vendor !== undefined && market.offer(vendor)?.kinds.includes(draft.kind) === true ? vendor : undefined;
}

function namedVendor(draft: EntityRecord, market: Market): VendorId | undefined {
  const tags = draft.mixins.filter((type) => market.named(type) !== undefined);
  if (tags.length > 1)
    throw new Unprocessable('vendor_twice', 'One vendor runs it, not two', {
      problems: tags.slice(1).map((type) => ({
        path: `/mixins/${draft.mixins.indexOf(type)}`,
        code: 'vendor_twice',
        detail: `${type} is a second vendor`,
      })),
    });
  const [tag] = tags;
  return tag === undefined ? undefined : market.named(tag);
}

/** The vendor that offers every template that was named; the one that was named, or the usual one, if it does. */
function templateVendor(draft: EntityRecord, named: VendorId | undefined, market: Market): VendorId | undefined {
  const templates = draft.mixins.filter((type) => market.offering(type) !== undefined);
  if (templates.length === 0) return undefined;
  const all = templates.map((type) => market.offering(type) ?? []);
  const common = (all[0] ?? []).filter((vendor) => all.every((vendors) => vendors.includes(vendor)));
  const wanted = named ?? market.preferred;
  const vendor = common.find((each) => each === wanted) ?? (named === undefined ? common[0] : undefined);
  if (vendor !== undefined) return vendor;
  throw new Unprocessable('template_elsewhere', 'No vendor offers all that was named together', {
    problems: templates.map((type) => ({
      path: `/mixins/${draft.mixins.indexOf(type)}`,
      code: 'template_elsewhere',
      detail: `is offered by ${(market.offering(type) ?? []).join(', ')}`,
    })),
  });
}

function cannotProvision(kind: TypeId, vendor: VendorId, market: Market): Unprocessable {
  const why = market.offer(vendor)?.whyNot;
  return new Unprocessable(
    'vendor_cannot_provision',
    `${vendor} provisions no ${kind.slice(kind.indexOf('#') + 1)} that is posted directly` +
      (why === undefined ? '' : `: ${why}`),
    { extra: { vendor } },
  );
}

/** A link is provisioned where both its ends are; between records, or to somewhere else, it is a record. */
async function linkVendor(
  draft: EntityRecord,
  named: VendorId | undefined,
  market: Market,
  ctx: RequestContext,
): Promise<VendorId | undefined> {
  const [from, to] = await endsOf(draft, ctx);
  const vendor = from?.vendor !== undefined && from.vendor === to?.vendor ? from.vendor : undefined;
  if (vendor !== undefined && market.offer(vendor)?.kinds.includes(draft.kind) === true) {
    if (named === undefined || named === vendor) return vendor;
  } else if (named === undefined) return undefined;
  throw new Unprocessable('ends_elsewhere', `${String(named)} does not run both ends of the link`);
}

async function bothMade(draft: EntityRecord, ctx: RequestContext): Promise<boolean> {
  return (await endsOf(draft, ctx)).every((end) => (end?.internal as ResourceInternal | undefined)?.ref !== undefined);
}

async function endsOf(
  draft: EntityRecord,
  ctx: RequestContext,
): Promise<readonly [EntityRecord | undefined, EntityRecord | undefined]> {
  const at = (location: string | undefined): Promise<EntityRecord | undefined> =>
    location?.startsWith('/') === true ? ctx.resolve(location) : Promise.resolve(undefined);
  return [await at(draft.source?.location), await at(draft.target?.location)];
}
