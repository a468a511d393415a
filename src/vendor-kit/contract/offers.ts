import assert from 'node:assert/strict';
import { checkQuote } from '../../terms/price-sums.ts';
import { instanceCounts } from '../../terms/instances.ts';
import { unmet } from '../../terms/constraints.ts';
import type { Json } from '../../shared/json.ts';
import type { Capabilities, CfpView, Offer } from '../types.ts';
import { firstOffer } from './subject.ts';
import type { Subject } from './subject.ts';

/** What every vendor must keep to when it is asked for offers. */
export function offerContract(subject: () => Subject, capabilities: Capabilities): void {
  it('describes itself', async () => {
    const profile = await subject().vendor.describe();
    assert.match(profile.currency, /^[A-Z]{3}$/);
    assert.ok(profile.title !== '' && profile.provider !== '');
    assert.ok(profile.kinds.length > 0, 'it offers no kind');
    if (!capabilities.provisions) assert.ok(profile.whyNot, 'it must say why nothing can be awarded');
  });

  it('finds that it may answer a call that it can meet', async () => {
    const { vendor, cfp, ctx } = subject();
    assert.deepEqual(await vendor.canOffer(cfp(), ctx()), { eligible: true });
  });

  it('proposes all that is wanted, within what is wanted, at most as often as is wanted', async () => {
    const { vendor, ctx } = subject();
    const cfp = subject().cfp();
    const reply = await vendor.getOffer(cfp, ctx());
    assert.equal(reply.type, 'propose', JSON.stringify(reply));
    assert.ok(reply.offers.length >= 1 && reply.offers.length <= cfp.perVendor);
    const variants = reply.offers.map(({ variant }) => variant);
    assert.equal(new Set(variants).size, variants.length, 'two offers have the same variant');
    for (const offer of reply.offers) {
      meets(cfp, offer);
      assert.ok(capabilities.provisions || !offer.awardable, 'nothing can be awarded that is never provisioned');
      if (!offer.awardable) assert.ok(offer.whyNot, 'what cannot be awarded must say why');
    }
  });

  it('states a price whose items cover everything, or names what has none', async () => {
    const cfp = subject().cfp();
    const { price } = await firstOffer(subject(), cfp);
    const context = { counts: instanceCounts(cfp.wanted), usage: cfp.usage };
    assert.deepEqual(checkQuote(price as unknown as Json, context).problems, []);
  });

  it('answers each level once, and commits to none that is only measured', async () => {
    const cfp = subject().cfp();
    const { levels } = await firstOffer(subject(), cfp);
    assert.deepEqual(levels.map((one) => one.for).sort(), cfp.levels.map(({ id }) => id).sort());
    for (const { id, need } of cfp.levels)
      if (need === 'measure') assert.equal(levels.find((one) => one.for === id)?.commit, 'none');
  });

  it('asks the same price again while an offer is valid', async () => {
    const cfp = subject().cfp();
    const [first, second] = [await firstOffer(subject(), cfp), await firstOffer(subject(), cfp)];
    assert.ok(first.validUntil > cfp.replyBy, 'an offer must outlive the time for replies');
    assert.deepEqual(second.price, first.price);
    assert.deepEqual(second.resources, first.resources);
  });

  it('refuses what it cannot do, with a code and without a fault', async () => {
    const { vendor, ctx, impossible } = subject();
    assert.ok(impossible.length > 0, 'the suite needs a call that has to be refused');
    for (const { what, cfp, code } of impossible) {
      const eligibility = await vendor.canOffer(cfp, ctx());
      const reply = await vendor.getOffer(cfp, ctx());
      assert.equal(reply.type, 'refuse', `${what}: ${JSON.stringify(reply)}`);
      assert.match(reply.reason.code, /^[a-z][a-z0-9_]*$/, what);
      assert.ok(reply.reason.detail !== '', what);
      if (code !== undefined) assert.equal(reply.reason.code, code, what);
      if (!eligibility.eligible) assert.match(eligibility.code, /^[a-z][a-z0-9_]*$/, what);
    }
  });

  it('gives up a call that is aborted', async () => {
    const { vendor, cfp, ctx } = subject();
    const controller = new AbortController();
    controller.abort();
    await assert.rejects(vendor.getOffer(cfp(), ctx({ signal: controller.signal })));
  });

  it('lets itself be told that an offer is refused, as often as one likes', async () => {
    const { vendor, ctx } = subject();
    const { handle } = await firstOffer(subject());
    const why = { code: 'outbid', final: true, detail: 'another was better' };
    for (let times = 0; times < 2; times++) await vendor.refuseOffer(handle ?? '', why, ctx({ key: 'refused' }));
  });

  it('knows of no agreement that was never made', async () => {
    const { vendor, ctx } = subject();
    assert.equal(await vendor.getAgreement('never-made', ctx()), undefined);
  });
}

/** Every wanted instance and link once, with all that is wanted of it. */
function meets(cfp: CfpView, offer: Offer): void {
  const counts = instanceCounts(cfp.wanted);
  for (const wanted of cfp.wanted) {
    const group = offer.resources.filter((one) => one.for === wanted.id);
    const places = group.map(({ index }) => index).sort((a, b) => a - b);
    assert.deepEqual(
      places,
      Array.from({ length: counts.get(wanted.id) ?? 0 }, (_, at) => at),
      wanted.id,
    );
    for (const instance of group) {
      assert.equal(instance.kind, wanted.kind);
      for (const [name, constraint] of Object.entries(wanted.attributes))
        assert.equal(unmet(constraint, instance.attributes[name]), undefined, `${wanted.id}.${name}`);
      if (wanted.type === 'link') assert.ok(instance.source !== undefined && instance.target !== undefined);
    }
  }
}
