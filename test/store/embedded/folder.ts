import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/shared/clock.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { openEmbeddedStore, type EmbeddedStore, type EmbeddedStoreOptions } from '../../../src/store/embedded/index.ts';

export function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'parley-store-'));
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

/** Opens a store that must not fail. */
export function openStore(folder: string, options: Partial<EmbeddedStoreOptions> = {}): Promise<EmbeddedStore> {
  return openEmbeddedStore({
    folder,
    log: silentLogger,
    clock: systemClock,
    onFailure(why) {
      throw why;
    },
    ...options,
  });
}

/** A new store in a folder of its own, as the contract suites want it. */
export async function newStore<Port>(
  choose: (store: EmbeddedStore) => Port,
): Promise<{ port: Port; close: () => Promise<void> }> {
  const folder = await newFolder();
  const store = await openStore(folder);
  return {
    port: choose(store),
    async close() {
      await store.close();
      await removeFolder(folder);
    },
  };
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not rejected');
}
