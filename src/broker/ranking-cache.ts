import type { EntityRecord } from '../occi/entity.ts';
import type { Ranking } from '../rules/types.ts';
import type { EntityId } from '../shared/ids.ts';
import { cfpKept } from './kept.ts';

/** Rankings kept at once, and proposals in all of them: a market's ranking is as large as a hundred small ones. */
const MOST_KEPT = 64;
const MOST_PROPOSALS = 10_000;

interface Kept {
  readonly of: string;
  readonly ranking: Promise<Ranking>;
  /** 0 until the ranking is there. */
  size: number;
}

/** The last rankings, for whoever reads next. The newest stays, however large it is. */
export class RankingCache {
  readonly #kept = new Map<EntityId, Kept>();
  #proposals = 0;

  /** The ranking of a call as it is now; undefined: it is not kept. */
  get(cfp: EntityRecord): Promise<Ranking> | undefined {
    const kept = this.#kept.get(cfp.id);
    return kept?.of === rankingOf(cfp) ? kept.ranking : undefined;
  }

  /** Keeps a ranking, and forgets the oldest where there are too many. One that fails is not kept. */
  put(cfp: EntityRecord, ranking: Promise<Ranking>): void {
    this.#drop(cfp.id);
    const kept: Kept = { of: rankingOf(cfp), ranking, size: 0 };
    this.#kept.set(cfp.id, kept);
    ranking.then(
      ({ size }) => {
        if (this.#kept.get(cfp.id) !== kept) return;
        kept.size = size;
        this.#proposals += size;
        this.#makeRoom();
      },
      () => {
        if (this.#kept.get(cfp.id) === kept) this.#drop(cfp.id);
      },
    );
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (const id of this.#kept.keys()) {
      const tooMany = this.#kept.size > MOST_KEPT || this.#proposals > MOST_PROPOSALS;
      if (!tooMany || this.#kept.size === 1) return;
      this.#drop(id);
    }
  }

  #drop(id: EntityId): void {
    this.#proposals -= this.#kept.get(id)?.size ?? 0;
    this.#kept.delete(id);
  }
}

/** Names one ranking among all that a call may have had. */
function rankingOf(cfp: EntityRecord): string {
  const { revision, rankedAt } = cfpKept(cfp);
  return `${revision} ${rankedAt ?? ''}`;
}
