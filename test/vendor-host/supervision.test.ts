import { expect } from 'chai';
import { systemClock } from '../../src/shared/clock.ts';
import { VendorFault } from '../../src/vendor-kit/index.ts';
import type { Reply, Vendor, VendorPlugin } from '../../src/vendor-kit/index.ts';
import type { LateAnswer } from '../../src/vendor-host/supervisor.ts';
import { callLimits } from '../../src/vendor-host/supervisor.ts';
import type { VendorHostOptions } from '../../src/vendor-host/host.ts';
import type { ConnectedVendor } from '../../src/vendor-host/port.ts';
import { testCfp, testCtx, testHost } from '../support/vendor-world.ts';
import { testOffers, testPlugin } from '../support/test-vendors.ts';

async function connect(plugin: VendorPlugin, more: Partial<VendorHostOptions> = {}): Promise<ConnectedVendor> {
  const host = await testHost([{ id: 'one', plugin: plugin.id }], { plugins: { [plugin.id]: plugin }, ...more });
  expect(host.failed).to.deep.equal([]);
  return host.vendors.list()[0]!;
}

const soon = (ms: number): Date => new Date(systemClock.now() + ms);

async function faultOf(call: Promise<unknown>): Promise<VendorFault> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(VendorFault);
  return error as VendorFault;
}

const refuse: Reply = { type: 'refuse', reason: { code: 'busy', final: false, detail: 'later' } };

describe('a supervised call', () => {
  it('hands on what a vendor answers', async () => {
    const vendor = await connect(testPlugin('plain'));
    const reply = await vendor.calls.getOffer(testCfp(), testCtx());
    expect(reply.type).to.equal('propose');
    expect(vendor.health).to.deep.include({ faults: 0 });
  });

  it('ends on time when a vendor hangs, and tells it to stop', async () => {
    let signal: AbortSignal | undefined;
    const vendor = await connect(
      testPlugin('hanging', (_instant, _host, _cfp, ctx) => {
        signal = ctx.signal;
        return new Promise<Reply>(() => undefined);
      }),
    );
    const fault = await faultOf(vendor.calls.getOffer(testCfp(), testCtx({ deadline: soon(20) })));
    expect(fault).to.include({ code: 'timed_out', passing: true });
    expect(signal?.aborted).to.equal(true);
    expect(vendor.health.lastFault).to.include({ code: 'timed_out' });
  });

  it('reports an answer that comes too late', async () => {
    const late: LateAnswer[] = [];
    let answer: (reply: Reply) => void = () => undefined;
    const vendor = await connect(
      testPlugin('tardy', () => new Promise<Reply>((resolve) => (answer = resolve))),
      { onLate: (one) => late.push(one) },
    );
    await faultOf(vendor.calls.getOffer(testCfp(), testCtx({ key: 'mine', deadline: soon(20) })));
    answer(refuse);
    await new Promise((resolve) => setImmediate(resolve));
    expect(late).to.have.length(1);
    expect(late[0]).to.deep.include({ vendor: 'one', method: 'getOffer', key: 'mine', answer: refuse });
  });

  it('ends at once when the caller gives up, which is no fault of the vendor', async () => {
    const vendor = await connect(testPlugin('hanging', () => new Promise<Reply>(() => undefined)));
    const controller = new AbortController();
    const call = faultOf(vendor.calls.getOffer(testCfp(), testCtx({ signal: controller.signal })));
    controller.abort();
    expect(await call).to.include({ code: 'aborted' });
    expect(vendor.health.faults).to.equal(0);
  });

  it('keeps what a plugin says in its errors from the caller', async () => {
    const vendor = await connect(
      testPlugin('throwing', () => {
        throw new Error('password=hunter2');
      }),
    );
    const fault = await faultOf(vendor.calls.getOffer(testCfp(), testCtx()));
    expect(fault).to.include({ code: 'threw', passing: false });
    expect(fault.message).to.not.contain('hunter2');
  });

  const odd: Record<string, unknown> = {
    nothing: undefined,
    null: null,
    'a number': 7,
    'an unknown type': { type: 'maybe' },
    'no offers': { type: 'propose', offers: [] },
    'offers of the wrong form': { type: 'propose', offers: [{ variant: 7 }] },
    'a number that is none': { type: 'later', ticket: 't', after: NaN },
    'a class instance': { type: 'refuse', reason: new Date() },
    'a function': { type: 'refuse', reason: () => undefined },
  };
  for (const [what, answer] of Object.entries(odd))
    it(`takes ${what} for garbage`, async () => {
      const vendor = await connect(testPlugin('odd', () => Promise.resolve(answer as Reply)));
      expect(await faultOf(vendor.calls.getOffer(testCfp(), testCtx()))).to.include({ code: 'garbage' });
    });

  it('takes a cycle for garbage', async () => {
    const cycle: Record<string, unknown> = { type: 'later' };
    cycle['ticket'] = cycle;
    const vendor = await connect(testPlugin('cycle', () => Promise.resolve(cycle as Reply)));
    expect(await faultOf(vendor.calls.getOffer(testCfp(), testCtx()))).to.include({ code: 'garbage' });
  });

  it('leaves out members that are undefined', async () => {
    const vendor = await connect(
      testPlugin('sparse', () =>
        Promise.resolve({ type: 'refuse', reason: { ...refuse.reason, attr: undefined } } as unknown as Reply),
      ),
    );
    const reply = await vendor.calls.getOffer(testCfp(), testCtx());
    expect(reply).to.deep.equal(refuse);
    expect(reply.type === 'refuse' && 'attr' in reply.reason).to.equal(false);
  });

  it('takes no more proposals than were wanted', async () => {
    const vendor = await connect(
      testPlugin('greedy', (_instant, host, cfp) =>
        Promise.resolve({
          type: 'propose',
          offers: testOffers({ ...cfp, perVendor: 9 }, { amounts: Array<string>(9).fill('1.00') }, host.clock.now()),
        }),
      ),
    );
    const reply = await vendor.calls.getOffer(testCfp({ perVendor: 3 }), testCtx());
    expect(reply.type === 'propose' && reply.offers.length).to.equal(3);
  });

  it('asks again when a fault may pass, twice at most', async () => {
    let calls = 0;
    const limits = { retryAfter: 0 };
    const failing = (times: number) =>
      testPlugin('shaky', () =>
        ++calls <= times ? Promise.reject(new VendorFault('unreachable', true, 'not now')) : Promise.resolve(refuse),
      );
    const twice = await connect(failing(2), { limits });
    expect((await twice.calls.getOffer(testCfp(), testCtx())).type).to.equal('refuse');
    calls = 0;
    const thrice = await connect(failing(3), { limits });
    expect(await faultOf(thrice.calls.getOffer(testCfp(), testCtx()))).to.include({ code: 'unreachable' });
    expect(calls).to.equal(3);
  });

  it('does not ask again when a fault will not pass', async () => {
    let calls = 0;
    const vendor = await connect(
      testPlugin('final', () => {
        calls++;
        return Promise.reject(new VendorFault('no_account', false, 'never'));
      }),
    );
    await faultOf(vendor.calls.getOffer(testCfp(), testCtx()));
    expect(calls).to.equal(1);
  });

  it('lets only so many calls of one vendor run at once', async () => {
    let running = 0;
    let most = 0;
    const vendor = await connect(
      testPlugin('counted', async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return refuse;
      }),
      { limits: { concurrent: 3, queued: 5 } },
    );
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => vendor.calls.getOffer(testCfp(), testCtx())),
    );
    expect(most).to.equal(3);
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(8);
  });
});

describe('the circuit of a vendor', () => {
  const broken = (state: { ok: boolean; calls: number }): VendorPlugin =>
    testPlugin('broken', () => {
      state.calls++;
      return state.ok ? Promise.resolve(refuse) : Promise.reject(new Error('broken'));
    });
  const ask = (calls: Vendor): Promise<unknown> => calls.getOffer(testCfp(), testCtx()).catch((e: unknown) => e);

  it('opens after five failures in a row, and then spares the vendor', async () => {
    const state = { ok: false, calls: 0 };
    const vendor = await connect(broken(state));
    for (let times = 0; times < 5; times++) {
      expect(vendor.circuit).to.equal('closed');
      await ask(vendor.calls);
    }
    expect(vendor.circuit).to.equal('open');
    expect(await faultOf(vendor.calls.getOffer(testCfp(), testCtx()))).to.include({
      code: 'circuit_open',
      passing: true,
    });
    expect(state.calls).to.equal(5);
  });

  it('opens when half of the last twenty failed', async () => {
    const state = { ok: true, calls: 0 };
    const vendor = await connect(broken(state));
    for (let times = 0; times < 30 && vendor.circuit === 'closed'; times++) {
      state.ok = times % 2 === 0;
      await ask(vendor.calls);
    }
    expect(vendor.circuit).to.equal('open');
    expect(state.calls).to.be.within(18, 22);
  });

  it('lets one call try again after a while, and closes when that works', async () => {
    const state = { ok: false, calls: 0 };
    const vendor = await connect(broken(state), { limits: { breaker: { ...callLimits.breaker, halfOpenAfter: 0 } } });
    for (let times = 0; times < 5; times++) await ask(vendor.calls);
    expect(vendor.circuit).to.equal('open');
    state.ok = true;
    expect(await ask(vendor.calls)).to.deep.equal(refuse);
    expect(vendor.circuit).to.equal('closed');
  });

  it('is not troubled by refusals', async () => {
    const vendor = await connect(testPlugin('shy', () => Promise.resolve(refuse)));
    for (let times = 0; times < 30; times++) await ask(vendor.calls);
    expect(vendor.circuit).to.equal('closed');
  });
});
