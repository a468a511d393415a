import type { Acceptance, AgreementView, ResourceView, Step, VendorPlugin } from '../../src/vendor-kit/index.ts';
import { testPlugins } from '../support/test-vendors.ts';
import type { WorldOptions } from '../support/broker-world.ts';

/** How a vendor behaves after the award; what is not named it does as it should. */
export interface Manners {
  readonly accept?: (plain: () => Promise<Acceptance>) => Promise<Acceptance>;
  readonly getAgreement?: () => Promise<AgreementView | undefined>;
  readonly provision?: (plain: () => Promise<ResourceView>, step: Step) => Promise<ResourceView>;
  readonly deprovision?: () => Promise<void>;
  readonly perform?: (plain: () => Promise<ResourceView>, ref: string, action: string) => Promise<ResourceView>;
  readonly getInfo?: (plain: () => Promise<ResourceView>, ref: string) => Promise<ResourceView>;
}

/** A world with one vendor, `a`, with the manners of the moment. */
export function acceptanceHost(manners: () => Manners): Pick<WorldOptions, 'vendors' | 'host'> {
  const instant = testPlugins['instant']!;
  const plugin: VendorPlugin = {
    ...instant,
    id: 'mannered',
    async create(host) {
      const vendor = await instant.create(host);
      const plain = {
        accept: vendor.acceptOffer.bind(vendor),
        getAgreement: vendor.getAgreement.bind(vendor),
        provision: vendor.provision.bind(vendor),
        deprovision: vendor.deprovision.bind(vendor),
        perform: vendor.perform.bind(vendor),
        getInfo: vendor.getInfo.bind(vendor),
      };
      vendor.acceptOffer = (offer, ctx) => {
        const own = (): Promise<Acceptance> => plain.accept(offer, ctx);
        return manners().accept?.(own) ?? own();
      };
      vendor.getAgreement = (key, ctx) => manners().getAgreement?.() ?? plain.getAgreement(key, ctx);
      vendor.provision = (step, ctx) => {
        const own = (): Promise<ResourceView> => plain.provision(step, ctx);
        return manners().provision?.(own, step) ?? own();
      };
      vendor.deprovision = (key, ctx) => manners().deprovision?.() ?? plain.deprovision(key, ctx);
      vendor.perform = (ref, call, ctx) => {
        const own = (): Promise<ResourceView> => plain.perform(ref, call, ctx);
        return manners().perform?.(own, ref.ref, call.action.replace(/^.*#/, '')) ?? own();
      };
      vendor.getInfo = (ref, ctx) => {
        const own = (): Promise<ResourceView> => plain.getInfo(ref, ctx);
        return manners().getInfo?.(own, ref.ref) ?? own();
      };
      return vendor;
    },
  };
  return {
    vendors: [{ id: 'a', plugin: 'mannered' }],
    host: { plugins: { ...testPlugins, mannered: plugin } },
  };
}
