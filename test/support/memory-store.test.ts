import { describeEntityStore } from '../contract/store/entities.ts';
import { MemoryStore } from './memory-store.ts';

// The engine's tests stand on this store, so it keeps the promises of the real ones.
describeEntityStore('memory', () => {
  const store = new MemoryStore();
  return Promise.resolve({ port: store, close: () => store.close() });
});
