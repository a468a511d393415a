import type { EntityStore, WriteResult } from '../../src/occi/store.ts';

/** A store that a process holds until it is killed: from then on nothing it asks is done or answered. */
export function mortal(
  store: EntityStore,
  death?: { readonly at: number; readonly moment: 'before' | 'after' },
): { readonly store: EntityStore; kill(): void; readonly dead: Promise<undefined>; writes(): number } {
  let alive = true;
  let writes = 0;
  let tell: (nothing: undefined) => void = () => undefined;
  const dead = new Promise<undefined>((resolve) => {
    tell = resolve;
  });
  const kill = (): void => {
    alive = false;
    tell(undefined);
  };
  const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
  const write: EntityStore['write'] = async (...args): Promise<WriteResult> => {
    if (!alive) return never();
    writes += 1;
    if (death?.at !== writes) return store.write(...args);
    if (death.moment === 'before') {
      kill();
      return never();
    }
    await store.write(...args);
    kill();
    return never();
  };
  const proxy = new Proxy(store, {
    get(target, name) {
      if (name === 'write') return write;
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        if (name === 'subscribe' || alive) return Reflect.apply(member, target, args);
        return never();
      };
    },
  });
  return { store: proxy, kill, dead, writes: () => writes };
}
