import { VendorFault } from '../vendor-kit/fault.ts';
import type {
  Acceptance,
  AgreementView,
  Creation,
  Ctx,
  Eligibility,
  Measurement,
  Reply,
  ResourceView,
  SavedTemplate,
  Vendor,
  VendorProfile,
} from '../vendor-kit/types.ts';
import { endpoint } from '../terms/resources.ts';
import type { AnsweringMethod } from './answer-schemas.ts';
import { isInternalAddress, isInternalName } from './addresses.ts';
import { checkedAnswer, garbage } from './answer-check.ts';
import type { Supervisor } from './supervisor.ts';

/** What the wrapped vendor needs besides: the context of calls that have none of their own. */
export interface SupervisedParts {
  readonly vendor: Vendor;
  readonly supervisor: Supervisor;
  readonly ownCtx: () => Ctx;
  /** May its endpoints be loopback or private addresses? */
  readonly internal: () => boolean;
}

/** The vendor with every call guarded and every answer checked: same interface. */
export function supervisedVendor({ vendor, supervisor, ownCtx, internal }: SupervisedParts): Vendor {
  const ask = <T>(method: AnsweringMethod, ctx: Ctx, invoke: (ctx: Ctx) => Promise<unknown>): Promise<T> =>
    supervisor.run(method, ctx, invoke, (answer) => checkedAnswer(method, answer) as T);
  const tell = (method: keyof Vendor, ctx: Ctx, invoke: (ctx: Ctx) => Promise<unknown>): Promise<void> =>
    supervisor.run(method, ctx, invoke, () => undefined);
  const see = (
    method: 'provision' | 'getInfo' | 'perform' | 'change',
    ctx: Ctx,
    invoke: (ctx: Ctx) => Promise<unknown>,
  ) =>
    supervisor.run<ResourceView>(method, ctx, invoke, (answer) => {
      const view = checkedAnswer(method, answer) as unknown as ResourceView;
      if (!internal()) refuseInternalEndpoint(method, view);
      return view;
    });
  return {
    describe: () => ask<VendorProfile>('describe', ownCtx(), () => vendor.describe()),
    canOffer: (cfp, ctx) => ask<Eligibility>('canOffer', ctx, (guarded) => vendor.canOffer(cfp, guarded)),
    getOffer: (cfp, ctx) =>
      supervisor.run(
        'getOffer',
        ctx,
        (guarded) => vendor.getOffer(cfp, guarded),
        (answer) => atMost(checkedAnswer('getOffer', answer) as unknown as Reply, cfp.perVendor),
      ),
    ...(vendor.poll === undefined
      ? {}
      : { poll: (ticket, ctx) => ask<Reply>('poll', ctx, async (guarded) => vendor.poll?.(ticket, guarded)) }),
    acceptOffer: (offer, ctx) => ask<Acceptance>('acceptOffer', ctx, (guarded) => vendor.acceptOffer(offer, guarded)),
    refuseOffer: (handle, why, ctx) => tell('refuseOffer', ctx, (guarded) => vendor.refuseOffer(handle, why, guarded)),
    getAgreement: (key, ctx) =>
      supervisor.run(
        'getAgreement',
        ctx,
        (guarded) => vendor.getAgreement(key, guarded),
        (answer) =>
          answer === undefined ? undefined : (checkedAnswer('getAgreement', answer) as unknown as AgreementView),
      ),
    provision: (step, ctx) => see('provision', ctx, (guarded) => vendor.provision(step, guarded)),
    ...direct(vendor, ask, see, internal),
    deprovision: (key, ctx) => tell('deprovision', ctx, (guarded) => vendor.deprovision(key, guarded)),
    getInfo: (ref, ctx) => see('getInfo', ctx, (guarded) => vendor.getInfo(ref, guarded)),
    perform: (ref, call, ctx) => see('perform', ctx, (guarded) => vendor.perform(ref, call, guarded)),
    ...(vendor.measure === undefined
      ? {}
      : {
          measure: (ref, metrics, ctx) =>
            ask<readonly Measurement[]>('measure', ctx, async (guarded) => vendor.measure?.(ref, metrics, guarded)),
        }),
    cancel: (key, ctx) => tell('cancel', ctx, (guarded) => vendor.cancel(key, guarded)),
    close: () => tell('close', ownCtx(), () => vendor.close()),
  };
}

type Ask = <T>(method: AnsweringMethod, ctx: Ctx, invoke: (ctx: Ctx) => Promise<unknown>) => Promise<T>;
type See = (method: 'change', ctx: Ctx, invoke: (ctx: Ctx) => Promise<unknown>) => Promise<ResourceView>;

/** What a vendor need not have: resources without an agreement, other sizes, templates made of instances. */
function direct(
  vendor: Vendor,
  ask: Ask,
  see: See,
  internal: () => boolean,
): Pick<Vendor, 'canCreate' | 'create' | 'change' | 'save'> {
  return {
    ...(vendor.canCreate === undefined
      ? {}
      : {
          canCreate: (order, ctx) =>
            ask<Eligibility>('canCreate', ctx, async (guarded) => vendor.canCreate?.(order, guarded)),
        }),
    ...(vendor.create === undefined
      ? {}
      : {
          async create(order, ctx) {
            const answer = await ask<Creation>('create', ctx, async (guarded) => vendor.create?.(order, guarded));
            if (answer.type === 'created' && !internal()) refuseInternalEndpoint('create', answer.view);
            return answer;
          },
        }),
    ...(vendor.change === undefined
      ? {}
      : {
          change: (ref, attributes, ctx) =>
            see('change', ctx, async (guarded) => vendor.change?.(ref, attributes, guarded)),
        }),
    ...(vendor.save === undefined
      ? {}
      : {
          save: (ref, name, ctx) =>
            ask<SavedTemplate>('save', ctx, async (guarded) => vendor.save?.(ref, name, guarded)),
        }),
  };
}

/** A vendor that sends more proposals than were wanted is taken at its first ones. */
function atMost(reply: Reply, wanted: number): Reply {
  return reply.type === 'propose' && reply.offers.length > wanted
    ? { type: 'propose', offers: reply.offers.slice(0, wanted) }
    : reply;
}

/** Meters probe endpoints, so a vendor outside must not point them at the operator's own network. */
function refuseInternalEndpoint(method: string, view: ResourceView): void {
  const url = view.attributes[endpoint.url];
  const hosts = [view.attributes[endpoint.host], typeof url === 'string' ? hostOf(url) : undefined];
  for (const host of hosts)
    if (typeof host === 'string' && (isInternalName(host) || isInternalAddress(host)))
      throw garbage(method, [
        { path: '/attributes', code: 'address_refused', detail: `names the internal endpoint ${host}` },
      ]);
}

function hostOf(url: string): string {
  if (!URL.canParse(url)) throw new VendorFault('garbage', false, `not a URL: ${url}`);
  return new URL(url).hostname;
}
