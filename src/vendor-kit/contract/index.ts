import assert from 'node:assert/strict';
import { VendorFault } from '../fault.ts';
import { deliveryContract } from './delivery.ts';
import { directContract, makesNothing } from './direct.ts';
import { offerContract } from './offers.ts';
import { accepted, firstOffer } from './subject.ts';
import type { Subject } from './subject.ts';
import type { Capabilities } from '../types.ts';

export type { Subject } from './subject.ts';

/**
 * The conformance suite that every vendor plugin must pass, for mocha. What is tested follows from
 * the plugin's capabilities.
 *
 *     describeVendor('acme', plugin.capabilities, async () => ({ vendor, cfp, … }));
 */
export function describeVendor(name: string, capabilities: Capabilities, open: () => Promise<Subject>): void {
  describe(`the vendor contract: ${name}`, () => {
    let opened: Subject | undefined;
    const subject = (): Subject => {
      assert.ok(opened);
      return opened;
    };

    before(async () => {
      opened = await open();
    });

    after(async () => {
      await opened?.close();
    });

    describe('offers', () => {
      offerContract(subject, capabilities);
    });

    describe('delivery', () => {
      if (capabilities.provisions) deliveryContract(subject, capabilities);
      else
        it('is refused wherever it is asked for', async () => {
          await refusesToDeliver(subject());
        });
    });

    describe('resources without an agreement', () => {
      if ((capabilities.direct ?? []).length > 0) directContract(subject, capabilities);
      else
        it('are not made', async () => {
          await makesNothing(subject(), capabilities);
        });
    });
  });
}

/** A vendor that only shows the market says so wherever it is asked for more. */
async function refusesToDeliver(subject: Subject): Promise<void> {
  const { vendor, ctx } = subject;
  const cfp = subject.cfp();
  const offer = await firstOffer(subject, cfp);
  assert.equal(offer.awardable, false);
  const answer = await vendor.acceptOffer(accepted(cfp, offer), ctx());
  assert.equal(answer.type, 'reject');
  const [instance] = offer.resources;
  assert.ok(instance);
  await assert.rejects(vendor.provision({ agreement: 'none', sla: cfp.id, instance }, ctx()), VendorFault);
  await vendor.deprovision('none', ctx());
  await vendor.cancel('none', ctx());
}
