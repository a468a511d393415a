import type { EntityRecord } from '../../occi/entity.ts';
import type { Page, Write } from '../../occi/store.ts';
import type { EntityId } from '../../shared/ids.ts';

/** Characters of JSON kept in one generation, and records; there are two. */
const MOST_TEXT = 4_000_000;
const MOST_RECORDS = 4096;
/** Lists of links kept at once, most of them empty. */
const MOST_LISTS = 8192;

/**
 * What was read of late, so that reading the same again costs no way to the reading thread. This process alone
 * writes to its folder, so what `forget` is told of is all that can change. A read that was under way when its
 * record was written is answered and not kept.
 */
export class Recent {
  #young = new Map<EntityId, EntityRecord>();
  #old = new Map<EntityId, EntityRecord>();
  #text = 0;
  readonly #reading = new Map<EntityId, Promise<EntityRecord | undefined>>();
  readonly #lists = new Map<string, Page<EntityRecord>>();
  /** Where a link that stands in a list that is kept starts. */
  readonly #homes = new Map<EntityId, string>();
  /** Rises with each write that may change a list of links. */
  #linksWritten = 0;

  record(id: EntityId): EntityRecord | undefined {
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const old = this.#old.get(id);
    if (old !== undefined) this.#young.set(id, old);
    return old;
  }

  /** Reads once for all who ask before the answer comes. `json` is null where there is no record. */
  read(
    id: EntityId,
    read: () => Promise<string | null>,
    parse: (json: string) => EntityRecord,
  ): Promise<EntityRecord | undefined> {
    const underWay = this.#reading.get(id);
    if (underWay !== undefined) return underWay;
    const reading = read().then(
      (json) => {
        const record = json === null ? undefined : parse(json);
        if (this.#reading.get(id) !== reading) return record;
        this.#reading.delete(id);
        if (record !== undefined && json !== null) this.#keep(record, json.length);
        return record;
      },
      (error: unknown) => {
        if (this.#reading.get(id) === reading) this.#reading.delete(id);
        throw error;
      },
    );
    this.#reading.set(id, reading);
    return reading;
  }

  linksFrom(path: string): Page<EntityRecord> | undefined {
    return this.#lists.get(path);
  }

  /** Reads the links that start at a path, and keeps them if they are all of them. */
  async readLinks(path: string, read: () => Promise<Page<EntityRecord>>): Promise<Page<EntityRecord>> {
    const before = this.#linksWritten;
    const page = await read();
    if (page.next === undefined && this.#linksWritten === before) {
      if (this.#lists.size >= MOST_LISTS || this.#homes.size >= MOST_LISTS) this.#forgetLists();
      this.#lists.set(path, page);
      for (const link of page.items) this.#homes.set(link.id, path);
    }
    return page;
  }

  /** What was written, or may have been. */
  forget(writes: readonly Write[]): void {
    for (const write of writes) {
      // What is new is kept nowhere; but somebody may be finding out just now that it is not there.
      if (write.op === 'create' && write.record.source === undefined) {
        this.#reading.delete(write.record.id);
        continue;
      }
      const id = write.op === 'remove' ? write.id : write.record.id;
      this.#young.delete(id);
      this.#old.delete(id);
      this.#reading.delete(id);
      const source = write.op === 'remove' ? undefined : write.record.source?.location;
      if (write.op === 'remove' || source !== undefined) this.#linksWritten += 1;
      if (source !== undefined) this.#lists.delete(source);
      const home = this.#homes.get(id);
      if (home === undefined) continue;
      this.#lists.delete(home);
      this.#homes.delete(id);
    }
  }

  #keep(record: EntityRecord, length: number): void {
    if (length > MOST_TEXT / 16) return;
    if (this.#young.size >= MOST_RECORDS || this.#text + length > MOST_TEXT) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#text = 0;
    }
    this.#young.set(record.id, record);
    this.#text += length;
  }

  #forgetLists(): void {
    this.#lists.clear();
    this.#homes.clear();
  }
}
