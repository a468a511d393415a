import type { DurableMap, Json, OfferedInstance, TypeId } from '../../src/vendor-kit/index.ts';

/** What was sold under one acceptance. */
export interface AgreementRecord {
  readonly key: string;
  readonly agreement: string;
  readonly at: number;
  readonly state: 'held' | 'ended' | 'cancelled';
  readonly sla: string;
  /** What it takes of the machine while it is held: GiB for memory and disk. */
  readonly takes: { readonly cores: number; readonly memory: number; readonly disk: number };
  readonly resources: readonly OfferedInstance[];
}

/** One instance, volume or link. `gone` stays as a mark, so that a late `provision` makes nothing. */
export interface ResourceRecord {
  readonly key: string;
  readonly ref: string;
  readonly state: 'making' | 'made' | 'undoing' | 'gone';
  readonly kind: TypeId;
  readonly agreement: string;
  /** `for/index` of the agreement. */
  readonly place: string;
  readonly attributes: Readonly<Record<string, Json>>;
  /** What it is meant to be: its OCCI state. */
  readonly meant: string;
  readonly since: number;
  readonly template?: string;
  readonly pid?: number;
  readonly port?: number;
  readonly enforced?: readonly string[];
  /** Why it is not what it is meant to be. */
  readonly trouble?: string;
  /** The last action performed, so that the same call made again does nothing. */
  readonly done?: string;
  /** Links: the references of both ends. */
  readonly source?: string;
  readonly target?: string;
  /** Posted without an agreement. */
  readonly direct?: true;
}

/** A template that was made of an instance. */
export interface SavedRecord {
  readonly key: string;
  readonly name: string;
  readonly title: string;
  readonly tenant: string;
  readonly file: string;
  readonly folder: string;
  readonly command: readonly string[];
}

const AGREEMENT = 'a:';
const RESOURCE = 'r:';
const SAVED = 't:';
/** Marks of what is over are kept this long: no caller comes back after that. */
const KEEP_MARKS = 90 * 24 * 3_600_000;

/** Everything this vendor must not forget: in memory for reading, durable before it is acted upon. */
export class Ledger {
  readonly #memory: DurableMap;
  readonly #agreements = new Map<string, AgreementRecord>();
  readonly #resources = new Map<string, ResourceRecord>();
  readonly #byRef = new Map<string, string>();
  readonly #saved = new Map<string, SavedRecord>();

  constructor(memory: DurableMap) {
    this.#memory = memory;
  }

  async load(now: number): Promise<void> {
    for (const [name, text] of await this.#memory.entries(AGREEMENT)) {
      const record = JSON.parse(text) as AgreementRecord;
      if (record.state !== 'held' && record.at < now - KEEP_MARKS) await this.#memory.delete(name);
      else this.#agreements.set(record.key, record);
    }
    for (const [name, text] of await this.#memory.entries(RESOURCE)) {
      const record = JSON.parse(text) as ResourceRecord;
      if (record.state === 'gone' && record.since < now - KEEP_MARKS) await this.#memory.delete(name);
      else this.#remember(record);
    }
    for (const [, text] of await this.#memory.entries(SAVED)) {
      const record = JSON.parse(text) as SavedRecord;
      this.#saved.set(record.key, record);
    }
  }

  saved(): readonly SavedRecord[] {
    return [...this.#saved.values()];
  }

  async putSaved(record: SavedRecord): Promise<void> {
    await this.#memory.set(SAVED + record.key, JSON.stringify(record));
    this.#saved.set(record.key, record);
  }

  agreement(key: string): AgreementRecord | undefined {
    return this.#agreements.get(key);
  }

  agreementNamed(name: string): AgreementRecord | undefined {
    return [...this.#agreements.values()].find(({ agreement }) => agreement === name);
  }

  agreements(): readonly AgreementRecord[] {
    return [...this.#agreements.values()];
  }

  resource(key: string): ResourceRecord | undefined {
    return this.#resources.get(key);
  }

  resourceAt(ref: string): ResourceRecord | undefined {
    return this.#resources.get(this.#byRef.get(ref) ?? '');
  }

  resources(): readonly ResourceRecord[] {
    return [...this.#resources.values()];
  }

  async putAgreement(record: AgreementRecord): Promise<void> {
    await this.#memory.set(AGREEMENT + record.key, JSON.stringify(record));
    this.#agreements.set(record.key, record);
  }

  /** Durable when it resolves. */
  async putResource(record: ResourceRecord): Promise<ResourceRecord> {
    await this.#memory.set(RESOURCE + record.key, JSON.stringify(record));
    this.#remember(record);
    return record;
  }

  #remember(record: ResourceRecord): void {
    this.#resources.set(record.key, record);
    if (record.ref !== '') this.#byRef.set(record.ref, record.key);
  }
}

/** The record without what troubled it. */
export function untroubled(record: ResourceRecord): ResourceRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'trouble')) as unknown as ResourceRecord;
}
