import { Table } from './columns.ts';
import { toBeFeasible, toBeFirst } from './counterfactual.ts';
import { checksOf, eliminatedBy, nearestMisses, relaxationsOf } from './eliminated.ts';
import { judge } from './judge.ts';
import type { Judgement } from './judge.ts';
import { decidingTie, orderRows } from './order.ts';
import { Pareto } from './pareto.ts';
import type { Program } from './program.ts';
import { weightStability } from './stability.ts';
import type { Candidate, Contribution, EliminatedBy, Explanation, Ranking } from './types.ts';

/** Ranks all; explains what is read. */
export function rank(program: Program, candidates: readonly Candidate[]): Ranking {
  const table = new Table(program.columns, candidates);
  const judgement = judge(program, table, candidates);
  const order = orderRows(program, judgement, candidates);
  const explainer = new Explainer(program, judgement, order, candidates);
  const eliminated = lazy<readonly EliminatedBy[]>(() => eliminatedBy(program, judgement, candidates));
  const nearest = lazy(() => nearestMisses(program, judgement, candidates));
  const relaxations = lazy(() => relaxationsOf(program, judgement));
  return {
    size: candidates.length,
    ranked: order.map((row, index) => ({
      id: candidates[row]?.id ?? '',
      score: judgement.scores[row] ?? 0,
      rank: index + 1,
    })),
    get eliminated() {
      return eliminated();
    },
    get nearest() {
      return nearest();
    },
    get relaxations() {
      return relaxations();
    },
    explain: (id) => explainer.explain(id),
  };
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

class Explainer {
  readonly #program: Program;
  readonly #judgement: Judgement;
  readonly #order: readonly number[];
  readonly #candidates: readonly Candidate[];
  readonly #pareto: Pareto;
  readonly #rows: () => ReadonlyMap<string, number>;
  /** For each row its place, from 0; -1: eliminated. */
  readonly #places: () => Int32Array;

  constructor(program: Program, judgement: Judgement, order: readonly number[], candidates: readonly Candidate[]) {
    this.#program = program;
    this.#judgement = judgement;
    this.#order = order;
    this.#candidates = candidates;
    this.#pareto = new Pareto(program, judgement, order);
    this.#rows = lazy(() => new Map(candidates.map(({ id }, row) => [id, row])));
    this.#places = lazy(() => {
      const places = new Int32Array(candidates.length).fill(-1);
      for (let place = 0; place < order.length; place++) places[order[place] ?? 0] = place;
      return places;
    });
  }

  explain(id: string): Explanation {
    const row = this.#rows().get(id);
    const candidate = row === undefined ? undefined : this.#candidates[row];
    if (row === undefined || candidate === undefined) throw new RangeError(`${id} was not among the candidates`);
    const place = this.#places()[row] ?? -1;
    const checks = checksOf(this.#program, this.#judgement, candidate, row);
    if (place < 0) return this.#eliminated(row, candidate, checks);
    const leader = this.#order[0] ?? row;
    const dominator = this.#pareto.dominator(row);
    const rival = place === 0 ? this.#order[1] : leader;
    return {
      status: 'ranked',
      rank: place + 1,
      score: this.#judgement.scores[row] ?? 0,
      checks,
      contributions: this.#contributions(row),
      pareto: dominator === undefined,
      ...(dominator === undefined ? {} : { dominatedBy: this.#candidates[dominator]?.id ?? '' }),
      decidedBy: this.#decidedBy(place),
      counterfactuals: place === 0 ? [] : toBeFirst(this.#scene(leader), row),
      weightStability:
        rival === undefined
          ? []
          : weightStability(this.#program, this.#judgement, row, rival, place === 0 ? 'the second' : 'the leader'),
    };
  }

  #scene(leader: number): Parameters<typeof toBeFirst>[0] {
    return { program: this.#program, judgement: this.#judgement, candidates: this.#candidates, leader };
  }

  #eliminated(row: number, candidate: Candidate, checks: Explanation['checks']): Explanation {
    const othersPass = (candidate.checks ?? []).every(({ pass }) => pass);
    return {
      status: 'eliminated',
      rank: null,
      score: null,
      checks,
      contributions: [],
      pareto: false,
      decidedBy: checks.find(({ pass }) => !pass)?.id ?? '',
      counterfactuals: othersPass ? toBeFeasible(this.#scene(-1), row) : [],
      weightStability: [],
    };
  }

  #contributions(row: number): Contribution[] {
    const { prefers } = this.#program;
    const { table, utilities } = this.#judgement;
    return prefers.map(({ id, column, weight, share }, index) => {
      const utility = utilities[row * prefers.length + index] ?? 0;
      return { id, value: table.at(row, column) ?? null, utility, weight, points: share * utility };
    });
  }

  /** Against the neighbour above; of the first, against the one below. */
  #decidedBy(place: number): string {
    const row = this.#order[place];
    const neighbour = this.#order[place === 0 ? 1 : place - 1];
    if (row === undefined || neighbour === undefined) return 'score';
    const { cells, table } = this.#judgement;
    if (cells[row] !== cells[neighbour]) return 'score';
    return decidingTie(this.#program, this.#candidates, row, neighbour, (which, column) => table.at(which, column));
  }
}
