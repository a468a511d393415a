import { kinds, reason, refusal, reject, sha256 } from '../../src/vendor-kit/index.ts';
import type { Acceptance, AcceptedOffer, AgreementView, Host, Turns, TypeId } from '../../src/vendor-kit/index.ts';
import { capacityLeft } from './capacity.ts';
import type { Ledger, AgreementRecord, ResourceRecord } from './ledger.ts';
import { exceeds, takenBy } from './offer.ts';
import type { LocalSettings } from './settings.ts';

export const KINDS: readonly TypeId[] = [kinds.compute, kinds.storage, kinds.storagelink];

/** All changes of agreements go one after the other, so that two are not sold the same cores. */
const ONE_AT_A_TIME = 'accounts';

/** What was sold, to whom, and how much of the machine it takes. */
export class Accounts {
  readonly #host: Host;
  readonly #settings: LocalSettings;
  readonly #ledger: Ledger;
  readonly #locks: Turns;

  constructor(host: Host, settings: LocalSettings, ledger: Ledger, locks: Turns) {
    this.#host = host;
    this.#settings = settings;
    this.#ledger = ledger;
    this.#locks = locks;
  }

  accept(key: string, offer: AcceptedOffer): Promise<Acceptance> {
    return this.#locks.run(ONE_AT_A_TIME, async () => {
      const before = this.#ledger.agreement(key);
      if (before?.state === 'cancelled') return reject(reason(refusal.cancelled, 'this acceptance was cancelled'));
      if (before !== undefined) return { type: 'confirm', agreement: before.agreement, at: before.at };
      const now = this.#host.clock.now();
      if (offer.validUntil < now) return reject(reason(refusal.expired, 'the offer is no longer valid'));
      const stranger = offer.resources.find(({ kind }) => !KINDS.includes(kind));
      if (stranger !== undefined) return reject(reason(refusal.kind, `${stranger.kind} is not offered here`));
      const takes = takenBy(offer.resources);
      const over = exceeds(takes, await capacityLeft(this.#host.folder, this.#settings, this.#ledger));
      if (over !== undefined) return reject(reason(refusal.capacity, over, { final: false }));
      const agreement = `local-${sha256(key).slice(0, 24)}`;
      await this.#ledger.putAgreement({
        key,
        agreement,
        at: now,
        state: 'held',
        sla: offer.sla,
        takes,
        resources: offer.resources,
      });
      return { type: 'confirm', agreement, at: now };
    });
  }

  view(key: string): AgreementView | undefined {
    const found = this.#ledger.agreement(key);
    if (found === undefined) return undefined;
    return found.state === 'cancelled'
      ? { type: 'refused', reason: reason(refusal.cancelled, 'it was cancelled') }
      : { type: 'agreement', agreement: found.agreement, at: found.at };
  }

  /** Gives up the agreement for good; answers the keys of what is still there, links first. */
  cancel(key: string): Promise<readonly string[]> {
    return this.#locks.run(ONE_AT_A_TIME, async () => {
      const found = this.#ledger.agreement(key);
      await this.#ledger.putAgreement({ ...(found ?? never(key, this.#host.clock.now())), state: 'cancelled' });
      if (found === undefined) return [];
      return this.#ledger
        .resources()
        .filter((one) => one.agreement === found.agreement && one.state !== 'gone')
        .sort((a, b) => Number(b.source !== undefined) - Number(a.source !== undefined))
        .map((one) => one.key);
    });
  }

  /** Nothing else is sold or given away while the work is done. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#locks.run(ONE_AT_A_TIME, work);
  }

  /** Enters a resource under a living agreement, or answers undefined where there is none of that name. */
  enter(name: string, make: (agreement: AgreementRecord) => ResourceRecord): Promise<ResourceRecord | undefined> {
    return this.#locks.run(ONE_AT_A_TIME, async () => {
      const agreement = this.#ledger.agreementNamed(name);
      if (agreement === undefined || agreement.state === 'cancelled') return undefined;
      const record = make(agreement);
      if (agreement.state === 'ended') await this.#ledger.putAgreement({ ...agreement, state: 'held' });
      return this.#ledger.putResource(record);
    });
  }

  /** When the last resource of an agreement is gone, the machine has its place back. */
  endIfEmpty(name: string): Promise<void> {
    return this.#locks.run(ONE_AT_A_TIME, async () => {
      const agreement = this.#ledger.agreementNamed(name);
      if (agreement?.state !== 'held') return;
      const left = this.#ledger.resources().some((one) => one.agreement === name && one.state !== 'gone');
      if (!left) await this.#ledger.putAgreement({ ...agreement, state: 'ended' });
    });
  }
}

/** A mark for an acceptance that never came, so that it is refused if it still does. */
function never(key: string, at: number): AgreementRecord {
  return {
    key,
    agreement: `never-${sha256(key).slice(0, 24)}`,
    at,
    state: 'cancelled',
    sla: '',
    takes: { cores: 0, memory: 0, disk: 0 },
    resources: [],
  };
}
