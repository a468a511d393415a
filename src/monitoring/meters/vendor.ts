import type { Clock } from '../../shared/clock.ts';
import { parseEntityId } from '../../shared/ids.ts';
import type { Vendors } from '../../vendor-host/port.ts';
import { types } from '../names.ts';
import type { Meter } from './meter.ts';
import { timeoutOf } from './probe.ts';

/** What only the vendor can see, such as `cpu.used` and `memory.used`; null where it does not tell. */
export function vendorMeter(deps: { readonly clock: Clock; readonly vendors: Vendors }): Meter {
  const { clock, vendors } = deps;
  return {
    mixin: types.vendor,
    delivers: undefined,
    async measure({ collector, metrics, target, probe, at, signal, log }) {
      const nothing = metrics.map((metric) => ({ metric, value: null }));
      const vendor = target.vendor === undefined ? undefined : vendors.get(target.vendor);
      const ref = target.internal['ref'];
      if (vendor?.calls.measure === undefined || typeof ref !== 'string') return nothing;
      const sla = typeof target.internal['sla'] === 'string' ? parseEntityId(target.internal['sla']) : undefined;
      const timeout = timeoutOf(probe);
      const ended = new AbortController();
      const stop = (): void => {
        ended.abort(signal.reason);
      };
      signal.addEventListener('abort', stop, { once: true });
      const cancel = clock.after(timeout, () => {
        ended.abort(new Error('no answer in time'));
      });
      try {
        const measured = await vendor.calls.measure(
          { ref, kind: target.kind, ...(sla === undefined ? {} : { sla }) },
          metrics,
          {
            key: `measure:${collector}:${at}`,
            signal: ended.signal,
            deadline: new Date(clock.now() + timeout),
            tenant: target.tenant,
            trace: collector,
            log,
          },
        );
        return metrics.map((metric) => {
          const value = measured.find((one) => one.metric === metric)?.value ?? null;
          return { metric, value: value !== null && Number.isFinite(value) ? value : null };
        });
      } catch (error) {
        if (signal.aborted) return [];
        log.debug({ vendor: vendor.id, target: target.id, err: error }, 'vendor did not measure');
        return nothing;
      } finally {
        cancel();
        signal.removeEventListener('abort', stop);
      }
    },
  };
}
