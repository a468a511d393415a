import type { Mixin } from '../category.ts';

/** Paths that are bound to something else than a category: the query interface (GFD.223 section 9), and our own. */
const BOUND = /^\/(?:-|\.well-known|health|metrics|events|openapi\.json)\//i;

/**
 * Where a mixin that a client defines is to be: an absolute path that ends in `/`, made of what the client
 * sent, be it a URL or lack a slash. Without one it is derived from the term. Paths that no mixin may have
 * come back as they are, without their slash, so that the check of categories refuses them.
 */
export function locationOf(mixin: Pick<Mixin, 'location' | 'term'>, taken: (path: string) => boolean): string {
  const sent = mixin.location.trim();
  if (sent === '') return derived(mixin.term, taken);
  const path = sent.replace(/^https?:\/\/[^/?#]*/i, '');
  const whole = `${path.startsWith('/') ? '' : '/'}${path}${path.endsWith('/') ? '' : '/'}`;
  return BOUND.test(whole) ? whole.slice(0, -1) : whole;
}

function derived(term: string, taken: (path: string) => boolean): string {
  const base = `/mixin/${term.toLowerCase()}`;
  for (let count = 2, path = `${base}/`; ; count++) {
    if (!taken(path)) return path;
    path = `${base}-${count}/`;
  }
}
