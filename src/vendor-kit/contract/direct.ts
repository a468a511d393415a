import assert from 'node:assert/strict';
import type { TypeId } from '../../shared/ids.ts';
import { endpoint } from '../../terms/resources.ts';
import { VendorFault } from '../fault.ts';
import { actions, attributes, kinds } from '../names.ts';
import type { Capabilities, Ctx, Order, ResourceRef, ResourceView } from '../types.ts';
import type { Subject } from './subject.ts';

const TYPE = /^[a-z][a-z0-9+.-]*:[^\s"'#<>,;]+#[a-z][a-z0-9_-]*$/;

/** What a vendor that makes resources without an agreement must keep to. Each test leaves nothing behind. */
export function directContract(subject: () => Subject, capabilities: Capabilities): void {
  const offered = capabilities.direct ?? [];
  const offers = (...wanted: readonly TypeId[]): boolean => wanted.every((kind) => offered.includes(kind));

  afterEach(async () => {
    assert.deepEqual(await subject().leftovers(), [], 'something was left behind');
  });

  it('names templates and sizes by types that every client can read', async () => {
    const { templates = [], sizes = [] } = await subject().vendor.describe();
    const types = [...templates, ...sizes].map(({ mixin }) => mixin);
    for (const type of types) assert.match(type, TYPE);
    assert.equal(new Set(types).size, types.length, 'a type is named twice');
  });

  it('makes an order once only for each key, and undoes it as often as one likes', async () => {
    const { vendor, ctx } = subject();
    for (const kind of offered.filter((each) => !isLink(each))) {
      const order = await orderOf(subject(), kind);
      const key = `direct/${kind}`;
      assert.deepEqual(await vendor.canCreate?.(order, ctx()), { eligible: true });
      const view = await made(subject(), order, ctx({ key }));
      assert.ok(['active', 'online'].includes(view.state), `${kind} is ${view.state}`);
      assert.deepEqual(identity(await made(subject(), order, ctx({ key }))), identity(view));
      assert.deepEqual(identity(await vendor.getInfo({ ref: view.ref, kind }, ctx())), identity(view));
      for (let times = 0; times < 2; times++) await vendor.deprovision(key, ctx());
      await assert.rejects(vendor.getInfo({ ref: view.ref, kind }, ctx()), VendorFault);
    }
  });

  it('defines without starting, and starts what was defined', async () => {
    if (!offers(kinds.compute)) return;
    const { vendor, ctx } = subject();
    const order = { ...(await orderOf(subject(), kinds.compute)), start: false };
    const view = await made(subject(), order, ctx({ key: 'defined' }));
    assert.equal(view.state, 'inactive');
    const ref = { ref: view.ref, kind: kinds.compute };
    assert.equal((await vendor.perform(ref, { action: actions.start, attributes: {} }, ctx())).state, 'active');
    await vendor.deprovision('defined', ctx());
  });

  it('links what it made', async () => {
    const { vendor, ctx } = subject();
    const links = [
      [kinds.storagelink, kinds.storage],
      [kinds.networkinterface, kinds.network],
    ] as const;
    for (const [link, other] of links) {
      if (!offers(link, other, kinds.compute)) continue;
      const refs: ResourceRef[] = [];
      for (const kind of [kinds.compute, other]) {
        const { ref } = await made(subject(), await orderOf(subject(), kind), ctx({ key: `${link}/${kind}` }));
        refs.push({ ref, kind });
      }
      const [source, target] = refs;
      assert.ok(source !== undefined && target !== undefined);
      const order = { ...(await orderOf(subject(), link)), source, target };
      const view = await made(subject(), order, ctx({ key: link }));
      assert.equal(view.state, 'active');
      for (const key of [link, `${link}/${other}`, `${link}/${kinds.compute}`]) await vendor.deprovision(key, ctx());
    }
  });

  it('undoes what never began, so that it never begins', async () => {
    if (!offers(kinds.compute)) return;
    const { vendor, ctx } = subject();
    await vendor.deprovision('direct/late', ctx());
    const order = await orderOf(subject(), kinds.compute);
    const answer = await vendor.create?.(order, ctx({ key: 'direct/late' })).catch((error: unknown) => error);
    assert.ok(
      answer instanceof VendorFault || (answer as { type?: string }).type === 'refuse',
      'it began all the same',
    );
  });

  it('leaves nothing when the caller gives up half-way and then undoes it', async () => {
    if (!offers(kinds.compute)) return;
    const { vendor, ctx } = subject();
    const controller = new AbortController();
    const order = await orderOf(subject(), kinds.compute);
    const making = vendor.create?.(order, ctx({ key: 'direct/cut', signal: controller.signal })).catch(() => undefined);
    controller.abort();
    await making;
    await vendor.deprovision('direct/cut', ctx());
  });

  it('refuses what is too large, with a code and without a fault', async () => {
    if (!offers(kinds.compute)) return;
    const { vendor, ctx } = subject();
    const order = await orderOf(subject(), kinds.compute);
    const large = { ...order, attributes: { ...order.attributes, [attributes.memory]: 1e9 } };
    const eligibility = await vendor.canCreate?.(large, ctx());
    assert.equal(eligibility?.eligible, false);
    const answer = await vendor.create?.(large, ctx({ key: 'direct/large' }));
    assert.ok(answer?.type === 'refuse', 'it was made');
    assert.match(answer.reason.code, /^[a-z][a-z0-9_]*$/);
    await vendor.deprovision('direct/large', ctx());
  });

  it('changes sizes of what is stopped, and faults with state_wrong where it has to be stopped first', async () => {
    if (!offers(kinds.compute) || subject().vendor.change === undefined) return;
    const { vendor, ctx } = subject();
    const view = await made(subject(), await orderOf(subject(), kinds.compute), ctx({ key: 'sized' }));
    const ref = { ref: view.ref, kind: kinds.compute };
    const larger = { [attributes.memory]: Number(view.attributes[attributes.memory] ?? 1) * 2 };
    await vendor.change?.(ref, larger, ctx()).catch((error: unknown) => {
      assert.ok(error instanceof VendorFault && error.code === 'state_wrong', String(error));
    });
    await vendor.perform(ref, { action: actions.stop, attributes: {} }, ctx());
    const changed = await vendor.change?.(ref, larger, ctx());
    assert.equal(changed?.attributes[attributes.memory], larger[attributes.memory]);
    assert.equal((await vendor.perform(ref, { action: actions.start, attributes: {} }, ctx())).state, 'active');
    await vendor.deprovision('sized', ctx());
  });

  it('makes a template of an instance, and instances of the template', async () => {
    if (!offers(kinds.compute) || subject().vendor.save === undefined) return;
    const { vendor, ctx } = subject();
    const order = await orderOf(subject(), kinds.compute);
    const { ref } = await made(subject(), order, ctx({ key: 'original' }));
    const saved = await vendor.save?.({ ref, kind: kinds.compute }, 'My Copy', ctx({ key: 'save' }));
    assert.ok(saved !== undefined);
    assert.match(saved.mixin, TYPE);
    assert.deepEqual(await vendor.save?.({ ref, kind: kinds.compute }, 'My Copy', ctx({ key: 'save' })), saved);
    await vendor.deprovision('original', ctx());
    const again = await made(subject(), { ...order, mixins: [saved.mixin] }, ctx({ key: 'copy' }));
    assert.equal(again.state, 'active');
    await vendor.deprovision('copy', ctx());
  });

  it('knows what it made again after a restart of the service', async () => {
    if (!offers(kinds.compute)) return;
    const { ctx } = subject();
    const order = await orderOf(subject(), kinds.compute);
    const view = await made(subject(), order, ctx({ key: 'direct/restart' }));
    const again = await subject().reopen();
    const answer = await again.create?.(order, ctx({ key: 'direct/restart' }));
    assert.ok(answer?.type === 'created');
    assert.deepEqual(identity(answer.view), identity(view));
    await again.deprovision('direct/restart', ctx());
  });
}

/** A vendor that makes nothing without an agreement says so by having no method for it, or by refusing. */
export async function makesNothing(subject: Subject, capabilities: Capabilities): Promise<void> {
  assert.deepEqual(capabilities.direct ?? [], []);
  const { vendor, ctx } = subject;
  const order: Order = { kind: kinds.compute, name: 'none', mixins: [], attributes: {}, start: true };
  const answer = await vendor.create?.(order, ctx()).catch((error: unknown) => error);
  assert.ok(
    answer === undefined || answer instanceof VendorFault || (answer as { type?: string }).type === 'refuse',
    'it made what it does not offer',
  );
}

const LINKS: readonly TypeId[] = [kinds.storagelink, kinds.networkinterface];
const isLink = (kind: TypeId): boolean => LINKS.includes(kind);

async function orderOf({ vendor }: Subject, kind: TypeId): Promise<Order> {
  const { templates = [] } = await vendor.describe();
  const [template] = templates;
  return {
    kind,
    name: 'contract',
    mixins: kind === kinds.compute && template !== undefined ? [template.mixin] : [],
    attributes: kind === kinds.storage ? { [attributes.size]: 1 } : {},
    start: true,
  };
}

async function made({ vendor }: Subject, order: Order, ctx: Ctx): Promise<ResourceView> {
  const answer = await vendor.create?.(order, ctx);
  if (answer?.type !== 'created') throw new Error(`not made: ${JSON.stringify(answer)}`);
  return answer.view;
}

/** What must not change while a resource lives. */
function identity(view: ResourceView): readonly unknown[] {
  return [view.ref, view.attributes[endpoint.host], view.attributes[endpoint.port], view.attributes[endpoint.url]];
}
