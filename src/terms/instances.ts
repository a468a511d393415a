import type { Wanted, WantedLink, WantedResource } from './resources.ts';

/** One link of a wanted link: `source` and `target` are `id/index`. */
export interface LinkEnds {
  readonly index: number;
  readonly source: string;
  readonly target: string;
}

/** How many instances each wanted resource and link has, in the order of the CFP. */
export function instanceCounts(wanted: readonly Wanted[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of wanted) if (one.type === 'resource') counts.set(one.id, one.count);
  for (const one of wanted) if (one.type === 'link') counts.set(one.id, linkEnds(one, counts).length);
  return counts;
}

/**
 * The links that a wanted link stands for (api.md, Resources). `pair`: n-th with n-th; `shared`:
 * every source with every target, counted through the targets of one source first.
 */
export function linkEnds(link: WantedLink, counts: ReadonlyMap<string, number>): LinkEnds[] {
  const sources = counts.get(link.source) ?? 0;
  const targets = counts.get(link.target) ?? 0;
  if (link.meet === 'pair')
    return Array.from({ length: Math.min(sources, targets) }, (_, index) => ({
      index,
      source: `${link.source}/${index}`,
      target: `${link.target}/${index}`,
    }));
  return Array.from({ length: sources * targets }, (_, index) => ({
    index,
    source: `${link.source}/${Math.floor(index / targets)}`,
    target: `${link.target}/${index % targets}`,
  }));
}

export function wantedResources(wanted: readonly Wanted[]): WantedResource[] {
  return wanted.filter((one): one is WantedResource => one.type === 'resource');
}

export function wantedLinks(wanted: readonly Wanted[]): WantedLink[] {
  return wanted.filter((one): one is WantedLink => one.type === 'link');
}
