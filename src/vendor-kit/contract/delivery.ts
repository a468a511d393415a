import assert from 'node:assert/strict';
import { sameJson } from '../../terms/constraints.ts';
import { endpoint } from '../../terms/resources.ts';
import { VendorFault } from '../fault.ts';
import { actions, kinds } from '../names.ts';
import type { Capabilities, ResourceView } from '../types.ts';
import { accepted, deliver, firstOffer, undo } from './subject.ts';
import type { Subject } from './subject.ts';

type Action = (typeof actions)[keyof typeof actions];

/** What a vendor that provisions must keep to. Each test leaves nothing behind. */
export function deliveryContract(subject: () => Subject, capabilities: Capabilities): void {
  const knows = (action: Action): boolean => capabilities.actions.includes(action);

  afterEach(async () => {
    assert.deepEqual(await subject().leftovers(), [], 'something was left behind');
  });

  it('confirms an acceptance once, however often it is asked with the same key', async () => {
    const { vendor, ctx } = subject();
    const cfp = subject().cfp();
    const offer = accepted(cfp, await firstOffer(subject(), cfp));
    const answers = [];
    for (let times = 0; times < 2; times++) answers.push(await vendor.acceptOffer(offer, ctx({ key: 'once' })));
    assert.equal(answers[0]?.type, 'confirm');
    assert.deepEqual(answers[1], answers[0]);
    const view = await vendor.getAgreement('once', ctx());
    assert.equal(view?.type, 'agreement');
    await vendor.cancel('once', ctx());
    await vendor.cancel('once', ctx());
    assert.notEqual((await vendor.getAgreement('once', ctx()))?.type, 'agreement');
  });

  it('rejects an acceptance that was cancelled before it came', async () => {
    const { vendor, ctx } = subject();
    const cfp = subject().cfp();
    const offer = accepted(cfp, await firstOffer(subject(), cfp));
    await vendor.cancel('too-late', ctx());
    const answer = await vendor.acceptOffer(offer, ctx({ key: 'too-late' }));
    assert.equal(answer.type, 'reject');
  });

  it('rejects an offer that is no longer valid', async () => {
    const { vendor, ctx } = subject();
    const cfp = subject().cfp();
    const offer = accepted(cfp, await firstOffer(subject(), cfp));
    const answer = await vendor.acceptOffer({ ...offer, validUntil: 1 }, ctx());
    assert.equal(answer.type, 'reject');
  });

  it('provisions what was agreed, and once only for each key', async () => {
    const { vendor, ctx } = subject();
    const delivery = await deliver(subject(), 'provision');
    for (const { key, step, view, ref } of delivery.parts) {
      const again = await vendor.provision(step, ctx({ key }));
      assert.deepEqual(identity(again), identity(view), 'the same key gave another resource');
      const seen = await vendor.getInfo(ref, ctx());
      assert.deepEqual(identity(seen), identity(view));
      for (const [name, value] of Object.entries(step.instance.attributes)) {
        const delivered = view.attributes[name];
        assert.ok(delivered !== undefined && sameJson(delivered, value), `${name} is not what was agreed`);
      }
      assert.ok(['active', 'online'].includes(view.state), view.state);
    }
    await undo(subject(), delivery);
  });

  it('provisions nothing without an agreement', async () => {
    const { vendor, ctx } = subject();
    const cfp = subject().cfp();
    const [instance] = (await firstOffer(subject(), cfp)).resources;
    assert.ok(instance);
    await assert.rejects(vendor.provision({ agreement: 'none', sla: cfp.id, instance }, ctx()), VendorFault);
  });

  it('undoes what it provisioned, once or often, and forgets it', async () => {
    const { vendor, ctx } = subject();
    const delivery = await deliver(subject(), 'undo');
    await undo(subject(), delivery);
    await undo(subject(), delivery);
    for (const { ref, step, key } of delivery.parts) {
      await assert.rejects(vendor.getInfo(ref, ctx()), VendorFault);
      await assert.rejects(vendor.provision(step, ctx({ key })), VendorFault, 'what was undone came back');
    }
  });

  it('undoes what never began, so that it never begins', async () => {
    const { vendor, ctx } = subject();
    const cfp = subject().cfp();
    const offer = await firstOffer(subject(), cfp);
    const acceptance = await vendor.acceptOffer(accepted(cfp, offer), ctx({ key: 'never' }));
    assert.equal(acceptance.type, 'confirm');
    const [instance] = offer.resources;
    assert.ok(instance);
    await vendor.deprovision('never/0', ctx());
    const step = { agreement: acceptance.agreement, sla: cfp.id, instance };
    await assert.rejects(vendor.provision(step, ctx({ key: 'never/0' })), VendorFault);
    await vendor.cancel('never', ctx());
  });

  it('undoes what was interrupted', async () => {
    const { vendor, ctx } = subject();
    const cfp = subject().cfp();
    const offer = await firstOffer(subject(), cfp);
    const acceptance = await vendor.acceptOffer(accepted(cfp, offer), ctx({ key: 'cut' }));
    const instance = offer.resources.find(({ kind }) => kind === kinds.compute) ?? offer.resources[0];
    assert.ok(acceptance.type === 'confirm' && instance !== undefined);
    const controller = new AbortController();
    const step = { agreement: acceptance.agreement, sla: cfp.id, instance };
    const making = vendor.provision(step, ctx({ key: 'cut/0', signal: controller.signal })).catch(() => undefined);
    controller.abort();
    await making;
    await vendor.deprovision('cut/0', ctx());
    await vendor.cancel('cut', ctx());
  });

  it('leaves nothing behind when an agreement is cancelled', async () => {
    const delivery = await deliver(subject(), 'cancel');
    assert.ok((await subject().leftovers()).length > 0, 'the suite cannot see what was provisioned');
    await subject().vendor.cancel(delivery.acceptKey, subject().ctx());
  });

  it('performs the actions it names, at the same endpoint afterwards', async () => {
    const { vendor, ctx } = subject();
    if (!knows(actions.stop) || !knows(actions.start)) return;
    const delivery = await deliver(subject(), 'actions');
    const part = delivery.parts.find(({ ref }) => ref.kind === kinds.compute);
    assert.ok(part);
    const act = async (action: Action, key?: string): Promise<ResourceView> =>
      vendor.perform(part.ref, { action, attributes: {} }, ctx(key === undefined ? {} : { key }));
    assert.equal((await act(actions.stop, 'stop-1')).state, 'inactive');
    assert.equal((await act(actions.stop, 'stop-1')).state, 'inactive');
    assert.equal((await vendor.getInfo(part.ref, ctx())).state, 'inactive');
    const started = await act(actions.start);
    assert.equal(started.state, 'active');
    assert.deepEqual(identity(started), identity(part.view));
    if (knows(actions.suspend)) {
      assert.equal((await act(actions.suspend)).state, 'suspended');
      assert.equal((await act(actions.start)).state, 'active');
    }
    if (knows(actions.restart)) assert.equal((await act(actions.restart)).state, 'active');
    await undo(subject(), delivery);
  });

  it('measures what it says it can', async () => {
    const { vendor, ctx } = subject();
    if (capabilities.measures.length === 0) return;
    const delivery = await deliver(subject(), 'measure');
    const part = delivery.parts.find(({ ref }) => ref.kind === kinds.compute);
    assert.ok(part);
    const values = (await vendor.measure?.(part.ref, capabilities.measures, ctx())) ?? [];
    assert.deepEqual(values.map(({ metric }) => metric).sort(), [...capabilities.measures].sort());
    for (const { metric, value } of values) assert.ok(value === null || value >= 0, `${metric} ${value ?? ''}`);
    await undo(subject(), delivery);
  });

  it('knows everything again after a restart of the service', async () => {
    const delivery = await deliver(subject(), 'restart');
    const again = await subject().reopen();
    const view = await again.getAgreement(delivery.acceptKey, subject().ctx());
    assert.equal(view?.type, 'agreement');
    for (const { key, step, view: before, ref } of delivery.parts) {
      assert.deepEqual(identity(await again.provision(step, subject().ctx({ key }))), identity(before));
      assert.equal((await again.getInfo(ref, subject().ctx())).state, before.state);
    }
    await again.cancel(delivery.acceptKey, subject().ctx());
  });
}

/** What must not change while a resource lives. */
function identity(view: ResourceView): readonly unknown[] {
  return [view.ref, view.attributes[endpoint.host], view.attributes[endpoint.port], view.attributes[endpoint.url]];
}
