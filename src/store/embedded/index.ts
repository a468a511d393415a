import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SampleStore } from '../../archive/store.ts';
import type { EntityStore, KeyValueStore } from '../../occi/store.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/logger.ts';
import { StoreFailed } from '../errors.ts';
import { embeddedEntities } from './entities.ts';
import { WorkerLink } from './link.ts';
import type { ReaderCalls, WriterCalls, WriterStart } from './protocol.ts';
import { embeddedSamples } from './samples.ts';
import { MIGRATIONS, type Migration } from './schema.ts';
import { embeddedValues } from './values.ts';

export interface EmbeddedStoreOptions {
  /** Made if it is not there. One process at a time owns it. */
  readonly folder: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** Called once when a thread of the store dies or the disk fails: the service cannot go on. */
  readonly onFailure: (why: Error) => void;
  /** The schema's steps, for tests. */
  readonly migrations?: readonly Migration[];
}

export interface EmbeddedStore {
  readonly entities: EntityStore;
  readonly values: KeyValueStore;
  readonly samples: SampleStore;
  readonly schemaVersion: number;
  /** Lets calls under way come to their end, and gives the folder back. */
  close(): Promise<void>;
}

/**
 * Opens the embedded store: SQLite in a folder, one thread that writes and one that reads.
 * @throws StoreInUse when another process owns the folder
 * @throws StoreTooNew when its data is of a later version
 * @throws StoreFailed when it cannot be opened
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const { log, clock, onFailure } = options;
  const folder = resolve(options.folder);
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new StoreFailed(`The folder ${folder} cannot be made`, { cause: error });
  });

  const links: { fail(why: Error): void }[] = [];
  let failed = false;
  const fail = (why: Error): void => {
    if (failed) return;
    failed = true;
    log.error({ err: why, folder }, 'store failed');
    for (const link of links) link.fail(why);
    onFailure(why);
  };
  const start: WriterStart = { folder, migrations: options.migrations ?? MIGRATIONS, now: clock.now() };
  const writer = new WorkerLink<WriterCalls>(worker('writer', start), fail);
  links.push(writer);
  const { schemaVersion, migratedFrom, backup } = await writer.started;
  const reader = new WorkerLink<ReaderCalls>(worker('reader', { folder }), fail);
  links.push(reader);
  try {
    await reader.started;
  } catch (error) {
    await writer.close();
    throw error;
  }
  log.info({ folder, schemaVersion, migratedFrom, backup }, 'store opened');

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= reader.close().finally(() => writer.close()));
  return {
    entities: embeddedEntities({ writer, reader, clock, log, close }),
    values: embeddedValues(writer, reader),
    samples: embeddedSamples(writer, reader),
    schemaVersion,
    close,
  };
}

function worker(name: 'writer' | 'reader', workerData: unknown): Worker {
  return new Worker(new URL(`./${name}.js`, import.meta.url), { workerData });
}
