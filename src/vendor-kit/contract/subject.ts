import type { AcceptedOffer, CfpView, Ctx, Offer, ResourceRef, ResourceView, Step, Vendor } from '../types.ts';

/** A vendor under test, with what the suite cannot know of it. */
export interface Subject {
  readonly vendor: Vendor;
  /** A call for proposals that it can meet: resources and links, and a level of each need. */
  readonly cfp: () => CfpView;
  /** Calls that it has to refuse, with the code that is expected where there is but one. */
  readonly impossible: readonly { readonly what: string; readonly cfp: CfpView; readonly code?: string }[];
  /** The context of a call. Without a key it has one of its own. */
  readonly ctx: (more?: Partial<Ctx>) => Ctx;
  /** The same account after a restart of the service: what was durable is there, nothing else. */
  readonly reopen: () => Promise<Vendor>;
  /** Everything that still costs money or runs: processes, volumes, machines. */
  readonly leftovers: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

/** Everything of one award as it was provisioned. */
export interface Delivery {
  readonly offer: Offer;
  readonly agreement: string;
  readonly acceptKey: string;
  readonly parts: readonly {
    readonly key: string;
    readonly step: Step;
    readonly view: ResourceView;
    readonly ref: ResourceRef;
  }[];
}

/** The first offer for the subject's call, or an error that says what came instead. */
export async function firstOffer(subject: Subject, cfp: CfpView = subject.cfp()): Promise<Offer> {
  const reply = await subject.vendor.getOffer(cfp, subject.ctx());
  const offer = reply.type === 'propose' ? reply.offers[0] : undefined;
  if (offer === undefined) throw new Error(`an offer was expected, this came: ${JSON.stringify(reply)}`);
  return offer;
}

export function accepted(cfp: CfpView, offer: Offer): AcceptedOffer {
  return { ...offer, proposal: cfp.id, sla: cfp.id, wanted: cfp.wanted, committed: cfp.levels };
}

/** Accepts and provisions everything, resources before the links between them. */
export async function deliver(subject: Subject, name: string): Promise<Delivery> {
  const cfp = subject.cfp();
  const offer = await firstOffer(subject, cfp);
  const acceptKey = `${name}/accept`;
  const acceptance = await subject.vendor.acceptOffer(accepted(cfp, offer), subject.ctx({ key: acceptKey }));
  if (acceptance.type !== 'confirm') throw new Error(`not confirmed: ${JSON.stringify(acceptance)}`);
  const { agreement } = acceptance;
  const refs = new Map<string, ResourceRef>();
  const parts: { key: string; step: Step; view: ResourceView; ref: ResourceRef }[] = [];
  const links = (one: { readonly source?: string }): number => (one.source === undefined ? 0 : 1);
  for (const instance of [...offer.resources].sort((a, b) => links(a) - links(b))) {
    const [source, target] = [refs.get(instance.source ?? ''), refs.get(instance.target ?? '')];
    const step: Step = {
      agreement,
      sla: cfp.id,
      instance,
      ...(source === undefined ? {} : { source }),
      ...(target === undefined ? {} : { target }),
    };
    const key = `${name}/${instance.for}/${instance.index}`;
    const view = await subject.vendor.provision(step, subject.ctx({ key }));
    const ref = { ref: view.ref, kind: instance.kind };
    refs.set(`${instance.for}/${instance.index}`, ref);
    parts.push({ key, step, view, ref });
  }
  return { offer, agreement, acceptKey, parts };
}

export async function undo(subject: Subject, delivery: Delivery): Promise<void> {
  for (const { key } of [...delivery.parts].reverse()) await subject.vendor.deprovision(key, subject.ctx());
  await subject.vendor.cancel(delivery.acceptKey, subject.ctx());
}
